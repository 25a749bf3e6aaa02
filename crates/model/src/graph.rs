//! What needs what, across the applications of an estate: for people who look at it as a whole.
//!
//! Applications are nodes, each in its environment, and so is what they use that no application of the estate runs. An edge leads from
//! who needs to what is needed, whatever says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::application::{Application, Peer, PeerTarget};
use crate::estate::{Entry, EntryKind, Estate};
use crate::name::{AppName, EnvironmentName};

/// What needs what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// All that needs or is needed, in order.
    pub nodes: Vec<GraphNode>,
    /// For each pair of places in `nodes` (who needs, what is needed): why.
    pub edges: BTreeMap<(usize, usize), BTreeSet<Need>>,
}

/// Something that needs, or is needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GraphNode {
    /// The environment.
    pub environment: EnvironmentName,
    /// What it is.
    pub kind: NodeKind,
    /// What it is called.
    pub name: String,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// An application.
    Application,
    /// An entry of the catalogue that no application of the estate runs; with `CloudNativePG`, a database cluster for each user.
    Entry,
    /// A namespace or addresses that `network` names.
    Outside,
}

/// Why something is needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// By `uses`: under this name.
    Uses(String),
    /// By `dependsOn`.
    DependsOn,
    /// By `network`: one end says that there are connections.
    Reaches,
}

impl Need {
    /// Says whether releases are in order because of it.
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Reaches)
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Uses(name) => write!(formatter, "uses {name}"),
            Self::DependsOn => formatter.write_str("depends on"),
            Self::Reaches => formatter.write_str("reaches"),
        }
    }
}

impl Graph {
    /// Returns what needs what among applications, and what they need beside each other.
    pub fn of(estate: &Estate, applications: &[Application]) -> Self {
        let mut draft = Draft {
            estate,
            nodes: BTreeSet::new(),
            edges: BTreeMap::new(),
        };
        for application in applications {
            draft.application(application);
        }
        draft.finish()
    }

    /// Returns the part that has to do with some nodes: they, all that they need, and all that needs them, however far.
    #[must_use]
    pub fn around(&self, is_meant: impl Fn(&GraphNode) -> bool) -> Self {
        let meant: BTreeSet<usize> = (0..self.nodes.len())
            .filter(|at| is_meant(&self.nodes[*at]))
            .collect();
        let needed = self.reached(&meant, |(from, to)| (from, to));
        let needing = self.reached(&meant, |(from, to)| (to, from));
        let kept: Vec<usize> = needed.union(&needing).copied().collect();
        let place = |old: usize| kept.binary_search(&old).ok();
        let within = |(from, to): (usize, usize)| {
            [&needed, &needing]
                .iter()
                .any(|side| side.contains(&from) && side.contains(&to))
        };
        let edges = self.edges.iter().filter(|(edge, _)| within(**edge));
        let edges = edges
            .filter_map(|((from, to), needs)| Some(((place(*from)?, place(*to)?), needs.clone())));
        Self {
            edges: edges.collect(),
            nodes: kept.iter().map(|at| self.nodes[*at].clone()).collect(),
        }
    }

    /// Returns what a node needs, in order.
    pub fn needs(&self, node: usize) -> impl Iterator<Item = (usize, &BTreeSet<Need>)> {
        let edges = self.edges.range((node, 0)..=(node, usize::MAX));
        edges.map(|((_, to), needs)| (*to, needs))
    }

    fn reached(
        &self,
        start: &BTreeSet<usize>,
        turned: impl Fn((usize, usize)) -> (usize, usize),
    ) -> BTreeSet<usize> {
        let mut ways: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for edge in self.edges.keys() {
            let (from, to) = turned(*edge);
            ways.entry(from).or_default().push(to);
        }
        let mut reached = start.clone();
        let mut open: Vec<usize> = start.iter().copied().collect();
        while let Some(node) = open.pop() {
            for next in ways.get(&node).into_iter().flatten() {
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        reached
    }
}

struct Draft<'a> {
    estate: &'a Estate,
    nodes: BTreeSet<GraphNode>,
    edges: BTreeMap<(GraphNode, GraphNode), BTreeSet<Need>>,
}

impl Draft<'_> {
    fn application(&mut self, application: &Application) {
        let environment = &application.environment;
        let own = node(environment, &application.name);
        self.nodes.insert(own.clone());
        for name in application.fields.uses.keys() {
            if let Some(entry) = self.estate.entry(name) {
                let used = of_entry(&entry, environment);
                self.needs(&own, used, Need::Uses(name.to_string()));
            }
        }
        for name in &application.fields.depends_on {
            self.needs(&own, node(environment, name), Need::DependsOn);
        }
        let network = application.fields.network.iter();
        let jobs = application.fields.jobs.values();
        let network = network.chain(jobs.filter_map(|job| job.own.network.as_ref()));
        for network in network {
            for peer in &network.to {
                if let Some(other) = self.peer(peer, application) {
                    self.needs(&own, other, Need::Reaches);
                }
            }
            for peer in &network.from {
                if let Some(other) = self.peer(peer, application) {
                    self.needs(&other, own.clone(), Need::Reaches);
                }
            }
        }
    }

    fn needs(&mut self, who: &GraphNode, what: GraphNode, why: Need) {
        if *who == what {
            return;
        }
        self.nodes.extend([who.clone(), what.clone()]);
        self.edges
            .entry((who.clone(), what))
            .or_default()
            .insert(why);
    }

    /// Returns the other end of a connection; the ingress controller and the internet are everybody's.
    fn peer(&self, peer: &Peer, application: &Application) -> Option<GraphNode> {
        let environment = &application.environment;
        let outside = |name: String| GraphNode {
            environment: environment.clone(),
            kind: NodeKind::Outside,
            name,
        };
        match &peer.target {
            PeerTarget::Application(name) => Some(node(environment, name)),
            PeerTarget::Catalogue(name) => {
                let entry = self.estate.entry(name)?;
                Some(of_entry(&entry, environment))
            }
            PeerTarget::Namespace(name, _) => Some(outside(format!("namespace {name}"))),
            PeerTarget::Cidr(range) => Some(outside(range.to_string())),
            PeerTarget::Ingress
            | PeerTarget::Internet
            | PeerTarget::Anywhere
            | PeerTarget::AnyNamespace(_)
            | PeerTarget::OwnPods(_) => None,
        }
    }

    fn finish(self) -> Graph {
        let nodes: Vec<GraphNode> = self.nodes.into_iter().collect();
        let place = |node: &GraphNode| nodes.binary_search(node).ok();
        let edges = self.edges.into_iter();
        let edges = edges.filter_map(|((from, to), why)| Some(((place(&from)?, place(&to)?), why)));
        Graph {
            edges: edges.collect(),
            nodes,
        }
    }
}

fn node(environment: &EnvironmentName, name: &AppName) -> GraphNode {
    GraphNode {
        environment: environment.clone(),
        kind: NodeKind::Application,
        name: name.to_string(),
    }
}

/// Returns what stands behind an entry: the application that runs it, else itself.
fn of_entry(entry: &Entry<'_>, environment: &EnvironmentName) -> GraphNode {
    let own = matches!(entry.kind(), EntryKind::CloudNativePg(_));
    match entry.runs_in(environment).filter(|_| !own) {
        Some((name, there)) => node(there, name),
        None => GraphNode {
            environment: environment.clone(),
            kind: NodeKind::Entry,
            name: entry.name.to_string(),
        },
    }
}
