//! The few lines of a file that a finding is about: large files are not laid out for one line of them.

use std::borrow::Cow;
use std::ops::Range;

use steading_model::{FileId, Sources, Span};

use super::hidden::without_secrets;

/// Lines of a file, and places in them.
pub(super) struct Excerpt<'a> {
    /// The text of the lines.
    pub(super) text: Cow<'a, str>,
    /// The number of the first line.
    pub(super) first_line: usize,
    start: usize,
}

impl<'a> Excerpt<'a> {
    /// Cuts out the lines from the first place to the last.
    pub(super) fn of(sources: &'a Sources, file: FileId, spans: &[Span]) -> Self {
        let text = without_secrets(sources, file);
        let first = spans.iter().map(|span| span.start).min().unwrap_or(0);
        let last = spans.iter().map(|span| span.start).max().unwrap_or(0);
        let start = line_start(&text, boundary(&text, first));
        let end = line_end(&text, boundary(&text, last));
        Self {
            text: match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[start..end]),
                Cow::Owned(text) => Cow::Owned(text[start..end].to_owned()),
            },
            first_line: sources.file(file).position(first).line as usize,
            start,
        }
    }

    /// Returns where a place is in the text; of a place of many lines, the first.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let inside = |byte: u32| boundary(&self.text, byte.saturating_sub(self.offset()));
        let start = inside(span.start);
        let end = inside(span.end).clamp(start, line_end(&self.text, start));
        start..end
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.start).unwrap_or(u32::MAX)
    }
}

fn boundary(text: &str, byte: u32) -> usize {
    text.floor_char_boundary((byte as usize).min(text.len()))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    if text[at..end].ends_with('\r') {
        end - 1
    } else {
        end
    }
}

#[cfg(test)]
mod tests {
    use steading_model::{Sources, Span};

    use super::*;

    #[test]
    fn a_place_of_many_lines_is_shown_by_its_first() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "one\r\ntwö: 1\r\n  x: 2\r\nend");
        let span = Span {
            file,
            start: 5,
            end: 19,
        };
        let excerpt = Excerpt::of(&sources, file, &[span]);
        assert_eq!((excerpt.text.as_ref(), excerpt.first_line), ("twö: 1", 2));
        assert_eq!(excerpt.range(span), 0..7);
    }

    #[test]
    fn a_place_behind_the_end_is_its_end() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "one\n");
        let span = Span {
            file,
            start: 9,
            end: 12,
        };
        let excerpt = Excerpt::of(&sources, file, &[span]);
        assert_eq!(excerpt.range(span), excerpt.text.len()..excerpt.text.len());
    }
}
