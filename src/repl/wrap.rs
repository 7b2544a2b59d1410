//! Lines broken where words end, for a terminal that would break them anywhere.
//!
//! A continued line is indented below the column where the text of its line began: behind the last gap of two spaces or more, as
//! traces, plans and tables have it. Colours have no width.

/// So many columns a continued text has at least; else it begins further left.
const LEAST: usize = 24;

/// Every line of a text within so many columns. What is over of a line of prose goes on in the next one.
pub fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        if columns(line) <= width {
            out.push_str(line);
        } else if let Some(lead) = prose(line) {
            let mut whole = line.to_owned();
            while let Some(next) = lines.next_if(|next| prose_goes_on(next, lead)) {
                whole.push(' ');
                whole.push_str(next.trim());
            }
            out.push_str(&broken(&whole, lead, width));
        } else {
            out.push_str(&broken(line, indent(line, width), width));
        }
        out.push_str(end);
    }
    out
}

/// How far a line of prose is indented: little, with several words, and no gap between them.
fn prose(line: &str) -> Option<usize> {
    let text = line.trim();
    let lead = line.len() - line.trim_start_matches(' ').len();
    let is_prose = lead <= 8 && text.split(' ').count() > 3 && !text.contains("  ");
    is_prose.then_some(lead)
}

/// Whether a line may be the rest of the prose above it.
fn prose_goes_on(line: &str, lead: usize) -> bool {
    let begins = line.len() - line.trim_start_matches(' ').len();
    begins == lead && !line.trim().is_empty() && !line.trim().contains("  ")
}

/// One line that is too long, as several.
fn broken(line: &str, indent: usize, width: usize) -> String {
    let (mut out, mut at) = (String::with_capacity(line.len() + 80), 0);
    let mut gap = "";
    for part in parts(line) {
        if part.starts_with(' ') {
            gap = part;
            continue;
        }
        let (gap, wide) = (std::mem::take(&mut gap), columns(part));
        if at + gap.len() + wide <= width {
            out.push_str(gap);
            out.push_str(part);
            at += gap.len() + wide;
        } else if indent + wide <= width && at > indent {
            new_line(&mut out, indent);
            out.push_str(part);
            at = indent + wide;
        } else {
            out.push_str(gap);
            at = pieces(&mut out, part, at + gap.len(), indent, width);
        }
    }
    out
}

/// A word that is longer than a line, broken behind `/` and `.` where it has some. Gives the column where it ends.
fn pieces(out: &mut String, word: &str, mut at: usize, indent: usize, width: usize) -> usize {
    for piece in word.split_inclusive(['/', '.']) {
        if at + columns(piece) > width && at > indent {
            new_line(out, indent);
            at = indent;
        }
        if at + columns(piece) <= width {
            out.push_str(piece);
            at += columns(piece);
            continue;
        }
        for (c, wide) in chars(piece) {
            if at + wide > width {
                new_line(out, indent);
                at = indent;
            }
            out.push(c);
            at += wide;
        }
    }
    at
}

fn new_line(out: &mut String, indent: usize) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Where the text of a line begins, as far right as leaves it room.
fn indent(line: &str, width: usize) -> usize {
    let (mut at, mut found) = (0, 0);
    let roomy = |at: usize| at + LEAST <= width;
    for part in parts(line) {
        if part.starts_with("  ") && roomy(at + part.len()) {
            found = at + part.len();
        }
        at += columns(part);
    }
    let lead = line.len() - line.trim_start_matches(' ').len();
    match found {
        // Prose, and what stands at the margin: a little further in than it begins.
        found if found == lead && lead < 8 => lead + 2,
        found => found,
    }
}

/// Runs of spaces, and what is between them.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let is_space = rest.chars().next()? == ' ';
        let end = rest.find(|c| (c == ' ') != is_space).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

/// How many columns a text takes.
fn columns(text: &str) -> usize {
    chars(text).map(|(_, wide)| wide).sum()
}

/// Each character with the columns that it takes: none within a colour, and a tab at most eight.
fn chars(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut escaped = false;
    text.chars().map(move |c| {
        let wide = match c {
            '\x1b' => 0,
            _ if escaped => 0,
            '\t' => 8,
            _ => 1,
        };
        escaped = c == '\x1b' || (escaped && !c.is_ascii_alphabetic());
        (c, wide)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    const LINES: &str = "\
    0.000  changed    file[/tmp/secret]         missing, should be a file with mode 0600 and the owner shop
  + file[/srv/a]                missing, should be a file with mode 0644; its directory does not exist
                                sends password -> file[/tmp/secret].content: (known after password[pw])
A directory, a file in it, a command that hears of the file, and much else that is in no table at all.
  validate  text  a command on the temporary in the directory of the target before it is renamed to it
      Prose that was broken for a wider terminal than this one is, and that
      goes on
      in the next lines.
x  /srv/some/very/long/path/that/nobody/can/read.d/in.one.line/because/it/does/not/end/where/it/should
";

    #[test]
    fn words_stay_whole_and_begin_below_the_text() {
        assert_snapshot!(wrap(LINES, 80), @r"
        0.000  changed    file[/tmp/secret]         missing, should be a file with mode
                                                    0600 and the owner shop
          + file[/srv/a]                missing, should be a file with mode 0644; its
                                        directory does not exist
                                        sends password -> file[/tmp/secret].content:
                                        (known after password[pw])
        A directory, a file in it, a command that hears of the file, and much else that
        is in no table at all.
          validate  text  a command on the temporary in the directory of the target
                          before it is renamed to it
              Prose that was broken for a wider terminal than this one is, and that
              goes on
              in the next lines.
        x  /srv/some/very/long/path/that/nobody/can/read.d/in.one.line/because/it/does/
           not/end/where/it/should
        ");
        assert_snapshot!(wrap(LINES, 60), @r"
        0.000  changed    file[/tmp/secret]         missing, should
                          be a file with mode 0600 and the owner
                          shop
          + file[/srv/a]                missing, should be a file
                                        with mode 0644; its
                                        directory does not exist
                                        sends password ->
                                        file[/tmp/secret].content:
                                        (known after password[pw])
        A directory, a file in it, a command that hears of the file,
        and much else that is in no table at all.
          validate  text  a command on the temporary in the
                          directory of the target before it is
                          renamed to it
              Prose that was broken for a wider terminal than this
              one is, and that goes on in the next lines.
        x  /srv/some/very/long/path/that/nobody/can/read.d/in.one.
           line/because/it/does/not/end/where/it/should
        ");
    }

    /// Nothing is lost but spaces where a line ends, and no line is too long.
    #[test]
    fn every_line_fits_and_says_the_same() {
        let letters =
            |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
        let colored = LINES.replace("missing", "\x1b[1;33mmissing\x1b[0m");
        for text in [LINES, &colored] {
            for width in 40..120 {
                let wrapped = wrap(text, width);
                assert_eq!(letters(&wrapped), letters(text), "{width}");
                assert!(
                    wrapped.lines().all(|line| columns(line) <= width),
                    "{width}: {wrapped}"
                );
            }
            assert_eq!(wrap(text, 200), text);
        }
    }
}
