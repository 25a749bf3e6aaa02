//! Capabilities: each with the reason why a container has it.

use std::collections::BTreeMap;

use super::validate::NO_REASON;
use crate::diagnostic::Diagnostic;
use crate::name::{Capability, Reason};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;

/// Capabilities with the reason for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub BTreeMap<Capability, Reason>);

impl Read for Capabilities {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_list() {
            Some([]) => Some(Self::default()),
            Some(names) => {
                let message = format!("`{}` gives no reasons", reader.path());
                let finding = Diagnostic::error(NO_REASON, message).at(node.span);
                reader.report(finding.help(format!("write `{}`", with_reasons(names))));
                None
            }
            None => BTreeMap::read(node, reader).map(Self),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn shape() -> Shape {
        BTreeMap::<Capability, Reason>::shape()
    }
}

/// Returns the mapping that a list should be.
fn with_reasons(names: &[Node]) -> String {
    let names = names.iter().filter_map(Node::as_scalar);
    let names = names.map(|name| name.text.strip_prefix("CAP_").unwrap_or(&name.text));
    let pairs: Vec<String> = names.map(|name| format!("{name}: \"why\"")).collect();
    format!("capabilities: {{ {} }}", pairs.join(", "))
}
