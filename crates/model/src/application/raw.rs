//! Kubernetes objects verbatim.

use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::source::Span;

/// A Kubernetes object verbatim.
#[derive(Clone, Debug, PartialEq)]
pub struct RawObject {
    /// The object.
    pub json: serde_json::Value,
    /// Where it was written.
    pub span: Span,
}

impl Read for RawObject {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.wrong_type(node, "a Kubernetes object");
            return None;
        };
        let missing: Vec<&str> = ["apiVersion", "kind", "metadata"]
            .into_iter()
            .filter(|key| mapping.get(key).is_none())
            .collect();
        for key in &missing {
            reader.missing(node, key);
        }
        missing.is_empty().then(|| Self {
            json: node.to_json(),
            span: node.span,
        })
    }

    fn shape() -> Shape {
        Shape::Anything
    }
}
