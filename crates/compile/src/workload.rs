//! Deployments, `StatefulSets` and `DaemonSets`.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::application::{Component, Kind};
use steading_model::desired::{ANNOTATION_BACKUP, ANNOTATION_SECRETS};

use crate::annotation::{ANNOTATION_PRIVILEGES, ANNOTATION_WHY};
use crate::basis::Container;
use crate::json::Fields;
use crate::placement::{self, Versioned};
use crate::pod::{self, Pod, Role};
use crate::scope::{Metadata, Output, Scope};
use crate::{claim, labels, monitoring, one_node, privilege, rollout, scaling, service, update};

/// How many old versions Kubernetes keeps; Steading's own history is longer.
const HISTORY: u32 = 3;
/// How long Kubernetes waits for progress before it says that there is none.
const PROGRESS: u64 = 600;

/// Adds the workload of a component; `templates` are the claims that each replica has.
pub(crate) fn object(
    scope: &Scope<'_>,
    component: &Component,
    templates: Vec<Value>,
    output: &mut Output,
) {
    let pod = pod(scope, component, output);
    let kind = component.fields.kind.unwrap_or(Kind::Deployment);
    let template = template(scope, component, &pod, output);
    let selector = labels::selector(scope.application, component.name.as_str());
    let spec = Fields::new()
        .with("revisionHistoryLimit", HISTORY)
        .with("selector", Fields::new().with("matchLabels", selector))
        .with("template", template);
    let (kind, spec) = match kind {
        Kind::Deployment => ("Deployment", deployment(scope, component, &pod, spec)),
        Kind::Stateful => ("StatefulSet", stateful(scope, component, templates, spec)),
        Kind::Daemon => ("DaemonSet", spec),
    };
    let parked = scope.application.fields.parked.as_ref();
    let metadata = metadata(scope, component, scope.component_name(component));
    let metadata =
        scaling::labelled(scope, component, metadata).marked(component, |marks| &marks.workload);
    let metadata = update::annotated(scope, component, metadata)
        .annotation_if(ANNOTATION_WHY, parked.map(|parked| parked.why.as_str()))
        .annotation_if(
            ANNOTATION_BACKUP,
            claim::replica_backups(scope.estate, component),
        )
        .annotation_if(ANNOTATION_PRIVILEGES, privilege::lines(&pod));
    output.push(
        scope,
        metadata.object("apps/v1", kind).with("spec", spec),
        &component.field("image"),
    );
}

fn pod<'a>(scope: &Scope<'a>, component: &'a Component, output: &mut Output) -> Pod<'a> {
    let main = Container::of_component(scope, component, output);
    Pod::of(scope, Role::Serve(component), (component, main), output)
}

fn metadata(scope: &Scope<'_>, component: &Component, name: impl Into<String>) -> Metadata {
    scope
        .named(name)
        .component(component.name.as_str())
        .version(component.fields.image.as_ref())
}

fn template(
    scope: &Scope<'_>,
    component: &Component,
    pod: &Pod<'_>,
    output: &mut Output,
) -> Fields {
    let metadata = restarts_with(scope, pod, metadata(scope, component, ""))
        .marked(component, |marks| &marks.pods);
    let metadata = monitoring::scraped(scope, component, metadata);
    let metadata = crate::policy::client_labels(scope, component.name.as_str(), metadata);
    let metadata = one_node::labelled(metadata, pod.one_node.as_ref());
    let spec =
        pod::spec(scope, pod, output).with("topologySpreadConstraints", spread(scope, component));
    let daemon = component.fields.kind == Some(Kind::Daemon);
    let nowhere = daemon && scope.application.fields.parked.is_some();
    let spec = spec.with("nodeSelector", nowhere.then(placement::nowhere));
    Fields::new()
        .with("metadata", metadata.template())
        .with("spec", spec)
}

/// Says which Secrets restart the pods. A job reads them anew at each run.
fn restarts_with(scope: &Scope<'_>, pod: &Pod<'_>, metadata: Metadata) -> Metadata {
    let names = pod
        .containers()
        .flat_map(|container| container.secret_names(scope));
    let names: BTreeSet<String> = names.collect();
    let names: Vec<String> = names.into_iter().collect();
    let names = (!names.is_empty()).then(|| names.join(","));
    metadata.annotation_if(ANNOTATION_SECRETS, names)
}

fn spread(scope: &Scope<'_>, component: &Component) -> Vec<Value> {
    let versioned = match component.fields.kind {
        Some(Kind::Daemon) => return Vec::new(),
        Some(Kind::Stateful) => Versioned::No,
        Some(Kind::Deployment) | None => Versioned::ByTemplate,
    };
    let placement = component.fields.placement.as_ref();
    let declared = placement.and_then(|placement| placement.spread.as_ref());
    if rollout::most(scope, component) < 2 && declared.is_none() {
        return Vec::new();
    }
    let selector = labels::selector(scope.application, component.name.as_str());
    vec![placement::spread(declared, selector, versioned)]
}

/// How many pods is written only where it is declared: else it may belong to an autoscaler.
fn replicas(scope: &Scope<'_>, component: &Component) -> Option<u32> {
    match scope.application.fields.parked {
        Some(_) => Some(0),
        None => rollout::declared_replicas(scope, component),
    }
}

fn deployment(scope: &Scope<'_>, component: &Component, pod: &Pod<'_>, spec: Fields) -> Fields {
    let timeout = scope
        .application
        .fields
        .rollout
        .as_ref()
        .and_then(|rollout| rollout.timeout.as_ref());
    let deadline = timeout
        .map(steading_model::name::DurationText::seconds)
        .filter(|seconds| *seconds > PROGRESS);
    spec.with("replicas", replicas(scope, component))
        .with("strategy", rollout::strategy(scope, component, pod))
        .with("progressDeadlineSeconds", deadline)
}

fn stateful(
    scope: &Scope<'_>,
    component: &Component,
    templates: Vec<Value>,
    spec: Fields,
) -> Fields {
    spec.with("replicas", replicas(scope, component))
        .with("serviceName", service::headless_name(scope, component))
        .with("volumeClaimTemplates", templates)
}
