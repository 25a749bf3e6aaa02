//! All derived alerts of an application, as a group of rules.

use serde_json::{Value, json};
use steading_model::Object;

use super::alert::Watch;
use super::targets::{Target, probed};
use super::workloads::workloads;
use super::{OPERATOR, certificates, jobs, pods, replicas, routes, scrape, volumes};
use crate::json::Fields;
use crate::scope::{Output, Scope};

/// Adds the object with the derived alerts, unless there are none.
pub(super) fn object(scope: &Scope<'_>, output: &mut Output) {
    let Some(group) = group(scope, &output.objects) else {
        return;
    };
    let object = super::labelled(scope, scope.name())
        .object(OPERATOR, "PrometheusRule")
        .with("spec", json!({ "groups": [group] }));
    let monitoring = scope.application.field("monitoring").key("alerts");
    output.push(scope, object, &monitoring);
}

/// Returns the group of derived alerts; none where there are none.
pub(super) fn group(scope: &Scope<'_>, objects: &[Object]) -> Option<Value> {
    let mut watch = Watch::new(scope);
    let here = here(scope, objects);
    let there = workloads(&here);
    let scheduled = jobs::scheduled(&here);
    let targets: Vec<Target> = probed(scope, objects)
        .into_iter()
        .map(|(target, _)| target)
        .collect();
    pods::workloads(&mut watch, &there);
    pods::jobs(&mut watch, &scheduled);
    replicas::alerts(&mut watch, &there);
    jobs::alerts(&mut watch, &scheduled);
    volumes::alerts(&mut watch, &here);
    certificates::alerts(&mut watch, &here, &targets);
    routes::alerts(&mut watch, &targets);
    scrape::alerts(&mut watch, &there, &targets);
    let rules = watch.rules();
    let name = format!("{}.{}", scope.environment(), scope.name());
    let group = Fields::new().with("name", name);
    (!rules.is_empty()).then(|| group.with("rules", rules).into())
}

/// Returns the objects in the application's namespace or in none, in the order of their names: rules are the same whichever came first.
fn here<'a>(scope: &Scope<'_>, objects: &'a [Object]) -> Vec<&'a Object> {
    let is_here = |object: &&Object| {
        let namespace = object.id.namespace.as_deref();
        namespace.is_none_or(|namespace| namespace == scope.namespace())
    };
    let mut here: Vec<&Object> = objects.iter().filter(is_here).collect();
    here.sort_by(|one, other| one.id.cmp(&other.id));
    here
}
