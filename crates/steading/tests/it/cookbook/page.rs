//! A page of the cookbook.

use std::fs;
use std::path::PathBuf;

/// The sections of every page, in this order.
pub(super) const SECTIONS: [&str; 5] = [
    "When",
    "The declaration",
    "What Steading derives",
    "What to change",
    "Traps that it takes away",
];
const START: &str = "<!-- derived -->\n";
const END: &str = "<!-- end -->";

/// A page of the cookbook.
pub(super) struct Page {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) text: String,
}

impl Page {
    pub(super) fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).expect("the page can be read");
        Self { path, text }
    }

    /// Returns the titles of its sections.
    pub(super) fn sections(&self) -> Vec<&str> {
        let lines = self.text.lines();
        lines.filter_map(|line| line.strip_prefix("## ")).collect()
    }

    /// Says whether it includes the declaration of this application.
    pub(super) fn includes(&self, name: &str) -> bool {
        let file = format!(
            "{{{{#include ../../examples/cookbook/applications/{name}/application.yaml}}}}"
        );
        self.text.contains(&file)
    }

    /// Returns its text with another block of what is derived.
    pub(super) fn with_derived(&self, table: &str) -> String {
        let (before, rest) = self.text.split_once(START).expect("the page has a block");
        let (_, after) = rest.split_once(END).expect("the block ends");
        format!("{before}{START}\n{table}\n{END}{after}")
    }
}
