//! Whether what is planned fits: into the quota of its namespace with all pods of a rollout, onto at least one node, onto enough of them
//! where pods cannot share one, and all of it onto all nodes.

mod apart;
mod node;
mod pod;
mod quota;
mod room;

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
    for (case, draft) in survey.cases.iter().zip(drafts.iter_mut()) {
        if !changes_pods(draft) {
            continue;
        }
        for message in short.get(&case.key.namespace).into_iter().flatten() {
            draft.note(None, Reason::OverQuota(message.clone()));
        }
        for object in &case.desired.objects {
            if let Some(message) = homeless(survey, object, draft, &nodes) {
                draft.note(Some(&object.id), Reason::NoNodeFits(message));
            }
        }
    }
    let tight = room::tight(survey, drafts, &nodes);
    if let Some(draft) = drafts.iter_mut().find(|draft| changes_pods(draft)) {
        for message in tight {
            draft.note(None, Reason::Tight(message));
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

/// Says why the nodes do not take the pods of an object that changes.
fn homeless(
    survey: &Survey<'_>,
    object: &Object,
    draft: &Draft,
    nodes: &[Value],
) -> Option<String> {
    let is_changed = draft
        .release
        .steps
        .iter()
        .any(|step| step.id == object.id && step.action != Action::Delete);
    let pod = pod::template(&object.id.kind, &object.json)?;
    if !is_changed || nodes.is_empty() || pod::replicas(&object.json, None) == 0 {
        return None;
    }
    match node::eligible(pod, nodes) {
        // Where no node takes them, a daemon has no pods.
        Err(_) if object.id.kind.kind == "DaemonSet" => None,
        Err(message) => Some(message),
        Ok(fitting) => {
            let pods = apart::Pods {
                object,
                pod,
                fitting,
            };
            pods.crowded(survey, draft, nodes)
        }
    }
}
