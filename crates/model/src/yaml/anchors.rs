//! Anchors, and what their aliases may expand to.

use std::collections::BTreeMap;

use crate::node::{Node, Value};

/// What all aliases of a file may expand to, in bytes as measured by [`weigh`].
const BUDGET: usize = 16 << 20;
/// What a value weighs besides its text.
const NODE: usize = 80;

/// The anchors of a file by the parser's numbers.
#[derive(Default)]
pub(super) struct Anchors {
    values: BTreeMap<usize, Anchor>,
    spent: usize,
}

struct Anchor {
    node: Node,
    weight: usize,
    depth: usize,
}

/// Why an alias has no value.
pub(super) enum Refused {
    /// It stands within its own anchor.
    Recursive,
    /// The budget is spent.
    Budget,
    /// The value would stand too deep.
    Depth,
}

impl Anchors {
    /// Keeps the value of an anchor; `false` when the budget is spent.
    pub(super) fn define(&mut self, id: usize, node: &Node) -> bool {
        let (weight, depth) = weigh(node);
        if !self.spend(weight) {
            return false;
        }
        self.values.insert(
            id,
            Anchor {
                node: node.clone(),
                weight,
                depth,
            },
        );
        true
    }

    /// Returns the value of an alias that stands `depth` deep.
    pub(super) fn resolve(&mut self, id: usize, depth: usize) -> Result<Node, Refused> {
        let anchor = self.values.get(&id).ok_or(Refused::Recursive)?;
        if depth + anchor.depth > super::DEEPEST {
            return Err(Refused::Depth);
        }
        let weight = anchor.weight;
        if !self.spend(weight) {
            return Err(Refused::Budget);
        }
        self.values
            .get(&id)
            .map(|anchor| anchor.node.clone())
            .ok_or(Refused::Recursive)
    }

    fn spend(&mut self, weight: usize) -> bool {
        let fits = self.spent.saturating_add(weight) <= BUDGET;
        if fits {
            self.spent += weight;
        }
        fits
    }
}

/// Returns the weight and the depth of a value; the depth is bounded by the parser and by [`Anchors::resolve`].
fn weigh(node: &Node) -> (usize, usize) {
    let add = |(weight, depth): (usize, usize), key: usize, child: &Node| {
        let (child_weight, child_depth) = weigh(child);
        (weight + key + child_weight, depth.max(child_depth + 1))
    };
    match &node.value {
        Value::Null => (NODE, 0),
        Value::Scalar(scalar) => (NODE + scalar.text.len(), 0),
        Value::List(items) => items.iter().fold((NODE, 1), |sum, item| add(sum, 0, item)),
        Value::Mapping(mapping) => mapping.entries().iter().fold((NODE, 1), |sum, entry| {
            add(sum, NODE + entry.key.len(), &entry.value)
        }),
    }
}
