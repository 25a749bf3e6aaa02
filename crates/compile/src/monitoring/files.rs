//! The same as files, for a Prometheus without operator: rules, what to scrape, and the modules of the prober.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steading_model::application::Application;
use steading_model::estate::Estate;
use steading_model::{Desired, emit};

use super::alert::duration;
use super::probes::{self, Parts};
use super::targets::{Target, module_name, probed};
use super::{own, rules};
use crate::json::Fields;
use crate::scope::Scope;

/// Files for a Prometheus without operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonitoringFiles {
    /// Rule files by name, one for each application that has rules: `ENVIRONMENT.APPLICATION.yaml`.
    pub rules: BTreeMap<String, String>,
    /// What to scrape, as a file of `scrape_config_files`.
    pub scrape: String,
    /// The modules of the prober that the routes need, as a configuration of the blackbox exporter; none where nothing is probed.
    pub prober: Option<String>,
}

/// Returns the files for compiled applications: what the objects of the operator would say.
pub fn monitoring_files(
    estate: &Estate,
    applications: &[Application],
    desired: &[Desired],
) -> MonitoringFiles {
    let compiled = |application: &Application| {
        desired.iter().find(|desired| {
            desired.application == application.name
                && desired.environment == application.environment
        })
    };
    let mut files = MonitoringFiles::default();
    let mut routes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut modules: BTreeMap<String, Target> = BTreeMap::new();
    for application in applications {
        let Some((desired, scope)) = compiled(application).zip(Scope::new(estate, application))
        else {
            continue;
        };
        let groups: Vec<Value> = rules::group(&scope, &desired.objects)
            .into_iter()
            .chain(own::all_groups(&scope))
            .collect();
        if !groups.is_empty() {
            let name = format!("{}.{}.yaml", scope.environment(), scope.name());
            files
                .rules
                .insert(name, emit::value(&json!({ "groups": groups })));
        }
        for (target, module) in probed(&scope, &desired.objects) {
            let labels = probes::labels(&scope, &target);
            let targets = json!({ "targets": [target.url], "labels": labels });
            routes.entry(module.clone()).or_default().push(targets);
            modules.entry(module).or_insert(target);
        }
    }
    let mut jobs = vec![pods(estate)];
    jobs.extend(
        routes
            .into_iter()
            .map(|(module, targets)| job(estate, &module, targets)),
    );
    files.scrape = emit::value(&json!({ "scrape_configs": jobs }));
    files.prober = prober_file(estate, &modules);
    files
}

fn interval(estate: &Estate) -> Option<String> {
    let stack = estate.fields.monitoring.as_ref()?;
    let interval = stack.interval.as_ref()?;
    Some(duration(interval.seconds()))
}

/// The pods that say where they are scraped, and nothing else.
fn pods(estate: &Estate) -> Value {
    let annotation = |name: &str| format!("__meta_kubernetes_pod_annotation_prometheus_io_{name}");
    let copy = |from: &str, to: &str| json!({ "source_labels": [from], "target_label": to });
    let relabel = [
        json!({ "source_labels": [annotation("scrape")], "action": "keep", "regex": "true" }),
        json!({
            "source_labels": ["__meta_kubernetes_pod_label_steading_dev_estate"],
            "action": "keep",
            "regex": estate.name.as_str(),
        }),
        json!({ "source_labels": ["__meta_kubernetes_pod_phase"], "action": "drop", "regex": "Pending|Succeeded|Failed|Completed" }),
        json!({
            "source_labels": [annotation("path")],
            "regex": "(.+)",
            "target_label": "__metrics_path__",
        }),
        json!({
            "source_labels": ["__meta_kubernetes_pod_ip", annotation("port")],
            "separator": ":",
            "target_label": "__address__",
        }),
        copy("__meta_kubernetes_namespace", "namespace"),
        copy("__meta_kubernetes_pod_name", "pod"),
    ];
    Fields::new()
        .with("job_name", "steading-pods")
        .with("scrape_interval", interval(estate))
        .with("kubernetes_sd_configs", json!([{ "role": "pod" }]))
        .with("relabel_configs", relabel.to_vec())
        .into()
}

/// The routes that a module of the prober asks.
fn job(estate: &Estate, module: &str, targets: Vec<Value>) -> Value {
    let prober = estate
        .fields
        .monitoring
        .as_ref()
        .and_then(|stack| stack.prober.as_ref());
    let Some(Parts {
        scheme,
        address,
        path,
    }) = prober.map(|prober| probes::parts(&prober.url))
    else {
        return Value::Null;
    };
    let relabel = json!([
        { "source_labels": ["__address__"], "target_label": "__param_target" },
        { "source_labels": ["__param_target"], "target_label": "instance" },
        { "target_label": "__address__", "replacement": address },
    ]);
    Fields::new()
        .with("job_name", format!("steading-routes-{module}"))
        .with("scrape_interval", interval(estate))
        .with("scheme", (scheme != "http").then_some(scheme))
        .with("metrics_path", path)
        .with("params", json!({ "module": [module] }))
        .with("static_configs", targets)
        .with("relabel_configs", relabel)
        .into()
}

/// Returns the modules, unless the estate names one that is there already.
fn prober_file(estate: &Estate, needed: &BTreeMap<String, Target>) -> Option<String> {
    let prober = estate.fields.monitoring.as_ref()?.prober.as_ref()?;
    let tells = module_name(prober).tells_status();
    let modules: serde_json::Map<String, Value> = needed
        .iter()
        .map(|(name, target)| (name.clone(), module(target)))
        .collect();
    (tells && !modules.is_empty()).then(|| emit::value(&json!({ "modules": modules })))
}

/// Redirects are answers too: whoever follows one to a login page sees success.
fn module(target: &Target) -> Value {
    let http = Fields::new()
        .with("method", target.method.as_str())
        .with("valid_status_codes", target.statuses.clone())
        .with("follow_redirects", false)
        .with("fail_if_not_ssl", true);
    Fields::new()
        .with("prober", "http")
        .with("timeout", "10s")
        .with("http", http)
        .into()
}
