//! Lists in declarations: items come, go and change; the others keep their form and their comments.

use std::ops::Range;

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use steading_model::explain::Explained;
use steading_model::{Node, Sources};

use super::edit::{Edit, edited, file_of, written};

/// A place in a text, and what is written there instead.
type Splice = (Range<usize>, String);

/// Returns the edit that makes a written list what it is in the cluster. Nothing where it is not the list of the old values, or where
/// there was nothing in it, or would be nothing left.
pub(super) fn rewritten(
    row: &Explained,
    list: &Node,
    old: &[Value],
    live: &[Value],
    sources: &Sources,
) -> Option<Edit> {
    let items = list.as_list().filter(|items| !items.is_empty())?;
    let makes = |(item, value)| makes(item, value);
    if live.is_empty() || items.len() != old.len() || !items.iter().zip(old).all(makes) {
        return None;
    }
    let file = file_of(row, sources)?;
    let written = Written {
        text: file.text(),
        items: items.iter().map(|item| item.span.range()).collect(),
    };
    let mut text = file.text().to_owned();
    for (range, new) in written.splices(old, live)?.into_iter().rev() {
        text.replace_range(range, &new);
    }
    Some(edited(row, file, text))
}

fn makes(item: &Node, value: &Value) -> bool {
    item.as_scalar()
        .is_some_and(|scalar| scalar.text == plain(value))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A list as it is written.
struct Written<'a> {
    text: &'a str,
    /// Where its items are; there is one at least.
    items: Vec<Range<usize>>,
}

impl Written<'_> {
    /// Returns what has to be written elsewhere, in the order of the text.
    fn splices(&self, old: &[Value], live: &[Value]) -> Option<Vec<Splice>> {
        let texts = |values: &[Value]| values.iter().map(plain).collect::<Vec<_>>();
        let (before, after) = (texts(old), texts(live));
        let mut splices = Vec::new();
        for step in capture_diff_slices(Algorithm::Myers, &before, &after) {
            let (old, new) = (step.old_range(), step.new_range());
            if matches!(step, DiffOp::Equal { .. }) {
                continue;
            }
            let changed = old.len().min(new.len());
            for (at, value) in old.clone().zip(&live[new.clone()]) {
                splices.push((self.items.get(at)?.clone(), self.value(value, at)?));
            }
            let (old, new) = (old.start + changed..old.end, new.start + changed..new.end);
            if !old.is_empty() {
                splices.push((self.run(old), String::new()));
            } else if !new.is_empty() {
                splices.push(self.added(old.start, &live[new])?);
            }
        }
        Some(splices)
    }

    /// Returns a value as it is written in this list, in the style of one of its items.
    fn value(&self, value: &Value, like: usize) -> Option<String> {
        let old = &self.text[self.items.get(like)?.clone()];
        let new = written(value, old).into_iter().next()?;
        let is_quoted = new.starts_with(['"', '\'']);
        let is_torn = self.head(like).is_none() && new.contains([',', '[', ']', '{', '}', '#']);
        Some(if is_torn && !is_quoted {
            value.to_string()
        } else {
            new
        })
    }

    /// Returns what stands before an item on its line, where each has a line of its own.
    fn head(&self, at: usize) -> Option<&str> {
        let head = &self.text[self.line(at).start..self.items[at].start];
        (head.trim() == "-").then_some(head)
    }

    /// Returns the lines of an item, with the end of the last.
    fn line(&self, at: usize) -> Range<usize> {
        let item = &self.items[at];
        let start = self.text[..item.start].rfind('\n').map_or(0, |end| end + 1);
        let rest = self.text[item.end..].find('\n');
        start..rest.map_or(self.text.len(), |end| item.end + end + 1)
    }

    /// Returns the place of some items together with what separates them from the others.
    fn run(&self, of: Range<usize>) -> Range<usize> {
        let (first, last) = (of.start, of.end - 1);
        if self.head(first).is_some() {
            return self.line(first).start..self.line(last).end;
        }
        match (first.checked_sub(1), self.items.get(of.end)) {
            (Some(before), _) => self.items[before].end..self.items[last].end,
            (None, Some(after)) => self.items[first].start..after.start,
            (None, None) => self.items[first].start..self.items[last].end,
        }
    }

    /// Writes values before an item, or after the last.
    fn added(&self, at: usize, values: &[Value]) -> Option<Splice> {
        let near = at.saturating_sub(1);
        let values = values.iter().map(|value| self.value(value, near));
        let values: Vec<String> = values.collect::<Option<_>>()?;
        let is_first = at == 0;
        let Some(head) = self.head(near) else {
            let values = values.join(", ");
            let (place, new) = if is_first {
                (self.items[near].start, format!("{values}, "))
            } else {
                (self.items[near].end, format!(", {values}"))
            };
            return Some((place..place, new));
        };
        let line = self.line(near);
        let place = if is_first { line.start } else { line.end };
        let is_open = !is_first && !self.text[line].ends_with('\n');
        let lines = values.iter().map(|value| {
            if is_open {
                ["\n", head, value, ""].concat()
            } else {
                ["", head, value, "\n"].concat()
            }
        });
        Some((place..place, lines.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rewrites a list of which each item is given as it is written.
    fn rewritten(text: &str, items: &[&str], old: &[&str], live: &[&str]) -> String {
        let mut from = 0;
        let items = items.iter().map(|item| {
            let start = from + text[from..].find(item).unwrap();
            from = start + item.len();
            start..from
        });
        let items = items.collect();
        let values = |of: &[&str]| of.iter().map(|one| Value::from(*one)).collect::<Vec<_>>();
        let written = Written { text, items };
        let mut text = text.to_owned();
        let splices = written.splices(&values(old), &values(live)).unwrap();
        for (range, new) in splices.into_iter().rev() {
            text.replace_range(range, &new);
        }
        text
    }

    #[test]
    fn items_between_brackets_come_and_go() {
        let (text, old) = ("args: [a, \"b\", c] # three\n", ["a", "b", "c"]);
        let items = ["a,", "\"b\"", "c]"].map(|item| item.trim_end_matches([',', ']']));
        let rows: [(&[&str], &str); 7] = [
            (&["a", "x", "c"], "args: [a, \"x\", c] # three\n"),
            (&["a", "b", "c", "d"], "args: [a, \"b\", c, d] # three\n"),
            (&["z", "a", "b", "c"], "args: [z, a, \"b\", c] # three\n"),
            (&["b", "c"], "args: [\"b\", c] # three\n"),
            (&["a"], "args: [a] # three\n"),
            (&["c"], "args: [c] # three\n"),
            (&["a", "b", "c,d"], "args: [a, \"b\", \"c,d\"] # three\n"),
        ];
        for (live, expected) in rows {
            // The first letter is in the key, too.
            let found = rewritten(&text[5..], &items, &old, live);
            assert_eq!(format!("args:{found}"), expected);
        }
    }

    #[test]
    fn items_on_lines_keep_their_comments() {
        let text = "  - one # the first\n  # about two\n  - two\n  - 3\nport: 1\n";
        let items = ["one", "two\n", "3"].map(str::trim_end);
        let text = text.replace("about two", "about 2");
        let rows: [(&[&str], &str); 5] = [
            (
                &["one", "two", "4"],
                "  - one # the first\n  # about 2\n  - two\n  - 4\nport: 1\n",
            ),
            (
                &["one", "two", "3", "true"],
                "  - one # the first\n  # about 2\n  - two\n  - 3\n  - true\nport: 1\n",
            ),
            (
                &["one", "new", "two", "3"],
                "  - one # the first\n  - new\n  # about 2\n  - two\n  - 3\nport: 1\n",
            ),
            (
                &["one", "two"],
                "  - one # the first\n  # about 2\n  - two\nport: 1\n",
            ),
            (
                &["zero", "one", "two", "3"],
                "  - zero\n  - one # the first\n  # about 2\n  - two\n  - 3\nport: 1\n",
            ),
        ];
        for (live, expected) in rows {
            assert_eq!(
                rewritten(&text, &items, &["one", "two", "3"], live),
                expected
            );
        }
        assert_eq!(
            rewritten("- one", &["one"], &["one"], &["one", "two"]),
            "- one\n- two"
        );
    }
}
