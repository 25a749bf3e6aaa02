//! Metrics that are there are scraped.

use steading_model::application::Component;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A component whose ports say that it has metrics is scraped.
    ///
    /// ## Why
    /// The port was opened to see what the application does, and nobody sees it: network policies admit scrapers only where `scrape`
    /// says so. It is found out on the day when the figures are needed.
    ///
    /// ## Example
    /// ```yaml
    /// ports: { http: 3000, metrics: 9090 }              # found
    ///
    /// ports: { http: 3000, metrics: 9090 }              # right
    /// monitoring: { scrape: { port: 9090 } }
    /// ```
    "ST4112" "metrics-port-unscraped" Warning => Check::Application(check)
}

/// What ports with metrics are called.
const NAMES: [&str; 4] = ["metrics", "prometheus", "http-metrics", "prom"];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.estate.fields.monitoring.is_none() {
        return Vec::new();
    }
    let components = subject.application.components.iter();
    let unseen = components.filter(|component| !is_scraped(subject, component));
    let mut found = Vec::new();
    for component in unseen {
        for (name, spec) in &component.fields.ports {
            if NAMES.contains(&name.as_str()) {
                let number = spec.port.get();
                let path = component.field("ports").key(name.as_str());
                let message = format!(
                    "`{}` has metrics at port {number} that nobody scrapes",
                    component.name
                );
                let help = format!(
                    "add `monitoring: {{ scrape: {{ component: {}, port: {number} }} }}`, or remove the port",
                    component.name
                );
                found.push(Finding::new(subject.key_span(&path), message).help(help));
            }
        }
    }
    found
}

fn is_scraped(subject: &Subject<'_>, component: &Component) -> bool {
    let main = subject.application.main_component();
    let is_main = main.is_some_and(|main| main.name == component.name);
    let monitoring = subject.application.fields.monitoring.as_ref();
    monitoring.is_some_and(|monitoring| {
        monitoring
            .scrape
            .0
            .iter()
            .any(|scrape| match &scrape.component {
                Some(name) => *name == component.name,
                None => is_main,
            })
    })
}
