//! What a command does to a prompt.

use super::cells::width;
use super::menu::Menu;
use super::search::{Next, Search};
use super::walk::Walk;
use super::{Asks, Did, Knows, Mode, Prompt};
use rustyline::completion::longest_common_prefix;
use rustyline::line_buffer::WordAction;
use rustyline::{Cmd, Movement};

impl Prompt {
    pub(super) fn command(&mut self, cmd: Cmd, knows: &dyn Knows) -> Did {
        if cmd.should_reset_kill_ring() {
            self.text.end_kill();
        }
        if self.goes_to_mode(&cmd) {
            return Did::Edited;
        }
        match cmd {
            Cmd::AcceptOrInsertLine { .. } if !knows.is_open(self.text()) => {
                Did::Entered(self.take())
            }
            Cmd::Interrupt => self.interrupt(),
            Cmd::EndOfFile => Did::Leave,
            Cmd::ClearScreen | Cmd::Suspend | Cmd::Unknown => Did::NotMine,
            Cmd::Abort | Cmd::CompleteBackward | Cmd::ForwardSearchHistory => Did::Nothing,
            Cmd::Complete => self.complete(knows),
            Cmd::ReverseSearchHistory => self.search(),
            cmd => {
                self.edit(cmd);
                Did::Edited
            }
        }
    }

    /// Gives a command to a search or a menu that is open. Says whether it was for that alone; else it has ended it.
    fn goes_to_mode(&mut self, cmd: &Cmd) -> bool {
        match std::mem::replace(&mut self.mode, Mode::Line) {
            Mode::Line => false,
            Mode::Search(search) => match search.next(cmd, &self.history, &mut self.text) {
                Next::More(search) => {
                    self.mode = Mode::Search(search);
                    true
                }
                Next::GaveUp => true,
                Next::Over => false,
            },
            Mode::Menu(mut menu) => match cmd {
                Cmd::Complete | Cmd::CompleteBackward => {
                    menu.step(*cmd == Cmd::CompleteBackward, &mut self.text);
                    self.mode = Mode::Menu(menu);
                    true
                }
                cmd => {
                    let takes = matches!(cmd, Cmd::AcceptOrInsertLine { .. });
                    let takes = takes && menu.chosen().is_some();
                    menu.close(*cmd != Cmd::Abort, &mut self.text);
                    takes || *cmd == Cmd::Abort
                }
            },
        }
    }

    /// Gives the line away. The next one begins anew.
    fn take(&mut self) -> String {
        self.walk = Walk::default();
        self.text.take()
    }

    fn interrupt(&mut self) -> Did {
        let typed = self.take();
        match self.asks {
            Asks::Line if !typed.is_empty() => Did::Edited,
            _ => Did::Interrupt,
        }
    }

    fn search(&mut self) -> Did {
        match Search::begin(&self.history, &mut self.text) {
            Some(search) => self.mode = Mode::Search(search),
            None => return Did::Nothing,
        }
        Did::Edited
    }

    /// Completes what all candidates begin with, and opens a menu where there is more than one.
    fn complete(&mut self, knows: &dyn Knows) -> Did {
        let cursor = self.cursor();
        let (start, candidates) = knows.complete(self.text(), cursor);
        if candidates.is_empty() || self.text().get(start..cursor).is_none() {
            return Did::Nothing;
        }
        if let Some(prefix) = longest_common_prefix(&candidates)
            && (prefix.len() > cursor - start || candidates.len() == 1)
        {
            self.text.replace(start..cursor, prefix);
        }
        if candidates.len() > 1 {
            let span = start..self.cursor();
            self.mode = Mode::Menu(Menu::new(candidates, span, &self.text, self.ascii));
        }
        Did::Edited
    }

    /// Commands that edit the text or move its cursor.
    fn edit(&mut self, cmd: Cmd) {
        let (text, history) = (&mut self.text, &self.history);
        match cmd {
            Cmd::SelfInsert(n, c) => text.typed(c, n),
            // An open line goes on in a next row.
            Cmd::AcceptOrInsertLine { .. } | Cmd::Newline => text.typed('\n', 1),
            Cmd::Move(to) => text.go(&to),
            Cmd::Kill(to) => text.kill(&to),
            Cmd::Yank(n, _) => text.yank(n),
            Cmd::YankPop => text.yank_pop(),
            Cmd::TransposeChars => text.transpose_chars(),
            Cmd::TransposeWords(n) => text.transpose_words(n),
            Cmd::UpcaseWord => text.change_case(WordAction::Uppercase),
            Cmd::DowncaseWord => text.change_case(WordAction::Lowercase),
            Cmd::CapitalizeWord => text.change_case(WordAction::Capitalize),
            Cmd::Undo(n) => text.undo(n),
            Cmd::PreviousHistory => self.walk.step(true, history, text),
            Cmd::NextHistory => self.walk.step(false, history, text),
            Cmd::BeginningOfHistory => self.walk.first(history, text),
            Cmd::EndOfHistory => self.walk.end(text),
            Cmd::LineUpOrPreviousHistory(_) => self.go_row(true),
            Cmd::LineDownOrNextHistory(_) => self.go_row(false),
            Cmd::CompleteHint => {
                if let Some(hint) = self.hint.take().filter(|hint| hint.completes) {
                    text.go(&Movement::EndOfLine);
                    text.insert(&hint.text, 1);
                }
            }
            _ => {}
        }
    }

    /// To the row above or below, or else to another line.
    fn go_row(&mut self, up: bool) {
        let words = width(&self.words);
        let went = match up {
            true => self.text.go_up(words),
            false => self.text.go_down(words),
        };
        if !went {
            self.walk.step(up, &self.history, &mut self.text);
        }
    }
}
