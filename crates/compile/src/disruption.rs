//! Disruption budgets that a drain can satisfy.

use steading_model::application::{Component, Kind};

use crate::codes::DRAIN_BLOCKED;
use crate::json::Fields;
use crate::scope::{Output, Scope};
use crate::{labels, rollout};

/// Adds the budget of a component with two or more pods. A single pod is never guarded: its drain would not finish.
pub(crate) fn object(scope: &Scope<'_>, component: &Component, output: &mut Output) {
    let application = scope.application;
    let path = application.field("availability").key("disruptions");
    let declared = application
        .fields
        .availability
        .as_ref()
        .and_then(|availability| availability.disruptions);
    if declared == Some(0) {
        let message = format!("`{path}` is 0: no pod may ever be taken away");
        output.error(scope, DRAIN_BLOCKED, &path, message, "allow at least 1");
        return;
    }
    let guarded =
        component.fields.kind != Some(Kind::Daemon) && application.fields.parked.is_none();
    if !guarded || rollout::replicas(scope, component) < 2 {
        return;
    }
    let selector = labels::selector(application, component.name.as_str());
    let spec = Fields::new()
        .with("maxUnavailable", declared.unwrap_or(1))
        .with("unhealthyPodEvictionPolicy", "AlwaysAllow")
        .with("selector", Fields::new().with("matchLabels", selector));
    let metadata = scope
        .named(scope.component_name(component))
        .component(component.name.as_str());
    let object = metadata
        .object("policy/v1", "PodDisruptionBudget")
        .with("spec", spec);
    output.push(scope, object, &component.field("replicas"));
}
