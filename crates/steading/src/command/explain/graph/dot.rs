//! A graph in the language of Graphviz.

use std::fmt::Write;

use steading_model::graph::{Graph, Need, NodeKind};

use super::{id, label};

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
        let _ = writeln!(text, "  {id} [label={label}{form}];");
    }
    for ((from, to), why) in &graph.edges {
        let words: Vec<String> = why.iter().map(ToString::to_string).collect();
        let style = if why.iter().any(Need::is_ordered) {
            ""
        } else {
            ", style=dashed"
        };
        let _ = writeln!(
            text,
            "  {} -> {} [label={}{style}];",
            quoted(&id(&graph.nodes[*from])),
            quoted(&id(&graph.nodes[*to])),
            quoted(&words.join(", "))
        );
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
