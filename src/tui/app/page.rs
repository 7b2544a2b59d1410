//! A long text, read by itself: wrapped once for each width, and scrolled row by row, so that all of it can be seen.

use crate::tui::shown::Shown;
use crate::tui::theme::Look;

/// A text that is read by itself.
#[derive(Clone, Debug)]
pub struct Page {
    lines: Vec<Shown>,
    /// The width that the rows are for.
    cells: usize,
    /// The rows, each with the line that it is of.
    rows: Vec<(usize, Shown)>,
    /// So many rows are above what is seen.
    top: usize,
    /// So many rows are seen.
    high: usize,
}

impl Page {
    /// A text, from its beginning.
    pub fn new(text: &str, look: Look) -> Page {
        Page {
            lines: Shown::lines(text, look.ascii),
            cells: 0,
            rows: Vec::new(),
            top: 0,
            high: 0,
        }
    }

    /// So many rows of so many cells are seen from now on; the line that is at the top stays there.
    pub fn fit(&mut self, cells: usize, high: usize) {
        if cells != self.cells {
            let line = self.rows.get(self.top).map_or(0, |(line, _)| *line);
            let wrapped = |(at, line): (usize, &Shown)| {
                let rows = line.hung(cells.max(1)).into_iter();
                rows.map(move |row| (at, row))
            };
            self.rows = self.lines.iter().enumerate().flat_map(wrapped).collect();
            self.top = self.rows.partition_point(|(at, _)| *at < line);
            self.cells = cells;
        }
        self.high = high;
        self.scroll(self.top);
    }

    /// So many rows are above, as far as there are more than can be seen.
    pub fn scroll(&mut self, top: usize) {
        self.top = top.min(self.rows.len().saturating_sub(self.high.max(1)));
    }

    /// How many rows are above.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Where one is in it, as far as there is more than can be seen.
    pub fn title(&self) -> String {
        match self.rows.len() {
            1 => "1 line".to_owned(),
            all if all <= self.high => format!("all {all} lines"),
            all => format!("line {} of {all}", self.top + 1),
        }
    }

    /// The rows that are seen.
    pub fn seen(&self) -> impl Iterator<Item = &Shown> {
        let seen = self.rows.iter().skip(self.top).take(self.high);
        seen.map(|(_, row)| row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(page: &Page) -> Vec<&str> {
        page.seen().map(Shown::as_str).collect()
    }

    /// However long a line is, its end can be read, and no row is skipped on the way.
    #[test]
    fn all_of_a_text_is_seen() {
        let text = format!("{}\nlast", "0123456789".repeat(20));
        let mut page = Page::new(&text, Look::default());
        page.fit(10, 3);
        assert_eq!(page.title(), "line 1 of 21");
        page.scroll(page.top() + 1);
        assert_eq!(page.title(), "line 2 of 21");
        page.scroll(usize::MAX);
        assert_eq!(seen(&page), ["0123456789", "0123456789", "last"]);
        assert_eq!(page.title(), "line 19 of 21");
        // What is higher than the text begins at its beginning.
        page.fit(10, 40);
        assert_eq!(page.title(), "all 21 lines");
        page.fit(10, 21);
        assert_eq!(page.title(), "all 21 lines");
        page.fit(10, 20);
        assert_eq!(page.title(), "line 1 of 21");
        let mut page = Page::new("short", Look::default());
        page.fit(10, 3);
        assert_eq!(page.title(), "1 line");
    }

    #[test]
    fn the_line_at_the_top_stays_there() {
        let lines: Vec<String> = (0..9).map(|n| format!("{n} {}", "x".repeat(18))).collect();
        let mut page = Page::new(&lines.join("\n"), Look::default());
        page.fit(10, 2);
        page.scroll(12);
        assert!(seen(&page)[0].starts_with('4'), "{:?}", seen(&page));
        page.fit(40, 2);
        assert!(seen(&page)[0].starts_with('4'), "{:?}", seen(&page));
        page.fit(5, 2);
        assert!(seen(&page)[0].starts_with('4'), "{:?}", seen(&page));
    }
}
