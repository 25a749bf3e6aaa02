//! The rules of the estate.

use super::codes::TWICE;
use crate::diagnostic::{Diagnostic, Report};
use crate::node::Node;
use crate::policy::{OwnRule, RuleDocument};
use crate::read::{Read, Reader};

/// Reads all, ordered by name.
pub(super) fn read(documents: Vec<Node>, report: &mut Report) -> Vec<OwnRule> {
    let mut rules: Vec<OwnRule> = documents
        .into_iter()
        .filter_map(|tree| {
            let document = RuleDocument::read(&tree, &mut Reader::new(report))?;
            Some(OwnRule {
                name: document.metadata.name,
                fields: document.spec,
                tree,
            })
        })
        .collect();
    rules.sort_by(|one, other| one.name.cmp(&other.name));
    rules.dedup_by(|second, first| {
        let same = second.name == first.name;
        if same {
            report.push(
                Diagnostic::error(TWICE, format!("there are two rules `{}`", second.name))
                    .at(second.name_span())
                    .label(first.name_span(), "first here")
                    .help("give one of them another name"),
            );
        }
        same
    });
    rules
}
