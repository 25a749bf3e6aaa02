//! What components said last.

use std::fs;

use crate::component::Component;
use crate::directory::Directory;

/// Returns the last lines of a component's log.
pub(crate) fn tail(directory: &Directory, component: Component) -> String {
    let bytes = fs::read(directory.log(component)).unwrap_or_default();
    let from = bytes.len().saturating_sub(4000);
    let text = String::from_utf8_lossy(&bytes[from..]);
    let lines: Vec<&str> = text.lines().rev().take(12).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
