//! Containers: each starts from its defaults or from the one that `like` names, and its own keys override.
//!
//! ```text
//! component   built in < estate < tier < top level of `spec`   (of the short form: its own keys)
//! job         what the top level of `spec` gives a container of the same image, without volumes
//! init step   what its component gives a container of the same image
//! sidecar     the tier's resources
//! like: NAME  what NAME gives a container of the same image, with its volumes
//! ```
//! Without `components`, an application with jobs has a component only where the top level says something that no job takes over, such
//! as a port or a command; else what it says is for the jobs.
//!
//! What comes out is a tree in which every container is complete, at the place where it was declared.

mod carry;
mod volumes;

pub(super) use carry::is_carried;

use std::collections::BTreeMap;

use super::codes::{LIKE_CYCLE, UNKNOWN_CONTAINER};
use super::layers::{Runs, empty, insert, tier_resources};
use super::merge::merge;
use super::written::without_nulls_of;
use crate::application::{ContainerFields, InitStep, Job, NamedComponent, Sidecar};
use crate::diagnostic::{Diagnostic, Report};
use crate::node::{Entry, FieldPath, Mapping, Node, Value};
use crate::read::nearest;

/// What containers are made of.
pub(super) struct Layers<'a> {
    /// `spec` as it is written for the environment.
    pub(super) written: &'a Node,
    /// The same with each `null` that takes something away.
    pub(super) with_nulls: &'a Node,
    /// What is built in, with the estate's defaults over it.
    pub(super) base: Node,
    /// The resources of the tier.
    pub(super) tier: Option<&'a Node>,
    /// The application's name.
    pub(super) name: &'a str,
    /// Whether it has a component.
    pub(super) runs: Runs,
}

/// Which container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Component(String),
    Sidecar(String, String),
    Init(String, String),
    Job(String),
}

/// Adds all containers, complete, to what is known of `spec`.
pub(super) fn resolve(layers: &Layers<'_>, spec: &mut Node, report: &mut Report) {
    let mut containers = Containers {
        layers,
        report,
        done: BTreeMap::new(),
        open: Vec::new(),
    };
    let components = containers.components();
    let jobs = containers.jobs();
    let written = |key: &str| layers.written.as_mapping().and_then(|all| all.entry(key));
    if let Some(written) = written("components") {
        insert(spec, written, all(written, components));
    } else {
        for entry in components.into_values().flat_map(entries) {
            insert(spec, &entry, entry.value.clone());
        }
    }
    if let Some(written) = written("jobs") {
        insert(spec, written, all(written, jobs));
    }
    volumes::complete(spec, layers.name, report);
}

/// Returns the containers in the order in which they were written; what is none is left as it is, to be reported when it is read.
fn all(written: &Entry, mut containers: BTreeMap<String, Node>) -> Node {
    let mut all = written.value.clone();
    for entry in written.value.entries() {
        if let Some(node) = containers.remove(&entry.key) {
            insert(&mut all, entry, node);
        }
    }
    all
}

fn entries(node: Node) -> Vec<Entry> {
    match node.value {
        Value::Mapping(mapping) => mapping.into_entries(),
        _ => Vec::new(),
    }
}

/// Returns the paths of all containers as text that ends with a dot, those below another first.
pub(super) fn paths(tree: &Node) -> Vec<String> {
    let Some(spec) = tree.get("spec") else {
        return Vec::new();
    };
    let mut paths = Vec::new();
    let top = FieldPath::default().key("spec");
    for key in ["components", "jobs"] {
        for entry in spec.get(key).map(Node::entries).unwrap_or_default() {
            paths_of(
                &entry.value,
                &top.key(key).key(entry.key.as_str()),
                &mut paths,
            );
        }
    }
    paths_of(spec, &top, &mut paths);
    paths
}

fn paths_of(container: &Node, path: &FieldPath, paths: &mut Vec<String>) {
    for key in ["init", "sidecars"] {
        let beside = container.get(key).map(Node::entries).unwrap_or_default();
        let path = |entry: &Entry| format!("{}.", path.key(key).key(entry.key.as_str()));
        paths.extend(beside.iter().map(path));
    }
    paths.push(format!("{path}."));
}

struct Containers<'a, 'r> {
    layers: &'a Layers<'a>,
    report: &'r mut Report,
    done: BTreeMap<Place, Node>,
    open: Vec<Place>,
}

impl Containers<'_, '_> {
    /// Returns the components with their init steps and sidecars.
    fn components(&mut self) -> BTreeMap<String, Node> {
        let mut all = BTreeMap::new();
        for name in self.layers.components() {
            let mut node = self.container(&Place::Component(name.clone()));
            self.with_beside(&name, &mut node);
            all.insert(name, node);
        }
        volumes::share(&self.layers.top_volumes(), &mut all);
        all
    }

    fn with_beside(&mut self, owner: &str, node: &mut Node) {
        self.beside(owner, "init", node, Place::Init);
        self.beside(owner, "sidecars", node, Place::Sidecar);
    }

    fn beside(
        &mut self,
        owner: &str,
        key: &str,
        node: &mut Node,
        place: fn(String, String) -> Place,
    ) {
        let written = node
            .get(key)
            .map(Node::entries)
            .unwrap_or_default()
            .to_vec();
        for entry in written.iter().filter(|entry| is_container(entry)) {
            let resolved = self.container(&place(owner.to_owned(), entry.key.clone()));
            if let Some(target) = node.get_mut(key) {
                insert(target, entry, resolved);
            }
        }
    }

    /// Returns the jobs with their init steps and sidecars.
    fn jobs(&mut self) -> BTreeMap<String, Node> {
        let jobs = self.layers.written.get("jobs");
        let jobs = jobs.map(Node::entries).unwrap_or_default().iter();
        let resolved = jobs.filter(|entry| is_container(entry)).map(|entry| {
            let mut job = self.container(&Place::Job(entry.key.clone()));
            self.with_beside(&entry.key, &mut job);
            (entry.key.clone(), job)
        });
        resolved.collect()
    }

    /// Returns a container, complete.
    fn container(&mut self, place: &Place) -> Node {
        if let Some(done) = self.done.get(place) {
            return done.clone();
        }
        let own = self.own(place);
        self.open.push(place.clone());
        let start = self.start(place, &own);
        self.open.pop();
        let keys = place.keys();
        let base = carry::only(&self.layers.base, &keys, &keys);
        let tier = tier_resources(self.layers.tier, &merge(start.clone(), &own));
        let start = merge(merge(base, &tier), &start);
        let start = match self.layers.with_nulls_of(place) {
            Some(own) => without_nulls_of(start, own),
            None => start,
        };
        let node = carry::over(start, &own);
        self.done.insert(place.clone(), node.clone());
        node
    }

    /// Returns what a container says itself.
    fn own(&mut self, place: &Place) -> Node {
        let written = self.layers.written;
        let below = |node: &Node, key: &str, name: &str| {
            let found = node.get(key).and_then(|all| all.get(name));
            found.cloned().unwrap_or_else(|| empty(node))
        };
        match place {
            Place::Component(_) if self.layers.is_short() => self.layers.top(),
            Place::Component(name) => below(written, "components", name),
            Place::Job(name) => below(written, "jobs", name),
            Place::Init(owner, name) => {
                let owner = self.container(&self.layers.owner(owner));
                below(&owner, "init", name)
            }
            Place::Sidecar(owner, name) => {
                let owner = self.container(&self.layers.owner(owner));
                below(&owner, "sidecars", name)
            }
        }
    }

    /// Returns what a container starts from.
    fn start(&mut self, place: &Place, own: &Node) -> Node {
        let defaults = self.defaults(place);
        let Some(like) = own.get("like").filter(|like| !like.is_null()) else {
            return defaults;
        };
        let Some(target) = self.target(place, like) else {
            return defaults;
        };
        let name = target.to_string();
        let node = self.container(&target);
        let carried = carry::with_volumes(&node, &name, like.span);
        let carried = carry::only(&carried, &place.keys(), &place.keys());
        merge(carry::kept(&defaults), &carried)
    }

    /// Returns what a container starts from without `like`, over what is built in, the estate's and the tier's.
    fn defaults(&mut self, place: &Place) -> Node {
        let layers = self.layers;
        match place {
            Place::Component(_) if !layers.is_short() => layers.top(),
            Place::Component(_) | Place::Sidecar(..) => empty(layers.written),
            Place::Job(_) => carry::without_volumes(&layers.top(), &place.keys()),
            Place::Init(owner, _) => {
                let owner = self.container(&layers.owner(owner));
                carry::without_volumes(&owner, &place.keys())
            }
        }
    }

    /// Returns the container that `like` names, or says what is wrong with it.
    fn target(&mut self, place: &Place, like: &Node) -> Option<Place> {
        let name = like.as_scalar().map(|scalar| scalar.text.as_str())?;
        let known = self.layers.places(place);
        let Some(target) = known.iter().find(|known| known.name() == name) else {
            let names: Vec<&str> = known.iter().map(Place::name).collect();
            let help = match nearest(name, &names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", names.join(", ")),
            };
            let message = format!("there is no container `{name}` to start from");
            let finding = Diagnostic::error(UNKNOWN_CONTAINER, message).at(like.span);
            self.report.push(finding.help(help));
            return None;
        };
        if let Some(at) = self.open.iter().position(|open| open == target) {
            let circle = self.open[at..].iter().chain([target]);
            let circle: Vec<String> = circle.map(ToString::to_string).collect();
            let message = format!("`like` goes round in a circle: {}", circle.join(" -> "));
            let finding = Diagnostic::error(LIKE_CYCLE, message).at(like.span);
            self.report
                .push(finding.help("let one of them say itself what it is"));
            return None;
        }
        Some(target.clone())
    }
}

impl Layers<'_> {
    /// Says whether the top level describes the only component.
    fn is_short(&self) -> bool {
        self.runs == Runs::Component && self.written.get("components").is_none()
    }

    fn components(&self) -> Vec<String> {
        match self.written.get("components") {
            None if self.is_short() => vec![self.name.to_owned()],
            None => Vec::new(),
            Some(components) => names(components),
        }
    }

    /// Returns what a container says itself, with each `null`.
    fn with_nulls_of(&self, place: &Place) -> Option<&Node> {
        let beside = |owner: &str, key: &str, name: &str| {
            let owner = self.with_nulls_of(&self.owner(owner))?;
            owner.get(key)?.get(name)
        };
        match place {
            Place::Component(_) if self.is_short() => Some(self.with_nulls),
            Place::Component(name) => self.with_nulls.get("components")?.get(name),
            Place::Job(name) => self.with_nulls.get("jobs")?.get(name),
            Place::Init(owner, name) => beside(owner, "init", name),
            Place::Sidecar(owner, name) => beside(owner, "sidecars", name),
        }
    }

    /// Returns the component or job of a name.
    fn owner(&self, name: &str) -> Place {
        if self.components().iter().any(|component| component == name) {
            Place::Component(name.to_owned())
        } else {
            Place::Job(name.to_owned())
        }
    }

    /// Returns the fields of a container at the top level.
    fn top(&self) -> Node {
        let fields = self.written.entries().iter();
        let fields = fields.filter(|entry| ContainerFields::KEYS.contains(&entry.key.as_str()));
        let fields = Mapping::from_distinct(fields.cloned().collect());
        Node::new(Value::Mapping(fields), self.written.span)
    }

    /// Returns the volumes at the top level that several components share.
    fn top_volumes(&self) -> Node {
        if self.is_short() {
            return empty(self.written);
        }
        let volumes = ["storage", "volumes"];
        carry::only(&merge(self.base.clone(), &self.top()), &volumes, &volumes)
    }

    /// Returns what `like` can name: components and jobs, then what is beside in the same pod.
    fn places(&self, from: &Place) -> Vec<Place> {
        let jobs = self.written.get("jobs").map(names).unwrap_or_default();
        let mut places: Vec<Place> = self
            .components()
            .into_iter()
            .map(Place::Component)
            .collect();
        places.extend(jobs.into_iter().map(Place::Job));
        if let Place::Sidecar(owner, _) | Place::Init(owner, _) = from {
            let node = match self.owner(owner) {
                Place::Component(_) if self.is_short() => Some(self.written),
                Place::Component(_) => self
                    .written
                    .get("components")
                    .and_then(|all| all.get(owner)),
                _ => self.written.get("jobs").and_then(|all| all.get(owner)),
            };
            let beside = |key: &str| {
                node.and_then(|node| node.get(key))
                    .map(names)
                    .unwrap_or_default()
            };
            let sidecars = beside("sidecars").into_iter();
            places.extend(sidecars.map(|name| Place::Sidecar(owner.clone(), name)));
            let steps = beside("init").into_iter();
            places.extend(steps.map(|name| Place::Init(owner.clone(), name)));
        }
        places
    }
}

impl Place {
    fn keys(&self) -> Vec<&'static str> {
        match self {
            Self::Component(_) => NamedComponent::keys(),
            Self::Sidecar(..) => Sidecar::keys(),
            Self::Init(..) => InitStep::keys(),
            Self::Job(_) => Job::keys(),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Component(name)
            | Self::Job(name)
            | Self::Sidecar(_, name)
            | Self::Init(_, name) => name,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Says whether an entry describes a container; what is none is reported when it is read.
fn is_container(entry: &Entry) -> bool {
    entry.value.is_null() || entry.value.as_mapping().is_some()
}

fn names(mapping: &Node) -> Vec<String> {
    let containers = mapping.entries().iter().filter(|entry| is_container(entry));
    containers.map(|entry| entry.key.clone()).collect()
}
