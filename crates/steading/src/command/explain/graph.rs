//! `steading explain graph`: what needs what.

mod dot;
mod layout;
mod svg;
mod tree;

use std::io::Write;

use clap::{Args, ValueEnum};
use serde::Serialize;
use steading_model::graph::{Graph, GraphNode, NodeKind};

use crate::diagnostics::{self, tally};
use crate::error::{CommandError, Outcome};
use crate::output;
use crate::pipeline::{Compiled, Loaded, Selection};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading explain graph --env prod                           who needs whom in `prod`, as a tree
  steading explain graph shop --env prod                      what `shop` needs, and who needs it
  steading explain graph --env prod --format svg > graph.svg  as a picture
  steading explain graph --format dot | dot -Tpdf > graph.pdf

Needed is what an application uses, what it depends on, and what `network` lets it reach. Releases are in the order of the first two.";

/// Say which application needs which
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct GraphCommand {
    /// Only what these need, and who needs them [default: all]
    #[arg(value_name = "APP")]
    applications: Vec<String>,

    /// Environment to look at [default: all]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,

    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: GraphFormat,
}

/// How a graph is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// A tree for people
    Text,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
    /// For programs
    Json,
}

#[derive(Serialize)]
struct JsonGraph {
    nodes: Vec<JsonNode>,
    edges: Vec<JsonEdge>,
}

#[derive(Serialize)]
struct JsonNode {
    id: String,
    environment: String,
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
struct JsonEdge {
    from: String,
    to: String,
    why: Vec<String>,
}

/// Runs `steading explain graph`.
pub(super) fn run(arguments: GraphCommand, session: &Session) -> Result<Outcome, CommandError> {
    let GraphCommand {
        applications: named,
        env,
        format,
    } = arguments;
    let loaded = Loaded::read(session)?;
    let selection = Selection::new(&loaded, &named)?;
    let environments = loaded.environments(env.as_deref())?;
    let Compiled {
        applications,
        report,
        ..
    } = loaded.compile(&environments);
    let Some(estate) = loaded.estate() else {
        let report = loaded.gather(&selection, [report]);
        let last = format!("nothing is explained: {}", tally(&report));
        diagnostics::say(&session.ui, loaded.findings(&report), &last);
        return Ok(Outcome::Findings);
    };
    if report.has_errors() || loaded.report.has_errors() {
        session.ui.say(
            "note: some declarations have errors, and what they need is not known: see `steading check`",
        );
    }
    let graph = Graph::of(estate, &applications);
    let is_meant =
        |node: &GraphNode| node.kind == NodeKind::Application && named.contains(&node.name);
    let graph = if named.is_empty() {
        graph
    } else {
        graph.around(is_meant)
    };
    let text = match format {
        GraphFormat::Text => tree::text(&graph),
        GraphFormat::Dot => dot::text(&graph),
        GraphFormat::Svg => svg::text(&graph, estate.name.as_str()),
        GraphFormat::Json => {
            output::json(&session.ui, &json(&graph))?;
            return Ok(Outcome::Success);
        }
    };
    session.ui.data().write_all(text.as_bytes())?;
    Ok(Outcome::Success)
}

/// Returns what tells a node from all others.
fn id(node: &GraphNode) -> String {
    let kind = word(node.kind);
    match node.kind {
        NodeKind::Application => format!("{}/{}", node.environment, node.name),
        NodeKind::Entry | NodeKind::Outside => {
            format!("{}/{kind}:{}", node.environment, node.name)
        }
    }
}

fn word(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Application => "application",
        NodeKind::Entry => "entry",
        NodeKind::Outside => "outside",
    }
}

/// Says whether a graph is of several environments; then they have to be named.
fn is_mixed(graph: &Graph) -> bool {
    let mut environments = graph.nodes.iter().map(|node| &node.environment);
    let first = environments.next();
    environments.any(|other| Some(other) != first)
}

/// Returns what a node is called where nothing around it says the environment.
fn label(graph: &Graph, node: &GraphNode) -> String {
    if is_mixed(graph) {
        format!("{}/{}", node.environment, node.name)
    } else {
        node.name.clone()
    }
}

fn json(graph: &Graph) -> JsonGraph {
    let node = |node: &GraphNode| JsonNode {
        id: id(node),
        environment: node.environment.to_string(),
        kind: word(node.kind),
        name: node.name.clone(),
    };
    let edges = graph.edges.iter().map(|((from, to), why)| JsonEdge {
        from: id(&graph.nodes[*from]),
        to: id(&graph.nodes[*to]),
        why: why.iter().map(ToString::to_string).collect(),
    });
    JsonGraph {
        edges: edges.collect(),
        nodes: graph.nodes.iter().map(node).collect(),
    }
}
