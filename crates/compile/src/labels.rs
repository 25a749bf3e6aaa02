//! Labels: what every object carries, and what selectors may use.
//!
//! `app.kubernetes.io/version` is on workloads and their pods only: on everything else it would turn a new image into a change of
//! every object, and templates of claims cannot change at all.

use serde_json::{Map, Value};
use steading_model::application::Application;
use steading_model::desired::{
    FIELD_MANAGER, LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE, LABEL_MANAGED_BY,
};
use steading_model::name::ImageRef;

use crate::json::Fields;
use crate::names;

/// Label: the application's name.
pub(crate) const LABEL_NAME: &str = "app.kubernetes.io/name";
/// Label: the application in its environment.
pub(crate) const LABEL_INSTANCE: &str = "app.kubernetes.io/instance";
/// Label: the component; `job.NAME` for the pods of a job, which no component can be called.
pub(crate) const LABEL_COMPONENT: &str = "app.kubernetes.io/component";
/// Label: the estate.
const LABEL_PART_OF: &str = "app.kubernetes.io/part-of";
/// Label: the version of the image.
pub(crate) const LABEL_VERSION: &str = "app.kubernetes.io/version";
/// Label of pods that share a volume: its name. They run on one node.
pub(crate) const LABEL_ONE_NODE: &str = "steading.dev/one-node";
/// Label of a Namespace: the tier.
pub const LABEL_TIER: &str = "steading.dev/tier";
/// Label of a Namespace that is a person's own, and of what is in it: their name in `people`.
pub const LABEL_OWNER: &str = "steading.dev/owner";
/// Label of a Namespace in which a monitoring stack runs: its pods may reach the scrape ports of applications.
pub const LABEL_MONITORING: &str = "steading.dev/monitoring";
/// The beginning of a label of pods that use an entry of the catalogue: `uses.steading.dev/NAME: "true"`. The policy of an application
/// that stands behind an entry admits pods with this label, so that it is the same whichever applications are compiled together.
pub const LABEL_USES: &str = "uses.steading.dev/";

/// Returns the labels of every object of an application.
pub(crate) fn base(estate: &str, application: &Application) -> Map<String, Value> {
    let Application {
        name, environment, ..
    } = application;
    [
        (LABEL_NAME, name.to_string()),
        (LABEL_INSTANCE, instance(application)),
        (LABEL_PART_OF, estate.to_owned()),
        (LABEL_MANAGED_BY, FIELD_MANAGER.to_owned()),
        (LABEL_ESTATE, estate.to_owned()),
        (LABEL_APPLICATION, name.to_string()),
        (LABEL_ENVIRONMENT, environment.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.into()))
    .collect()
}

/// Returns what tells one application in one environment from all others.
pub(crate) fn instance(application: &Application) -> String {
    format!("{}-{}", application.environment, application.name)
}

/// Returns the selector of all pods of an application.
pub(crate) fn application_selector(application: &Application) -> Value {
    Fields::new()
        .with(LABEL_NAME, application.name.as_str())
        .with(LABEL_INSTANCE, instance(application))
        .into()
}

/// Returns the selector of all pods of an application, as one text.
pub(crate) fn instance_selector(application: &Application) -> String {
    format!("{LABEL_INSTANCE}={}", instance(application))
}

/// Returns the selector of the pods of one component; these labels can never change.
pub(crate) fn selector(application: &Application, component: &str) -> Value {
    Fields::new()
        .with(LABEL_NAME, application.name.as_str())
        .with(LABEL_INSTANCE, instance(application))
        .with(LABEL_COMPONENT, component)
        .into()
}

/// Returns the component label of the pods of a job.
pub(crate) fn job_component(job: &str) -> String {
    format!("job.{job}")
}

/// Returns the version of an image: its tag, or the beginning of its digest.
pub(crate) fn version(image: &ImageRef) -> Option<String> {
    let digest = || image.digest()?.split_once(':').map(|(_, hex)| hex);
    let version = image
        .tag()
        .map(names::label_value)
        .or_else(|| digest().map(|hex| hex.chars().take(12).collect()));
    version.filter(|version| !version.is_empty())
}
