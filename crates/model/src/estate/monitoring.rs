//! The monitoring that watches the estate's applications.

use std::collections::BTreeMap;

use crate::name::{DurationText, Literal, NamespaceName, Url};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// The monitoring that watches the applications.
    pub struct MonitoringStack {
        /// Whether the Prometheus operator (or another that knows its kinds, such as that of `VictoriaMetrics`) runs in the clusters: then scraping,
        /// probes and alerts are objects (`PodMonitor`, `Probe`, `PrometheusRule`). Without it pods carry the usual `prometheus.io/…`
        /// annotations, and `steading render --monitoring DIR` writes the same as files for Prometheus. Default: `false`. Example: `true`.
        "operator" operator: Option<bool>,
        /// The namespace of Prometheus and of its prober: its pods may reach the metrics of applications. Default: every namespace
        /// labelled `steading.dev/monitoring: "true"`. Example: `monitoring`.
        "namespace" namespace: Option<NamespaceName>,
        /// The labels by which its Prometheus selects the objects of the operator. Default: none.
        /// Example: `{ release: kube-prometheus-stack }`.
        "labels" labels: BTreeMap<String, Literal>,
        /// How often metrics are scraped and routes are probed, where nothing else is said. Default: what Prometheus does by itself.
        /// Example: `1m`.
        "interval" interval: Option<DurationText>,
        /// What asks the routes: a blackbox exporter. Default: none, and then no route is probed.
        /// Example: `{ url: "http://blackbox-exporter.monitoring:9115" }`.
        "prober" prober: Option<Prober>,
        /// Where people read what to do, as a URL with `{alert}` for the alert's name; it becomes `runbook_url` of every alert that has
        /// none. The reference page `alerts.md` has a section for each. Default: none.
        /// Example: `https://wiki.example.org/alerts/{alert}`.
        "runbooks" runbooks: Option<RunbookUrl>,
        /// How Grafana's sidecar knows dashboards. Default: the label `grafana_dashboard` and the annotation `grafana_folder`.
        /// Example: `{ label: grafana_dashboard, value: "1", folder: grafana_folder }`.
        "dashboards" dashboards: Option<DashboardMark>,
    }
}

record! {
    /// What asks the routes from outside: a blackbox exporter.
    pub struct Prober {
        /// Where it listens; its path is `/probe` unless the URL has one. Example: `http://blackbox-exporter.monitoring:9115`.
        "url" url: Url,
        /// The module for a request, with `{method}` and `{status}` for what is asked and expected. `steading render --monitoring DIR` writes
        /// the modules that the estate needs. A name without `{status}` stands for a module that accepts any 2xx: routes that expect
        /// something else are not probed then, which is a finding. Default: `steading_{method}_{status}`. Example: `http_2xx`.
        "module" module: Option<ModuleName>,
        /// Which routes it asks. Default: `public`. Example: `all`.
        "routes" routes: Option<ProbedRoutes>,
    }
}

choice! {
    /// Which routes are probed.
    pub enum ProbedRoutes {
        /// Those that everyone can reach.
        Public = "public",
        /// Private ones too: the prober's address must be in one of `ingress.private`.
        All = "all",
    }
}

record! {
    /// How Grafana's sidecar knows dashboards.
    pub struct DashboardMark {
        /// The label on the `ConfigMap`. Default: `grafana_dashboard`. Example: `grafana_dashboard`.
        "label" label: Option<String>,
        /// The label's value. Default: `1`. Example: `"1"`.
        "value" value: Option<Literal>,
        /// The annotation with the folder's name, which is the application's `group` or else its name. Default: `grafana_folder`.
        /// Example: `grafana_folder`.
        "folder" folder: Option<String>,
    }
}

/// The URL of runbooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookUrl(String);

impl RunbookUrl {
    /// Reads it; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        known_places(text, &["alert"])?;
        Url::parse(&text.replace("{alert}", "alert"))?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the URL for an alert.
    pub fn of(&self, alert: &str) -> String {
        self.0.replace("{alert}", alert)
    }
}

impl Read for RunbookUrl {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "runbook-url",
            about: "a URL with `{alert}`",
            example: "https://wiki.example.org/alerts/{alert}",
        }
    }
}

/// The name of a prober's module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleName(String);

/// What stands for the answers that are right.
const STATUS: &str = "{status}";

impl ModuleName {
    /// Reads it; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        known_places(text, &["method", "status"])?;
        let plain = text.replace("{method}", "").replace(STATUS, "");
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if text.is_empty() || !plain.chars().all(allowed) {
            return Err(format!("must be the name of a module, not `{text}`"));
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the module for a request.
    pub fn of(&self, method: &str, statuses: &[u16]) -> String {
        let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
        self.0
            .replace("{method}", &method.to_ascii_lowercase())
            .replace(STATUS, &statuses.join("_"))
    }

    /// Says whether there is a module for each expected answer; else there is one, for any 2xx.
    pub fn tells_status(&self) -> bool {
        self.0.contains(STATUS)
    }
}

impl Default for ModuleName {
    fn default() -> Self {
        Self(format!("steading_{{method}}_{STATUS}"))
    }
}

impl Read for ModuleName {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "module-name",
            about: "the name of a module of the prober, with `{method}` and `{status}`",
            example: "http_2xx",
        }
    }
}

/// Refuses `{…}` that is never filled in.
fn known_places(text: &str, known: &[&str]) -> Result<(), String> {
    let rest = known.iter().fold(text.to_owned(), |text, name| {
        text.replace(&format!("{{{name}}}"), "")
    });
    if rest.contains(['{', '}']) {
        let known: Vec<String> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
        return Err(format!(
            "can fill in {} only: `{text}`",
            known.join(" and ")
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_and_others_refused() {
        let runbooks = RunbookUrl::parse("https://wiki.example.org/{alert}.html").unwrap();
        assert_eq!(
            runbooks.of("JobLate"),
            "https://wiki.example.org/JobLate.html"
        );
        assert!(RunbookUrl::parse("https://wiki.example.org/{name}").is_err());
        assert!(RunbookUrl::parse("wiki/{alert}").is_err());
        let module = ModuleName::default();
        assert_eq!(module.of("GET", &[302, 401]), "steading_get_302_401");
        assert!(module.tells_status());
        assert!(!ModuleName::parse("http_2xx").unwrap().tells_status());
        assert!(ModuleName::parse("{path}").is_err());
        assert!(ModuleName::parse("").is_err());
        assert!(ModuleName::parse("a b").is_err());
    }
}
