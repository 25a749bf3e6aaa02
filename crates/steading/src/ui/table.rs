//! Aligned columns.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::{Paint, Role};

/// Spaces between two columns.
const GAP: usize = 2;

/// A table: columns as wide as their widest cell, the last one as it is.
pub(crate) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table with a heading for each column.
    pub(crate) fn new<const N: usize>(header: [&'static str; N]) -> Self {
        Self {
            header: header.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Returns the table as text, one line per row.
    pub(crate) fn render(&self, paint: Paint) -> String {
        let widths = self.widths();
        let header: Vec<String> = self.header.iter().map(|cell| cell.to_uppercase()).collect();
        let mut text = paint.text(Role::Faint, line(&header, &widths).trim_end());
        text.push('\n');
        for row in &self.rows {
            text.push_str(line(row, &widths).trim_end());
            text.push('\n');
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
            widest.max(self.header[column].width())
        };
        (0..self.header.len()).map(width).collect()
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let padding = width.saturating_sub(cell.width()) + GAP;
        write!(line, "{cell}{:padding$}", "").expect("writing to text must succeed");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut table = Table::new(["name", "place"]);
        table.row(["é字".to_owned(), "a:1".to_owned()]);
        table.row(["longer".to_owned(), String::new()]);
        assert_eq!(
            table.render(Paint::Plain),
            "NAME    PLACE\né字     a:1\nlonger\n"
        );
    }
}
