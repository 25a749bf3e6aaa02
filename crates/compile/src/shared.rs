//! What all applications of an estate stand on: the priority classes of its tiers, and the namespace for Steading's own objects.

use serde_json::{Map, Value};
use steading_model::desired::{
    FIELD_MANAGER, LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE, LABEL_MANAGED_BY,
    SHARED_APPLICATION, SHARED_ENVIRONMENT,
};
use steading_model::estate::{Estate, Preemption, Tier};
use steading_model::name::{AppName, EnvironmentName, LabelName, NamespaceName};
use steading_model::{Desired, Diagnostic, FieldPath, Object, Report};

use crate::codes::BAD_PRIORITY;
use crate::json::Fields;
use crate::pod;

/// The namespace for Steading's own objects.
pub const SHARED_NAMESPACE: &str = "steading-system";
/// The highest priority that Kubernetes leaves to users.
const HIGHEST: i64 = 1_000_000_000;
/// How long the shared objects may take, in seconds.
const TIMEOUT: u64 = 60;

/// Compiles the objects that all applications of an estate share; each cluster needs them before the first application.
///
/// # Panics
/// Never: the names that it parses are constants.
pub fn compile_shared(estate: &Estate) -> Desired {
    let mut objects: Vec<Object> = estate
        .fields
        .tiers
        .iter()
        .filter_map(|(name, tier)| priority_class(estate, name, tier))
        .collect();
    let namespace = named(estate, SHARED_NAMESPACE, "v1", "Namespace");
    objects.extend(Object::from_json(
        namespace.into(),
        Some(
            estate
                .tree
                .key_span_at(&FieldPath::default().key("metadata")),
        ),
    ));
    objects.sort_by(|one, other| one.id.cmp(&other.id));
    Desired {
        estate: estate.name.to_string(),
        application: AppName::parse(SHARED_APPLICATION).expect("the name must be valid"),
        environment: EnvironmentName::parse(SHARED_ENVIRONMENT).expect("the name must be valid"),
        namespace: NamespaceName::parse(SHARED_NAMESPACE).expect("the name must be valid"),
        after: Vec::new(),
        image: None,
        timeout_seconds: TIMEOUT,
        objects,
    }
}

/// Checks what the shared objects are made of.
pub(crate) fn check(estate: &Estate) -> Report {
    let mut report = Report::default();
    for (name, tier) in estate
        .fields
        .tiers
        .iter()
        .filter(|(_, tier)| tier.priority.abs() > HIGHEST)
    {
        let message = format!(
            "the priority of tier `{name}` is beyond {HIGHEST}: {}",
            tier.priority
        );
        let span = estate.tree.span_at(&tier_path(name).key("priority"));
        report.push(
            Diagnostic::error(BAD_PRIORITY, message)
                .at(span)
                .help("choose a smaller number"),
        );
    }
    report
}

fn priority_class(estate: &Estate, name: &LabelName, tier: &Tier) -> Option<Object> {
    let preemption = match tier.preemption {
        Some(Preemption::Lower) => "PreemptLowerPriority",
        Some(Preemption::Never) | None => "Never",
    };
    let class = named(
        estate,
        &pod::priority_class(name.as_str()),
        "scheduling.k8s.io/v1",
        "PriorityClass",
    )
    .with("value", tier.priority)
    .with("preemptionPolicy", preemption)
    .with("description", tier.description.as_deref());
    Object::from_json(class.into(), Some(estate.tree.span_at(&tier_path(name))))
}

fn tier_path(name: &LabelName) -> FieldPath {
    FieldPath::default()
        .key("spec")
        .key("tiers")
        .key(name.as_str())
}

fn named(estate: &Estate, name: &str, api_version: &str, kind: &str) -> Fields {
    let labels: Map<String, Value> = [
        (LABEL_MANAGED_BY, FIELD_MANAGER),
        (LABEL_ESTATE, estate.name.as_str()),
        (LABEL_APPLICATION, SHARED_APPLICATION),
        (LABEL_ENVIRONMENT, SHARED_ENVIRONMENT),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.into()))
    .collect();
    let metadata = Fields::new().with("name", name).with("labels", labels);
    Fields::new()
        .with("apiVersion", api_version)
        .with("kind", kind)
        .with("metadata", metadata)
}
