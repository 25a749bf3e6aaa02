//! What all applications of an estate stand on: the priority classes of its tiers, what its people get, and the namespace for
//! Steading's own objects.

use steading_model::desired::{
    FIELD_MANAGER, LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE, LABEL_MANAGED_BY,
    SHARED_APPLICATION, SHARED_ENVIRONMENT,
};
use steading_model::estate::{Estate, Preemption, Tier};
use steading_model::name::{AppName, EnvironmentName, LabelName, NamespaceName};
use steading_model::{Desired, Diagnostic, FieldPath, Object, Report};

use crate::codes::BAD_PRIORITY;
use crate::json::{Fields, text_map};
use crate::{people, priority};

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
        .flat_map(|(name, tier)| priority_classes(estate, name, tier))
        .collect();
    objects.extend(people::objects(estate));
    let namespace = cluster_wide(estate, SHARED_NAMESPACE, "v1", "Namespace");
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
        previous_names: Vec::new(),
        after: Vec::new(),
        image: None,
        timeout_seconds: TIMEOUT,
        objects,
    }
}

/// Checks what the shared objects are made of.
pub(crate) fn check(estate: &Estate) -> Report {
    let mut report = Report::default();
    for (name, tier) in &estate.fields.tiers {
        let gpu = tier.gpu_priority.unwrap_or_default();
        for (key, priority) in [("priority", tier.priority), ("gpuPriority", gpu)] {
            if priority.abs() > HIGHEST {
                let message =
                    format!("the `{key}` of tier `{name}` is beyond {HIGHEST}: {priority}");
                let span = estate.tree.span_at(&tier_path(name).key(key));
                let finding = Diagnostic::error(BAD_PRIORITY, message).at(span);
                report.push(finding.help("choose a smaller number"));
            }
        }
    }
    report
}

fn priority_classes(estate: &Estate, name: &LabelName, tier: &Tier) -> Vec<Object> {
    let preemption = match tier.preemption {
        Some(Preemption::Lower) => "PreemptLowerPriority",
        Some(Preemption::Never) | None => "Never",
    };
    let classes = priority::classes(name.as_str(), tier).into_iter();
    let class = |(class, value): (String, i64)| {
        let class = cluster_wide(estate, &class, "scheduling.k8s.io/v1", "PriorityClass")
            .with("value", value)
            .with("preemptionPolicy", preemption)
            .with("description", tier.description.as_deref());
        Object::from_json(class.into(), Some(estate.tree.span_at(&tier_path(name))))
    };
    classes.filter_map(class).collect()
}

fn tier_path(name: &LabelName) -> FieldPath {
    FieldPath::default()
        .key("spec")
        .key("tiers")
        .key(name.as_str())
}

/// Starts an object of the estate's own release that belongs to no namespace.
pub(crate) fn cluster_wide(estate: &Estate, name: &str, api_version: &str, kind: &str) -> Fields {
    Fields::new()
        .with("apiVersion", api_version)
        .with("kind", kind)
        .with("metadata", labelled(estate, name, None, &[]))
}

/// Returns the metadata of an object of the estate's own release, with labels beyond those that all of them have.
pub(crate) fn labelled(
    estate: &Estate,
    name: &str,
    namespace: Option<&NamespaceName>,
    labels: &[(&str, &str)],
) -> Fields {
    let own = [
        (LABEL_MANAGED_BY, FIELD_MANAGER),
        (LABEL_ESTATE, estate.name.as_str()),
        (LABEL_APPLICATION, SHARED_APPLICATION),
        (LABEL_ENVIRONMENT, SHARED_ENVIRONMENT),
    ];
    let labels = own.iter().chain(labels).copied();
    Fields::new()
        .with("name", name)
        .with("namespace", namespace.map(NamespaceName::as_str))
        .with("labels", text_map(labels))
}
