//! Layout: two spaces per level, lists below their key.

use super::quote::{self, Style};
use super::tree::{Tree, View};

/// Keys longer than this are written with `? `; readers look no further than 1,024 characters for the colon.
const LONG_KEY: usize = 500;

/// Returns a document.
pub(super) fn document<T: Tree>(root: &T) -> String {
    let mut writer = Writer { out: String::new() };
    match root.view() {
        View::Mapping(entries) if !entries.is_empty() => writer.mapping(&entries, 0, Start::Line),
        View::List(items) if !items.is_empty() => writer.list(items, 0, Start::Line),
        View::Text(text) => {
            quote::inline(text, &mut writer.out);
            writer.out.push('\n');
        }
        other => writer.leaf(&other, 0),
    }
    writer.out
}

struct Writer {
    out: String,
}

/// Where the first line of a block begins.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    /// On a line of its own.
    Line,
    /// Behind `- `.
    Item,
}

impl Writer {
    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    fn mapping<T: Tree>(&mut self, entries: &[(&str, &T)], depth: usize, mut start: Start) {
        for (key, value) in entries {
            if start == Start::Line {
                self.indent(depth);
            }
            start = Start::Line;
            self.key(key, depth);
            self.value(*value, depth);
        }
    }

    fn key(&mut self, key: &str, depth: usize) {
        let long = key.len() > LONG_KEY;
        if long {
            self.out.push_str("? ");
        }
        quote::inline(key, &mut self.out);
        if long {
            self.out.push('\n');
            self.indent(depth);
        }
        self.out.push(':');
    }

    /// Writes what stands behind `key:`.
    fn value<T: Tree>(&mut self, value: &T, depth: usize) {
        match value.view() {
            View::Mapping(entries) if !entries.is_empty() => {
                self.out.push('\n');
                self.mapping(&entries, depth + 1, Start::Line);
            }
            View::List(items) if !items.is_empty() => {
                self.out.push('\n');
                self.list(items, depth + 1, Start::Line);
            }
            other => {
                self.out.push(' ');
                self.leaf(&other, depth + 1);
            }
        }
    }

    fn list<T: Tree>(&mut self, items: &[T], depth: usize, mut start: Start) {
        for item in items {
            if start == Start::Line {
                self.indent(depth);
            }
            start = Start::Line;
            self.out.push_str("- ");
            match item.view() {
                View::Mapping(entries) if !entries.is_empty() => {
                    self.mapping(&entries, depth + 1, Start::Item);
                }
                View::List(items) if !items.is_empty() => self.list(items, depth + 1, Start::Item),
                other => self.leaf(&other, depth + 1),
            }
        }
    }

    /// Writes a scalar or an empty collection to the end of its line, and the lines of a block literal.
    fn leaf<T>(&mut self, view: &View<'_, T>, depth: usize) {
        match view {
            View::Plain(text) => self.out.push_str(text),
            View::List(_) => self.out.push_str("[]"),
            View::Mapping(_) => self.out.push_str("{}"),
            View::Text(text) => match quote::style(text) {
                Style::Literal => return self.literal(text, depth),
                Style::Inline => quote::inline(text, &mut self.out),
            },
        }
        self.out.push('\n');
    }

    fn literal(&mut self, text: &str, depth: usize) {
        self.out
            .push_str(if text.ends_with('\n') { "|\n" } else { "|-\n" });
        for line in text.lines() {
            if !line.is_empty() {
                self.indent(depth);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }
}
