//! Whether all pods of the estate have room on all nodes together, and still have when one of them is away.
//!
//! What others run is not counted: what does not fit here does not fit at all, and what fits may still not.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::quantity::Quantity;
use steading_model::{GroupKind, ObjectId};

use super::node::is_open;
use super::pod::{Amounts, Defaults, add, amounts, count, resources, template, times};
use crate::observed::Live;
use crate::plan::Draft;
use crate::step::Action;
use crate::survey::Survey;

/// What is counted, as requests and nodes name it.
const COUNTED: [&str; 2] = ["cpu", "memory"];

/// Says where the pods of the estate ask for more than the nodes have, or than is left without the largest.
pub(super) fn tight(survey: &Survey<'_>, drafts: &[Draft], nodes: &[Value]) -> Vec<String> {
    let open: Vec<&Value> = nodes.iter().filter(|node| is_open(node)).collect();
    // Of an estate that is seen in part, nothing can be said.
    if open.is_empty() || !survey.observed.only.is_empty() {
        return Vec::new();
    }
    let asked = asked(survey, drafts, open.len());
    COUNTED
        .iter()
        .filter_map(|name| short(name, &asked, &open))
        .collect()
}

fn short(name: &str, asked: &Amounts, nodes: &[&Value]) -> Option<String> {
    let asked = *asked.get(&format!("requests.{name}"))?;
    let room = |node: &&Value| resources(&node["status"]["allocatable"]).get(name).copied();
    let sizes: Vec<Quantity> = nodes.iter().filter_map(room).collect();
    let largest = sizes.iter().copied().max()?;
    let all = sum(&sizes);
    if asked > all {
        return Some(format!(
            "{name}: the pods of this estate ask for {asked}, and all nodes together have {all}: some will have no place"
        ));
    }
    let mut left = sizes.clone();
    left.remove(sizes.iter().position(|size| *size == largest)?);
    let rest = sum(&left);
    // One node alone has nobody to stand in for it.
    let is_tight = !left.is_empty() && asked > rest;
    is_tight.then(|| format!("{name}: the pods of this estate ask for {asked}, and the nodes have {rest} when the largest is away: some would have no place"))
}

/// Adds amounts, in the unit of the first.
fn sum(sizes: &[Quantity]) -> Quantity {
    let sum = sizes.iter().copied().reduce(Quantity::plus);
    sum.unwrap_or(Quantity::whole(0))
}

/// Returns what all pods ask for, once everything is as planned.
fn asked(survey: &Survey<'_>, drafts: &[Draft], nodes: usize) -> Amounts {
    let steps = drafts.iter().flat_map(|draft| &draft.release.steps);
    let goes = steps.filter(|step| step.action == Action::Delete);
    let gone: BTreeSet<&ObjectId> = goes.map(|step| &step.id).collect();
    let observed = &survey.observed.objects;
    let mut asked = Amounts::new();
    let objects = survey.cases.iter().flat_map(|case| &case.desired.objects);
    for object in objects.filter(|object| keeps_pods(&object.id.kind)) {
        let live = observed.get(&object.id).map(Live::parse);
        let all = of(&object.id, &object.json, live.as_ref(), nodes);
        add(&mut asked, &all.unwrap_or_default());
    }
    // Those of other environments, and what stays although nothing declares it.
    let stays = |id: &ObjectId| !survey.claimed.contains_key(id) && !gone.contains(id);
    for (id, live) in observed
        .iter()
        .filter(|(id, _)| keeps_pods(&id.kind) && stays(id))
    {
        let all = of(id, &live.parse(), None, nodes);
        add(&mut asked, &all.unwrap_or_default());
    }
    asked
}

/// Returns what all pods of a workload ask for.
fn of(id: &ObjectId, workload: &Value, live: Option<&Value>, nodes: usize) -> Option<Amounts> {
    let pod = template(&id.kind, workload)?;
    let count = count(&id.kind, workload, live, nodes);
    Some(times(&amounts(pod, &Defaults::default()), count))
}

fn keeps_pods(kind: &GroupKind) -> bool {
    kind.group == "apps" && ["Deployment", "StatefulSet", "DaemonSet"].contains(&kind.kind.as_str())
}
