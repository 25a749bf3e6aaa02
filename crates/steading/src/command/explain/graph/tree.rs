//! A graph as trees: first those that nobody needs, below each what it needs. What several need is drawn out where it comes first. Whose
//! needs have none themselves is one line.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::graph::{Graph, Need, NodeKind};

use super::label;
use crate::show::push;

/// The widest line of those that stand alone.
const WIDEST: usize = 100;

/// Returns the trees.
pub(super) fn text(graph: &Graph) -> String {
    let needed: BTreeSet<usize> = graph.edges.keys().map(|(_, to)| *to).collect();
    let needing: BTreeSet<usize> = graph.edges.keys().map(|(from, _)| *from).collect();
    let mut trees = Trees {
        graph,
        drawn: BTreeSet::new(),
        open: Vec::new(),
        users: users(graph),
        text: String::new(),
    };
    let all = 0..graph.nodes.len();
    let roots = all.clone();
    let roots = roots.filter(|node| needing.contains(node) && !needed.contains(node));
    let (flat, deep): (Vec<usize>, Vec<usize>) = roots.partition(|root| trees.is_flat(*root));
    for root in deep {
        trees.root(root);
    }
    // What is left needs itself, around a circle.
    for root in all.clone().filter(|node| needing.contains(node)) {
        if !flat.contains(&root) && !trees.drawn.contains(&root) {
            trees.root(root);
        }
    }
    if !flat.is_empty() && !trees.text.is_empty() {
        trees.text.push('\n');
    }
    for root in flat {
        trees.flat(root);
    }
    let mut text = trees.text;
    let alone: Vec<String> = all
        .filter(|node| !needing.contains(node) && !needed.contains(node))
        .map(|node| label(graph, &graph.nodes[node]))
        .collect();
    if !alone.is_empty() {
        text.push_str("\nneed nothing, and nobody needs them:\n");
        text.push_str(&wrapped(&alone));
    }
    text.push_str(&legend(graph, &needed));
    text.trim_start_matches('\n').to_owned()
}

/// Says what the brackets mean that are there.
fn legend(graph: &Graph, needed: &BTreeSet<usize>) -> String {
    let has = |kind: NodeKind| needed.iter().any(|node| graph.nodes[*node].kind == kind);
    let meanings = [
        (NodeKind::Entry, "[…] is an entry of the catalogue"),
        (
            NodeKind::Outside,
            "(…) is outside of the estate's applications",
        ),
    ];
    let meanings = meanings.iter().filter(|(kind, _)| has(*kind));
    let meanings: Vec<&str> = meanings.map(|(_, text)| *text).collect();
    if meanings.is_empty() {
        return String::new();
    }
    format!("\n{}\n", meanings.join("; "))
}

/// Returns for each node how many need it.
fn users(graph: &Graph) -> BTreeMap<usize, usize> {
    let mut users = BTreeMap::new();
    for (_, to) in graph.edges.keys() {
        *users.entry(*to).or_default() += 1;
    }
    users
}

struct Trees<'a> {
    graph: &'a Graph,
    drawn: BTreeSet<usize>,
    /// The way from the root.
    open: Vec<usize>,
    users: BTreeMap<usize, usize>,
    text: String,
}

impl Trees<'_> {
    fn root(&mut self, node: usize) {
        let name = label(self.graph, &self.graph.nodes[node]);
        push(&mut self.text, &name);
        self.below(node, "");
    }

    /// Says whether all that a node needs needs nothing itself.
    fn is_flat(&self, node: usize) -> bool {
        let mut needs = self.graph.needs(node);
        needs.all(|(next, _)| self.graph.needs(next).next().is_none())
    }

    /// Writes a node whose needs have none on one line.
    fn flat(&mut self, node: usize) {
        let name = label(self.graph, &self.graph.nodes[node]);
        let mut line = name;
        let mut said = String::new();
        for (next, why) in self.graph.needs(node) {
            let (words, what) = self.said(next, why);
            let comma = if said.is_empty() { "" } else { "," };
            line.push_str(comma);
            if words != said {
                line = format!("{line} {words}");
            }
            line = format!("{line} {what}");
            said = words;
        }
        push(&mut self.text, &line);
    }

    fn below(&mut self, node: usize, indent: &str) {
        self.drawn.insert(node);
        self.open.push(node);
        let graph = self.graph;
        let needs: Vec<(usize, &BTreeSet<Need>)> = graph.needs(node).collect();
        for (at, (next, why)) in needs.iter().enumerate() {
            let last = at + 1 == needs.len();
            let (branch, deeper) = if last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            let (words, what) = self.said(*next, why);
            push(&mut self.text, &format!("{indent}{branch}{words} {what}"));
            if !self.drawn.contains(next) {
                self.below(*next, &format!("{indent}{deeper}"));
            }
        }
        self.open.pop();
    }

    /// Returns why something is needed, and what it is.
    fn said(&self, node: usize, why: &BTreeSet<Need>) -> (String, String) {
        let found = &self.graph.nodes[node];
        let name = label(self.graph, found);
        let words: Vec<String> = why.iter().map(|need| phrase(need, &found.name)).collect();
        let words = words.join(", ");
        let what = match found.kind {
            NodeKind::Application => name,
            NodeKind::Entry => format!("[{name}]"),
            NodeKind::Outside => format!("({name})"),
        };
        let has_more = self.graph.needs(node).next().is_some();
        let remark = if self.open.contains(&node) {
            ", and round in a circle"
        } else if has_more && self.drawn.contains(&node) {
            ", see above"
        } else {
            ""
        };
        let users = self.users.get(&node).copied().unwrap_or_default();
        let several = if users > 1 && !self.drawn.contains(&node) && has_more {
            format!(", needed by {users}")
        } else {
            String::new()
        };
        (words, format!("{what}{several}{remark}"))
    }
}

/// A name under `uses` is said only where it is not the name of what stands behind it.
fn phrase(need: &Need, name: &str) -> String {
    match need {
        Need::Uses(used) if used == name => "uses".to_owned(),
        Need::Uses(used) => format!("uses `{used}`:"),
        Need::DependsOn | Need::Reaches => need.to_string(),
    }
}

fn wrapped(names: &[String]) -> String {
    let mut text = String::new();
    let mut line = String::from(" ");
    for (at, name) in names.iter().enumerate() {
        let comma = if at + 1 == names.len() { "" } else { "," };
        let word = format!(" {name}{comma}");
        if line.chars().count() + word.chars().count() > WIDEST {
            text.push_str(line.trim_end());
            text.push('\n');
            line = String::from(" ");
        }
        line.push_str(&word);
    }
    text.push_str(&line);
    text.push('\n');
    text
}
