//! Where pods run.

use serde_json::{Value, json};
use steading_model::application::{Placement, Spread, SpreadMode, Toleration};
use steading_model::name::AppName;

use crate::accelerator::Accelerated;
use crate::json::{Fields, text_map};
use crate::labels;
use crate::scope::Scope;

/// The node label that tells nodes apart.
const HOST: &str = "kubernetes.io/hostname";
/// A node label that no node has.
const PARKED: &str = "steading.dev/parked";

/// Where a pod wants to run.
pub(crate) struct Wanted<'a> {
    /// As it is declared.
    pub(crate) placement: Option<&'a Placement>,
    /// What its GPU asks for.
    pub(crate) accelerated: &'a Accelerated,
    /// The pods on whose node it must be.
    pub(crate) together: Option<Value>,
}

/// Adds where pods run: labels, affinity and taints.
pub(crate) fn fields(scope: &Scope<'_>, wanted: Wanted<'_>, pod: Fields) -> Fields {
    let Wanted {
        placement,
        accelerated,
        together,
    } = wanted;
    let tolerations = tolerations(scope, placement, &accelerated.tolerate);
    let affinity = affinity(scope, placement, together);
    let selector = selector(placement, &accelerated.nodes);
    pod.with("nodeSelector", selector)
        .with("affinity", affinity)
        .with("tolerations", tolerations)
}

/// Returns the selector that keeps a daemon from every node.
pub(crate) fn nowhere() -> Value {
    Fields::new().with(PARKED, "true").into()
}

/// Returns the term for the node of those pods that have some labels.
pub(crate) fn pods_of_node(selector: Value) -> Value {
    Fields::new()
        .with("labelSelector", Fields::new().with("matchLabels", selector))
        .with("topologyKey", HOST)
        .into()
}

/// Returns how the pods of a component spread.
///
/// Each version counts for itself, so that the pods of the old one do not push those of the new one together.
pub(crate) fn spread(spread: Option<&Spread>, selector: Value, versioned: Versioned) -> Value {
    let over = spread
        .and_then(|spread| spread.over.as_deref())
        .unwrap_or(HOST);
    let unsatisfiable = match spread.and_then(|spread| spread.mode) {
        Some(SpreadMode::Required) => "DoNotSchedule",
        Some(SpreadMode::Preferred) | None => "ScheduleAnyway",
    };
    let keys = match versioned {
        Versioned::ByTemplate => vec!["pod-template-hash"],
        Versioned::No => Vec::new(),
    };
    Fields::new()
        .with("maxSkew", 1)
        .with("topologyKey", over)
        .with("whenUnsatisfiable", unsatisfiable)
        .with("labelSelector", Fields::new().with("matchLabels", selector))
        .with("matchLabelKeys", keys)
        .into()
}

/// Whether the pods of each version carry a label of their own.
#[derive(Clone, Copy)]
pub(crate) enum Versioned {
    /// They do, as a Deployment's.
    ByTemplate,
    /// They do not.
    No,
}

/// Returns the labels of nodes; what the application says itself stands over what its GPU asks for.
fn selector(placement: Option<&Placement>, of_gpu: &[(String, String)]) -> Value {
    let of_gpu = of_gpu
        .iter()
        .map(|(label, value)| (label.clone(), value.as_str()));
    let architecture = placement.and_then(|placement| placement.architecture.as_ref());
    let architecture = architecture.map(|name| ("kubernetes.io/arch".to_owned(), name.as_str()));
    let nodes = placement.into_iter().flat_map(|placement| &placement.nodes);
    let nodes = nodes.map(|(label, value)| (label.clone(), value.as_str()));
    text_map(of_gpu.chain(nodes).chain(architecture))
}

fn affinity(scope: &Scope<'_>, placement: Option<&Placement>, together: Option<Value>) -> Fields {
    let avoided = placement.into_iter().flat_map(|placement| &placement.avoid);
    let avoided = avoided.map(|(label, value)| {
        let expression = json!({ "key": label, "operator": "NotIn", "values": [value.as_str()] });
        json!({ "weight": 100, "preference": { "matchExpressions": [expression] } })
    });
    let nodes = Fields::new().with(
        "preferredDuringSchedulingIgnoredDuringExecution",
        avoided.collect::<Vec<_>>(),
    );
    let other = placement
        .and_then(|placement| placement.near.as_ref())
        .and_then(|name| near_application(scope, name));
    let (required, preferred): (Vec<Value>, Vec<Value>) =
        (together.into_iter().collect(), other.into_iter().collect());
    let pods = Fields::new()
        .with("requiredDuringSchedulingIgnoredDuringExecution", required)
        .with("preferredDuringSchedulingIgnoredDuringExecution", preferred);
    Fields::new()
        .with("nodeAffinity", nodes)
        .with("podAffinity", pods)
}

fn near_application(scope: &Scope<'_>, name: &AppName) -> Option<Value> {
    let namespace = scope
        .estate
        .namespace(name, &scope.application.environment)
        .ok()?;
    let selector = Fields::new().with(labels::LABEL_NAME, name.as_str());
    let term = Fields::new()
        .with("labelSelector", Fields::new().with("matchLabels", selector))
        .with("namespaces", vec![namespace.as_str()])
        .with("topologyKey", HOST);
    Some(
        Fields::new()
            .with("weight", 100)
            .with("podAffinityTerm", term)
            .into(),
    )
}

fn tolerations(
    scope: &Scope<'_>,
    placement: Option<&Placement>,
    of_gpu: &[Toleration],
) -> Vec<Value> {
    let declared = placement
        .into_iter()
        .flat_map(|placement| &placement.tolerate)
        .chain(of_gpu)
        .map(toleration);
    let availability = scope.application.fields.availability.as_ref();
    let seconds = availability.and_then(|availability| availability.tolerate_node_loss_seconds);
    let lost = [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ];
    let lost = lost.into_iter().filter_map(|key| {
        let fields = Fields::new()
            .with("key", key)
            .with("operator", "Exists")
            .with("effect", "NoExecute");
        Some(fields.with("tolerationSeconds", seconds?).into())
    });
    declared.chain(lost).collect()
}

fn toleration(toleration: &Toleration) -> Value {
    let operator = if toleration.value.is_some() {
        "Equal"
    } else {
        "Exists"
    };
    Fields::new()
        .with("key", toleration.key.as_str())
        .with("operator", operator)
        .with(
            "value",
            toleration
                .value
                .as_ref()
                .map(steading_model::name::Literal::as_str),
        )
        .with("effect", toleration.effect.as_deref())
        .into()
}
