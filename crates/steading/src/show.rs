//! How plans, releases and states look: text for people, Markdown for pull requests.

mod budget;
mod change;
mod markdown;
mod plan;
mod progress;
mod reason;

pub(crate) use change::value_line as change_line;
pub(crate) use markdown::markdown;
pub(crate) use plan::{Tally, text};
pub(crate) use progress::ReleaseProgress;
pub(crate) use reason::what as reason_text;

/// Adds a line to a text.
pub(crate) fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
