//! A graph in the language of Graphviz.

use steading_model::graph::{Graph, Need, NodeKind};

use super::{id, label};
use crate::show::push;

/// Returns the graph.
pub(super) fn text(graph: &Graph) -> String {
    let mut text = String::from(
        "digraph steading {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", shape=box, style=rounded];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    for node in &graph.nodes {
        let form = match node.kind {
            NodeKind::Application => "",
            NodeKind::Entry => ", shape=cylinder, style=solid",
            NodeKind::Outside => ", style=dashed",
        };
        let (id, label) = (quoted(&id(node)), quoted(&label(graph, node)));
        push(&mut text, &format!("  {id} [label={label}{form}];"));
    }
    for ((from, to), why) in &graph.edges {
        let words: Vec<String> = why.iter().map(ToString::to_string).collect();
        let style = if why.iter().any(Need::is_ordered) {
            ""
        } else {
            ", style=dashed"
        };
        push(
            &mut text,
            &format!(
                "  {} -> {} [label={}{style}];",
                quoted(&id(&graph.nodes[*from])),
                quoted(&id(&graph.nodes[*to])),
                quoted(&words.join(", "))
            ),
        );
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
