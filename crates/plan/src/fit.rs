//! Whether what is planned fits: into the quota of its namespace with all pods of a rollout, and onto at least one node.

mod node;
mod pod;
mod quota;

use serde_json::Value;
use steading_model::Object;

use crate::plan::Draft;
use crate::report::Reason;
use crate::step::Action;
use crate::survey::Survey;

/// Notes what does not fit.
pub(crate) fn check(survey: &Survey<'_>, drafts: &mut [Draft]) {
    let nodes: Vec<Value> = survey
        .observed
        .nodes
        .iter()
        .map(crate::Live::parse)
        .collect();
    let short = quota::short(survey, drafts);
    for (case, draft) in survey.cases.iter().zip(drafts) {
        if !changes_pods(draft) {
            continue;
        }
        for message in short.get(&case.key.namespace).into_iter().flatten() {
            draft.note(None, Reason::OverQuota(message.clone()));
        }
        for object in &case.desired.objects {
            if let Some(message) = homeless(object, draft, &nodes) {
                draft.note(Some(&object.id), Reason::NoNodeFits(message));
            }
        }
    }
}

/// Says whether a release makes, changes or limits pods.
fn changes_pods(draft: &Draft) -> bool {
    draft.release.steps.iter().any(|step| {
        step.action != Action::Delete
            && matches!(
                step.id.kind.kind.as_str(),
                "Deployment"
                    | "StatefulSet"
                    | "DaemonSet"
                    | "ReplicaSet"
                    | "Job"
                    | "Pod"
                    | "ResourceQuota"
                    | "LimitRange"
            )
    })
}

/// Says why no node takes the pods of an object that changes.
fn homeless(object: &Object, draft: &Draft, nodes: &[Value]) -> Option<String> {
    let is_changed = draft
        .release
        .steps
        .iter()
        .any(|step| step.id == object.id && step.action != Action::Delete);
    let pod = pod::template(&object.id.kind, &object.json)?;
    if !is_changed
        || nodes.is_empty()
        || object.id.kind.kind == "DaemonSet"
        || pod::replicas(&object.json, None) == 0
    {
        return None;
    }
    node::none_fits(pod, nodes)
}
