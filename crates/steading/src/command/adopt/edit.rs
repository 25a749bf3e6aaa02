//! Edits of declarations that keep everything else as it is: comments, order, quotes.

use serde_json::Value;
use steading_model::emit;
use steading_model::explain::{Explained, Origin};
use steading_model::{SourceFile, Sources, Span};

/// A file with one place changed.
pub(super) struct Edit {
    /// The file's path.
    pub(super) path: String,
    /// What it holds then.
    pub(super) bytes: Vec<u8>,
    /// What was changed, in words.
    pub(super) what: String,
}

/// Returns the edits that put a live value where a row is written.
pub(super) fn replacements(row: &Explained, live: &Value, sources: &Sources) -> Vec<Edit> {
    let Some(file) = file_of(row, sources) else {
        return Vec::new();
    };
    let texts = written(live, &file.text()[row.span.range()]);
    let edits = texts
        .into_iter()
        .map(|new| edited(row, file, spliced(file.text(), row.span, &new)));
    edits.collect()
}

/// Returns the file that a row is written in, if it is in one.
pub(super) fn file_of<'a>(row: &Explained, sources: &'a Sources) -> Option<&'a SourceFile> {
    let file = sources.file(row.span.file);
    let is_written = !matches!(row.origin, Origin::BuiltIn | Origin::CommandLine)
        && !file.path().starts_with('<');
    is_written.then_some(file)
}

/// Returns the edit that leaves a text where a row is written.
pub(super) fn edited(row: &Explained, file: &SourceFile, text: String) -> Edit {
    Edit {
        path: file.path().to_owned(),
        bytes: text.into_bytes(),
        what: format!("{}  {} ({})", row.place, row.path, row.origin),
    }
}

/// Returns how a value may be written: without quotes where the old one has none, and as the emitter does.
pub(super) fn written(live: &Value, old: &str) -> Vec<String> {
    let plain = match live {
        Value::String(text) if !text.contains('\n') && !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(word) => Some(word.to_string()),
        _ => None,
    };
    let is_quoted = old.starts_with(['"', '\'', '|', '>']);
    let quoted = live.as_str().map(|text| Value::from(text).to_string());
    let emitted =
        (!live.is_object() && !live.is_array()).then(|| emit::value(live).trim().to_owned());
    let emitted = emitted.filter(|text| !text.contains('\n'));
    // A number or a word such as `false`, which would be quoted if it were a text.
    let is_literal = emit::value(&Value::from(old)).trim() != old;
    if is_quoted {
        quoted.into_iter().chain(plain).collect()
    } else if is_literal {
        plain.into_iter().chain(emitted).collect()
    } else {
        emitted.into_iter().chain(quoted).chain(plain).collect()
    }
}

fn spliced(text: &str, span: Span, new: &str) -> String {
    let range = span.range();
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// Returns the edit that takes out the entry of a mapping, from its key to the end of its value.
pub(super) fn removal(row: &Explained, key: Span, sources: &Sources) -> Option<Edit> {
    let file = sources.file(row.span.file);
    if file.path().starts_with('<') || key.file != row.span.file {
        return None;
    }
    let text = file.text();
    let (start, end) = (key.range().start, row.span.range().end);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let rest = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let is_alone = text[line..start].trim().is_empty();
    let range = if is_alone {
        line..rest
    } else {
        within_braces(text, start, end)
    };
    Some(Edit {
        path: file.path().to_owned(),
        bytes: format!("{}{}", &text[..range.start], &text[range.end..]).into_bytes(),
        what: format!("{}  {} goes ({})", row.place, row.path, row.origin),
    })
}

/// Returns an entry between braces with the comma that goes with it.
fn within_braces(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let before = text[..start].trim_end();
    if before.ends_with(',') {
        return before.len() - 1..end;
    }
    let after = &text[end..];
    let skipped = after.len() - after.trim_start_matches([' ', '\n']).len();
    match after[skipped..].strip_prefix(',') {
        Some(rest) => {
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            start..end + skipped + 1 + blanks
        }
        None => start..end,
    }
}

/// Returns the edit that writes a field of `spec` which is built in so far, after the first one that is declared.
pub(super) fn insertion(row: &Explained, live: &Value, declaration: (&str, Span)) -> Option<Edit> {
    let (text, first) = declaration;
    let key = row
        .path
        .last_key()
        .filter(|_| row.path.segments().len() == 2)?;
    let start = text[..first.range().start]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let indent = &text[start..first.range().start];
    if !indent.trim().is_empty() {
        return None;
    }
    let value = written(live, "").into_iter().next()?;
    let new = format!(
        "{}{indent}{key}: {value}\n{}",
        &text[..start],
        &text[start..]
    );
    Some(Edit {
        path: String::new(),
        bytes: new.into_bytes(),
        what: format!("{} is written, which was built in", row.path),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_the_old_one_is() {
        assert_eq!(written(&json!(3), "2"), ["3", "3"]);
        assert_eq!(written(&json!("a:1.1"), "a:1.0")[0], "a:1.1");
        assert_eq!(written(&json!("b"), "\"a\"")[0], "\"b\"");
        assert_eq!(written(&json!("yes"), "a")[0], "\"yes\"");
        assert_eq!(written(&json!("true"), "false")[0], "true");
        assert_eq!(written(&json!(["a"]), "[b]"), [""; 0]);
    }

    #[test]
    fn an_entry_goes_with_its_comma() {
        for (text, entry, expected) in [
            ("{ a: 1, b: 2 }", "b: 2", "{ a: 1 }"),
            ("{ a: 1, b: 2 }", "a: 1", "{ b: 2 }"),
            ("{ a: 1 }", "a: 1", "{  }"),
            ("{ a: 1, b: 2, c: 3 }", "b: 2", "{ a: 1, c: 3 }"),
        ] {
            let start = text.find(entry).unwrap();
            let range = within_braces(text, start, start + entry.len());
            let left = format!("{}{}", &text[..range.start], &text[range.end..]);
            assert_eq!(left, expected, "{text} without {entry}");
        }
    }
}
