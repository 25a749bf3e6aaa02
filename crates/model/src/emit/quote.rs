//! When text is quoted, and how.

use std::fmt::Write;

use crate::yaml;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    /// On one line: plain or quoted.
    Inline,
    /// As a block literal.
    Literal,
}

/// Returns how a text is best written.
pub(super) fn style(text: &str) -> Style {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let readable = text.contains('\n')
        && !body.is_empty()
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.chars().all(|c| c == '\n' || is_printable(c))
        && body.lines().all(|line| !line.ends_with(' '));
    if readable {
        Style::Literal
    } else {
        Style::Inline
    }
}

/// Says whether every reader takes a character as it is.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Writes text on one line: plain if nothing else could be read into it.
pub(super) fn inline(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else if text.contains(['"', '\\']) && !text.contains('\'') && text.chars().all(is_printable) {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
    } else {
        double_quoted(text, out);
    }
}

fn is_plain(text: &str) -> bool {
    let middle =
        |byte: u8| byte.is_ascii_alphanumeric() || b"_./-+@%,()=~^;!$&*?<>| ".contains(&byte);
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let begins = first.is_ascii_alphanumeric() || matches!(first, b'/' | b'_' | b'.' | b'$');
    begins
        && *last != b' '
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| middle(*byte) || (*byte == b':' && colon_is_text(bytes, at)))
        && yaml::is_undisputed_text(text)
        && !looks_like_time(text)
}

/// A colon ends a key before a space or at the end of the text; within flow collections also elsewhere, but we write none.
fn colon_is_text(bytes: &[u8], at: usize) -> bool {
    bytes
        .get(at + 1)
        .is_some_and(|next| *next != b' ' && *next != b':')
}

/// Dates and sexagesimal numbers, which readers of YAML 1.1 may turn into something else.
fn looks_like_time(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains(['-', ':'])
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "-:._TtZz+ ".contains(c))
}

fn double_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_printable(c) => out.push(c),
            _ => escape(c, out),
        }
    }
    out.push('"');
}

fn escape(c: char, out: &mut String) {
    let code = u32::from(c);
    let written = if code <= 0xff {
        write!(out, "\\x{code:02x}")
    } else {
        write!(out, "\\u{code:04x}")
    };
    debug_assert!(written.is_ok(), "a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = String::new();
        inline(text, &mut out);
        out
    }

    #[test]
    fn text_that_could_be_something_else_is_quoted() {
        for text in [
            "yes",
            "No",
            "y",
            "N",
            "on",
            "OFF",
            "null",
            "~",
            "",
            "true",
            "1",
            "1.5",
            "0755",
            "1e3",
            "1_000",
            "0x1F",
            "0b1",
            "22:22",
            "1_0:30",
            "2024-01-31",
            "2024-01-31T10:00:00Z",
            ".inf",
            "- a",
            "a: b",
            "a #b",
            "# a",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a",
            "'a",
            "{a",
            "[a",
            "a:",
            " a",
            "a ",
            "|",
            ">",
            "?",
            "=",
            "<<",
            "-",
            "--- a",
            ",a",
            "1:30:00",
        ] {
            assert_eq!(written(text), format!("\"{text}\""), "{text}");
        }
        assert_eq!(written("say \"hi\""), "'say \"hi\"'");
        assert_eq!(written("it's \"x\""), "\"it's \\\"x\\\"\"");
        assert_eq!(written("\u{7}\u{2028}"), "\"\\x07\\u2028\"");
    }

    #[test]
    fn harmless_text_is_plain() {
        for text in [
            "web",
            "ghcr.io/me/app:1.2.3",
            "https://a.example.org/x?y=1&z=2",
            "/data",
            "a b c",
            "1.2.3",
            "100m",
            "1Gi",
            "$HOME",
            "500M",
        ] {
            assert_eq!(written(text), text);
        }
    }
}
