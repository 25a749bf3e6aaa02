//! Who names an application: what breaks, or points nowhere, when it goes.
//!
//! Fields that name applications are known; beyond them every text is looked at for the addresses of its namespace and for its hosts, in
//! whatever field it stands. What pods learn at run time (a database, a file on a volume) is seen by nobody here.

mod text;

use std::collections::BTreeSet;

use crate::application::Application;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::estate::Estate;
use crate::name::{AppName, EnvironmentName};
use crate::node::{FieldPath, Node, Segment, Value};
use crate::source::Span;

/// The code of what is found.
pub const REFERRER: Code = Code("ST1295");

/// The code with its documentation.
pub const CODES: &[(Code, &str)] = &[(
    REFERRER,
    "Something names an application that is about to be retired: another application uses it, waits for it or reaches it, the estate's catalogue or one of its people names it, or a text holds an address in its namespace or one of its hosts. It would break, or point nowhere. Remove it first, or retire what names it.",
)];

/// Keys whose text is for people.
const PROSE: [&str; 3] = ["description", "why", "summary"];

/// An application that is about to go.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// Its name.
    pub application: &'a AppName,
    /// The environment that it leaves.
    pub environment: &'a EnvironmentName,
    /// Its namespace there.
    pub namespace: &'a str,
    /// The hosts of its routes.
    pub hosts: &'a [String],
}

/// Returns all that names an application: `applications` are those of all environments, resolved.
pub fn referrers(leaving: &Leaving<'_>, estate: &Estate, applications: &[Application]) -> Report {
    let mut search = Search {
        leaving,
        entries: entries(leaving, estate),
        report: Report::default(),
        seen: BTreeSet::new(),
    };
    for application in applications {
        search.application(application);
    }
    search.estate(estate);
    search.report
}

/// Returns the entries of the catalogue that the application runs in that environment.
fn entries<'e>(leaving: &Leaving<'_>, estate: &'e Estate) -> BTreeSet<&'e str> {
    let all = estate.fields.catalogue.iter();
    let led_to = all.filter(|(_, entry)| {
        let at = entry.at.as_ref();
        at.is_some_and(|at| {
            at.application.as_ref() == Some(leaving.application)
                && at
                    .environment
                    .as_ref()
                    .is_none_or(|environment| environment == leaving.environment)
        })
    });
    led_to.map(|(name, _)| name.as_str()).collect()
}

struct Search<'a> {
    leaving: &'a Leaving<'a>,
    entries: BTreeSet<&'a str>,
    report: Report,
    /// What is said already: a line that several environments share is said once.
    seen: BTreeSet<(Span, String)>,
}

/// A place in a declaration.
struct Place<'n> {
    path: FieldPath,
    node: &'n Node,
    parent: Option<&'n Node>,
}

impl Search<'_> {
    fn application(&mut self, application: &Application) {
        let is_near = application.environment == *self.leaving.environment;
        if is_near && application.name == *self.leaving.application {
            return;
        }
        let whose = format!("{}/{}", application.environment, application.name);
        walk(&root(&application.tree), &mut |place| {
            // Names mean the applications of the same environment.
            let named = || self.named(place).map(str::to_owned);
            let by_name = || named().or_else(|| self.entry_used(place));
            let how = is_near.then(by_name).flatten();
            if let Some(how) = how.or_else(|| self.mentioned(place)) {
                self.say(&whose, &how, place);
            }
        });
    }

    /// An application that goes from one environment only may still be named for the others.
    fn estate(&mut self, estate: &Estate) {
        let stays = estate
            .applications
            .get(self.leaving.application)
            .is_some_and(|all| all.iter().any(|one| one != self.leaving.environment));
        walk(&root(&estate.tree), &mut |place| {
            let own = place.parent.and_then(|parent| parent.get("environment"));
            let own = own.and_then(Node::as_text);
            let concerns = match own {
                Some(environment) => environment == self.leaving.environment.as_str(),
                None => !stays,
            };
            let named = self.named(place).filter(|_| concerns);
            let how = named.map(str::to_owned);
            if let Some(how) = how.or_else(|| self.mentioned(place)) {
                self.say("the estate", &how, place);
            }
        });
    }

    /// Says how a field names the application.
    fn named(&self, place: &Place<'_>) -> Option<&'static str> {
        let name = self.leaving.application.as_str();
        let is_name = place.node.as_text() == Some(name);
        match place.keys().as_slice() {
            [.., "uses", key] if *key == name => Some("uses it"),
            [.., "secrets", "from", key] if key.trim_start_matches('/') == name => {
                Some("reads its secrets")
            }
            [.., "secrets", "path"] if is_name => Some("reads its secrets"),
            [.., "application"] if is_name => Some("names it"),
            [.., "dependsOn"] if is_name => Some("is released after it"),
            [.., "applications"] if is_name => Some("lists it"),
            [.., "previousNames"] if is_name => Some("was called so before"),
            _ => None,
        }
    }

    /// Says which entry of the catalogue is used that the application runs.
    fn entry_used(&self, place: &Place<'_>) -> Option<String> {
        match place.keys().as_slice() {
            [.., "uses", key] if self.entries.contains(key) => {
                Some(format!("uses `{key}`, which it runs"))
            }
            _ => None,
        }
    }

    /// Says whether a text holds an address or a host of it.
    fn mentioned(&self, place: &Place<'_>) -> Option<String> {
        let keys = place.keys();
        let text = place.node.as_text()?;
        let last = keys.last().copied().unwrap_or_default();
        if PROSE.contains(&last) {
            return None;
        }
        if last == "namespace" && text == self.leaving.namespace {
            return Some("names its namespace".to_owned());
        }
        if text::holds_address(text, self.leaving.namespace) {
            return Some("holds an address in its namespace".to_owned());
        }
        // A route of another application on the same host is its own.
        let is_route = keys.contains(&"ingress") && matches!(last, "host" | "hosts");
        let hosts = self.leaving.hosts.iter();
        let mut held = hosts.filter(|host| !is_route && text::holds_host(text, host));
        held.next().map(|host| format!("names its host `{host}`"))
    }

    fn say(&mut self, whose: &str, how: &str, place: &Place<'_>) {
        let message = format!("{whose} {how}: `{}`", place.path);
        let span = place.span();
        if !self.seen.insert((span, how.to_owned())) {
            return;
        }
        let finding = Diagnostic::error(REFERRER, message).at(span);
        self.report
            .push(finding.help("remove it first, or retire what names it"));
    }
}

impl Place<'_> {
    /// Returns the place of the text, or of the key where that is the name.
    fn span(&self) -> Span {
        let key = self
            .path
            .last_key()
            .filter(|_| self.node.as_text().is_none());
        let entry = key.zip(self.parent.and_then(Node::as_mapping));
        let entry = entry.and_then(|(key, mapping)| mapping.entry(key));
        entry.map_or(self.node.span, |entry| entry.key_span)
    }

    /// Returns the keys that lead here; places in lists are left out.
    fn keys(&self) -> Vec<&str> {
        let segments = self.path.segments().iter();
        let keys = segments.filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        });
        keys.collect()
    }
}

fn root(tree: &Node) -> Place<'_> {
    Place {
        path: FieldPath::default(),
        node: tree,
        parent: None,
    }
}

/// Looks at a node and at all below it.
fn walk(place: &Place<'_>, look: &mut impl FnMut(&Place<'_>)) {
    look(place);
    match &place.node.value {
        Value::Mapping(mapping) => {
            for entry in mapping.entries() {
                walk(
                    &Place {
                        path: place.path.key(entry.key.as_str()),
                        node: &entry.value,
                        parent: Some(place.node),
                    },
                    look,
                );
            }
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(
                    &Place {
                        path: place.path.index(at),
                        node: item,
                        parent: Some(place.node),
                    },
                    look,
                );
            }
        }
        Value::Null | Value::Scalar(_) => {}
    }
}
