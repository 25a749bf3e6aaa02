//! Facts that `env` can refer to: `${route.url}`, `${service.host}`, `${pod.name}` …
//!
//! The resolver checks that every reference is known; compiling expands them. `$${` is the text `${`.

use std::collections::BTreeMap;

use crate::application::{Application, Component};
use crate::estate::{CatalogueEntry, Estate};
use crate::read::nearest;

/// What can be referred to in one component.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    values: BTreeMap<String, String>,
}

/// A part of an expanded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text.
    Text(String),
    /// Something that only the running pod knows: becomes a variable from the downward API.
    Pod(PodFact),
}

/// What only the running pod knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodFact {
    /// `pod.name`.
    Name,
    /// `pod.namespace`.
    Namespace,
    /// `pod.node`.
    Node,
    /// `pod.ip`.
    Ip,
}

const POD: [(&str, PodFact); 4] = [
    ("pod.name", PodFact::Name),
    ("pod.namespace", PodFact::Namespace),
    ("pod.node", PodFact::Node),
    ("pod.ip", PodFact::Ip),
];

impl PodFact {
    /// Returns the field path of the downward API.
    #[must_use]
    pub fn field_path(self) -> &'static str {
        match self {
            Self::Name => "metadata.name",
            Self::Namespace => "metadata.namespace",
            Self::Node => "spec.nodeName",
            Self::Ip => "status.podIP",
        }
    }
}

/// A reference that nothing is known about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFact {
    /// The name between `${` and `}`; without `}` the rest of the text.
    pub name: String,
    /// What to do.
    pub help: String,
}

impl Facts {
    /// Collects the facts of a component.
    #[must_use]
    pub fn of(estate: &Estate, application: &Application, component: &Component) -> Self {
        let mut facts = Self::default();
        facts.set("environment", application.environment.as_str());
        facts.set("application", application.name.as_str());
        facts.set("namespace", application.namespace.as_str());
        let cluster = estate.fields.domains.cluster.as_str();
        facts.set(
            "service.host",
            format!("{}.{}.svc.{cluster}", component.name, application.namespace),
        );
        let port = component
            .fields
            .service_port
            .map_or_else(|| "80".to_owned(), |port| port.to_string());
        facts.set("service.port", port);
        facts.route(estate, application);
        for name in application.fields.uses.keys() {
            if let Some(entry) = estate.fields.catalogue.get(name) {
                facts.catalogue(&format!("uses.{name}"), entry, estate, application);
            }
        }
        facts
    }

    fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// The first route that is not a redirect.
    fn route(&mut self, estate: &Estate, application: &Application) {
        let routes = &application.fields.ingress;
        let hosts = estate.hosts(application);
        let complete = routes.len() == hosts.len();
        let first = routes
            .iter()
            .zip(hosts)
            .find(|(route, _)| route.redirect_to.is_none());
        if let Some((route, host)) = first.filter(|_| complete) {
            let path = route
                .path
                .as_ref()
                .map_or("", |path| path.as_str().trim_end_matches('/'));
            self.set("route.url", format!("https://{host}{path}"));
            self.set("route.host", host.as_str());
        }
    }

    fn catalogue(
        &mut self,
        prefix: &str,
        entry: &CatalogueEntry,
        estate: &Estate,
        application: &Application,
    ) {
        for (name, value) in &entry.env {
            self.set(
                format!("{prefix}.{name}"),
                fill(value.as_str(), application),
            );
        }
        if let Some(port) = entry.ports.first() {
            self.set(format!("{prefix}.port"), port.port.to_string());
        }
        if let Some(target) = &entry.at.application {
            let environment = entry
                .at
                .environment
                .as_ref()
                .unwrap_or(&application.environment);
            if let Ok(namespace) = estate.namespace(target, environment) {
                let cluster = estate.fields.domains.cluster.as_str();
                self.set(
                    format!("{prefix}.host"),
                    format!("{target}.{namespace}.svc.{cluster}"),
                );
            }
        }
    }

    /// Expands a text; unknown references stay as they are.
    pub fn expand(&self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => plain.push_str(text),
                Part::Reference { name, written } => match POD
                    .iter()
                    .find(|(known, _)| *known == name)
                {
                    Some((_, fact)) => {
                        flush(&mut plain, &mut pieces);
                        pieces.push(Piece::Pod(*fact));
                    }
                    None => plain.push_str(self.values.get(name).map_or(written, String::as_str)),
                },
                Part::Open(rest) => plain.push_str(rest),
            }
        }
        flush(&mut plain, &mut pieces);
        pieces
    }

    /// Returns the references that nothing is known about.
    #[must_use]
    pub fn unknown(&self, text: &str) -> Vec<UnknownFact> {
        let wrong = |part| match part {
            Part::Reference { name, .. } if !self.knows(name) => Some((name, self.help(name))),
            Part::Open(rest) => Some((
                rest,
                "close it with `}`, or write `$${` for the text `${`".to_owned(),
            )),
            _ => None,
        };
        parts(text)
            .filter_map(wrong)
            .map(|(name, help)| UnknownFact {
                name: name.to_owned(),
                help,
            })
            .collect()
    }

    /// Returns the names that are known, in order.
    pub fn names(&self) -> Vec<&str> {
        let pod = POD.iter().map(|(name, _)| *name);
        self.values.keys().map(String::as_str).chain(pod).collect()
    }

    fn knows(&self, name: &str) -> bool {
        self.values.contains_key(name) || POD.iter().any(|(known, _)| *known == name)
    }

    fn help(&self, name: &str) -> String {
        if name.starts_with("route.") && !self.values.contains_key("route.url") {
            return "the application has no route: add one under `ingress`".to_owned();
        }
        match nearest(name, &self.names()) {
            Some(near) => format!("did you mean `${{{near}}}`?"),
            None if name.contains('.') => format!("known: {}", self.names().join(", ")),
            None => format!(
                "write `$${{{name}}}` for the text; known: {}",
                self.names().join(", ")
            ),
        }
    }
}

/// Fills in what a catalogue entry says about its user.
fn fill(text: &str, application: &Application) -> String {
    text.replace("${application}", application.name.as_str())
        .replace("${environment}", application.environment.as_str())
        .replace("${namespace}", application.namespace.as_str())
}

fn flush(plain: &mut String, pieces: &mut Vec<Piece>) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(std::mem::take(plain)));
    }
}

enum Part<'a> {
    Text(&'a str),
    Reference { name: &'a str, written: &'a str },
    Open(&'a str),
}

/// Takes a text apart.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (part, after) = next_part(rest);
        rest = after;
        Some(part)
    })
}

fn next_part(text: &str) -> (Part<'_>, &str) {
    if let Some(after) = text.strip_prefix("$${") {
        return (Part::Text("${"), after);
    }
    if let Some(inner) = text.strip_prefix("${") {
        return match inner.find('}') {
            Some(end) => (
                Part::Reference {
                    name: &inner[..end],
                    written: &text[..end + 3],
                },
                &inner[end + 1..],
            ),
            None => (Part::Open(text), ""),
        };
    }
    let skip = text.chars().next().map_or(0, char::len_utf8);
    let end = text[skip..].find('$').map_or(text.len(), |at| at + skip);
    (Part::Text(&text[..end]), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let mut facts = Facts::default();
        facts.set("route.url", "https://a.example.org");
        facts.set("environment", "prod");
        facts
    }

    #[test]
    fn references_expand_and_escapes_stay() {
        let text = |text: &str| vec![Piece::Text(text.to_owned())];
        for (written, expected) in [
            ("${route.url}/api", text("https://a.example.org/api")),
            ("a$b $HOME $(X) $", text("a$b $HOME $(X) $")),
            ("$${route.url}", text("${route.url}")),
            ("$$${environment}", text("$${environment}")),
            ("${nope}", text("${nope}")),
            ("é${environment}é", text("éprodé")),
        ] {
            assert_eq!(facts().expand(written), expected, "{written}");
        }
        assert_eq!(
            facts().expand("x-${pod.name}"),
            [Piece::Text("x-".into()), Piece::Pod(PodFact::Name)]
        );
        assert!(facts().expand("").is_empty());
    }

    #[test]
    fn unknown_references_have_the_nearest() {
        assert!(
            facts()
                .unknown("${route.url} ${pod.ip} $${x} $HOME")
                .is_empty()
        );
        let unknown = |text: &str| facts().unknown(text).pop().unwrap().help;
        assert_eq!(unknown("${route.ulr}"), "did you mean `${route.url}`?");
        assert_eq!(
            unknown("${HOME}"),
            "write `$${HOME}` for the text; known: environment, route.url, pod.name, pod.namespace, pod.node, pod.ip"
        );
        assert_eq!(
            unknown("${open"),
            "close it with `}`, or write `$${` for the text `${`"
        );
    }
}
