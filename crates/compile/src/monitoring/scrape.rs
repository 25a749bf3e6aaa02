//! What is scraped: pods say it, to the operator or to a Prometheus that looks for annotations.

use serde_json::{Value, json};
use steading_model::application::AlertSeverity::Warning;
use steading_model::application::BuiltInAlert::ScrapeMissing;
use steading_model::application::{Component, Port, PortSpec, Protocol, Scrape};
use steading_model::name::PortNumber;

use super::alert::{Alert, Watch, duration};
use super::matcher::{equal, selector, single};
use super::routes;
use super::targets::Target;
use super::workloads::Workload;
use super::{OPERATOR, has_operator, is_parked, stack};
use crate::codes::SCRAPED_ONCE;
use crate::json::Fields;
use crate::scope::{Metadata, Output, Scope};
use crate::{labels, names};

/// Where metrics are where nothing else is said.
const PATH: &str = "/metrics";
/// How long a target may be silent, in seconds.
const SILENT: u64 = 1800;

/// A place where a component is scraped.
struct Place<'a> {
    /// Its place in the list of the declaration.
    index: usize,
    scrape: &'a Scrape,
    port: PortNumber,
}

/// Returns the places where a component is scraped.
fn places<'a>(scope: &Scope<'a>, component: &Component) -> Vec<Place<'a>> {
    let main = scope.application.main_component();
    let is_main = main.is_some_and(|main| main.name == component.name);
    let first = component.fields.first_port().map(|(_, spec)| spec.port);
    let monitoring = scope.application.fields.monitoring.as_ref();
    let scrapes = monitoring
        .map(|monitoring| monitoring.scrape.0.as_slice())
        .unwrap_or_default();
    let here = scrapes
        .iter()
        .enumerate()
        .filter(|(_, scrape)| match &scrape.component {
            Some(name) => *name == component.name,
            None => is_main,
        });
    here.filter_map(|(index, scrape)| {
        Some(Place {
            index,
            scrape,
            port: scrape.port.or(first)?,
        })
    })
    .collect()
}

fn path(scrape: &Scrape) -> &str {
    scrape.path.as_ref().map_or(PATH, |path| path.as_str())
}

/// Returns the ports at which a component is scraped.
pub(crate) fn scrape_ports(scope: &Scope<'_>, component: &Component) -> Vec<u16> {
    let mut ports: Vec<u16> = places(scope, component)
        .iter()
        .map(|place| place.port.get())
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Returns the ports that a component does not declare but is scraped at, where an operator is told: it looks at declared ones only.
pub(crate) fn further_ports(scope: &Scope<'_>, component: &Component) -> Vec<Port> {
    if !has_operator(scope) {
        return Vec::new();
    }
    let declared = component.pod_ports();
    let mut further: Vec<Port> = Vec::new();
    for place in places(scope, component) {
        let mut known = declared.iter().chain(&further);
        if known.any(|port| is_at(port, place.port)) {
            continue;
        }
        further.push(Port {
            name: format!("metrics-{}", place.port),
            spec: PortSpec {
                port: place.port,
                protocol: Protocol::Http,
            },
        });
    }
    further
}

fn is_at(port: &Port, number: PortNumber) -> bool {
    port.spec.port == number && port.spec.protocol != Protocol::Udp
}

/// Says on a pod where it is scraped, where no operator is told.
pub(crate) fn scraped(scope: &Scope<'_>, component: &Component, metadata: Metadata) -> Metadata {
    let places = places(scope, component);
    let Some(place) = places.first().filter(|_| !has_operator(scope)) else {
        return metadata;
    };
    metadata
        .annotation("prometheus.io/scrape", "true")
        .annotation("prometheus.io/port", place.port.get().to_string())
        .annotation("prometheus.io/path", path(place.scrape))
}

/// Adds a `PodMonitor` for each component that has metrics.
pub(super) fn objects(scope: &Scope<'_>, output: &mut Output) {
    if is_parked(scope) {
        return;
    }
    for component in &scope.application.components {
        let places = places(scope, component);
        if places.is_empty() {
            continue;
        }
        let endpoints: Vec<Value> = places
            .iter()
            .map(|place| endpoint(scope, component, place))
            .collect();
        let pods = labels::selector(scope.application, component.name.as_str());
        let spec = Fields::new()
            .with("selector", json!({ "matchLabels": pods }))
            .with("podMetricsEndpoints", endpoints);
        let object = super::labelled(scope, scope.component_name(component))
            .component(component.name.as_str())
            .object(OPERATOR, "PodMonitor")
            .with("spec", spec);
        let path = scope.application.field("monitoring").key("scrape");
        output.push(scope, object, &path);
    }
}

fn endpoint(scope: &Scope<'_>, component: &Component, place: &Place<'_>) -> Value {
    let mut ports = component.pod_ports();
    ports.extend(further_ports(scope, component));
    let declared = ports.iter().find(|port| is_at(port, place.port));
    let encrypted = declared.is_some_and(|port| port.spec.protocol == Protocol::Https);
    let usual = stack(scope).and_then(|stack| stack.interval.as_ref());
    let interval = place.scrape.interval.as_ref().or(usual);
    Fields::new()
        .with("port", declared.map(|port| names::port(&port.name)))
        .with("path", path(place.scrape))
        .with(
            "interval",
            interval.map(|interval| duration(interval.seconds())),
        )
        .with("scheme", encrypted.then_some("https"))
        // A pod's own certificate names no address.
        .with(
            "tlsConfig",
            encrypted.then(|| json!({ "insecureSkipVerify": true })),
        )
        .into()
}

/// Says which metrics nobody would see: an annotation can name one place only.
pub(super) fn findings(scope: &Scope<'_>, output: &mut Output) {
    if has_operator(scope) {
        return;
    }
    for component in &scope.application.components {
        for place in places(scope, component).iter().skip(1) {
            let path = scope.application.field("monitoring").key("scrape");
            let message = format!(
                "`{}` says one place to scrape to a Prometheus without operator, and this is another",
                component.name
            );
            output.finding(
                steading_model::Severity::Warning,
                SCRAPED_ONCE,
                scope.span(&path.index(place.index)),
                message,
                "set `monitoring.operator: true` in the estate where the operator runs, or let one place give all metrics",
            );
        }
    }
}

/// Adds the alerts about metrics and probes that are not there. Only pods that are ready are missed.
pub(super) fn alerts(watch: &mut Watch<'_>, workloads: &[Workload<'_>], targets: &[Target]) {
    let scope = watch.scope;
    for component in &scope.application.components {
        if places(scope, component).is_empty() {
            continue;
        }
        let name = scope.component_name(component);
        let workload = workloads.iter().find(|workload| workload.name == name);
        if let Some(workload) = workload {
            silent(watch, workload);
        }
    }
    if !targets.is_empty() {
        unprobed(watch, targets);
    }
}

fn silent(watch: &mut Watch<'_>, workload: &Workload<'_>) {
    let namespace = watch.scope.namespace();
    let by = "namespace, pod";
    let mut series = vec![
        ("namespace", "=", namespace.to_owned()),
        ("pod", "=~", workload.pods()),
    ];
    let ready = selector(&[series.clone(), vec![("condition", "=", "true".to_owned())]].concat());
    if has_operator(watch.scope) {
        series.push(("job", "=", format!("{namespace}/{}", workload.name)));
    }
    let up = selector(&series);
    let this = equal(&[
        ("namespace", namespace),
        (workload.words.label, workload.name),
    ]);
    let available = single("namespace", workload.words.available, &this);
    watch.add(Alert {
        name: ScrapeMissing,
        severity: Warning,
        lasting: SILENT,
        component: workload.component.map(str::to_owned),
        expression: format!(
            "min by ({by}) (up{up}) == 0 and {} == 1\nor {available} > 0 unless {}",
            single(by, "kube_pod_status_ready", &ready),
            single("namespace", "up", &up)
        ),
        summary: format!("no metrics of `{namespace}/{}`", workload.name),
        description: "Its pods are ready, but Prometheus gets nothing from them: alerts on these metrics stay silent whatever happens. Port and path of `monitoring.scrape`, the labels by which Prometheus selects, and the namespace that network policies admit are what is usually wrong.".to_owned(),
    });
}

fn unprobed(watch: &mut Watch<'_>, targets: &[Target]) {
    let absent: Vec<String> = targets
        .iter()
        .map(|target| {
            let this = routes::selector(watch.scope, Some(&target.url));
            format!("absent(probe_success{this})")
        })
        .collect();
    watch.add(Alert {
        name: ScrapeMissing,
        severity: Warning,
        lasting: SILENT,
        component: None,
        expression: absent.join("\nor "),
        summary: "`{{ $labels.instance }}` is not probed".to_owned(),
        description: "Nobody asks the route, so nobody would notice that it is down. Usually the prober does not run, or lacks the module that is asked for.".to_owned(),
    });
}
