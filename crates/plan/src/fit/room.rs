//! Whether all pods of the estate have room on all nodes together, and still have when one of them is away.
//!
//! What others run is not counted: what does not fit here does not fit at all, and what fits may still not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::quantity::Quantity;
use steading_model::{GroupKind, ObjectId};

use super::node::is_open;
use super::pod::{Amounts, Defaults, add, amounts, replicas, resources, template, times};
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
    let mut workloads: BTreeMap<&ObjectId, Value> = BTreeMap::new();
    let live = survey.observed.objects.iter();
    for (id, live) in live.filter(|(id, _)| keeps_pods(&id.kind)) {
        workloads.insert(id, live.parse());
    }
    let objects = survey.cases.iter().flat_map(|case| &case.desired.objects);
    for object in objects.filter(|object| keeps_pods(&object.id.kind)) {
        let mut json = object.json.clone();
        if let Some(live) = workloads.get(&object.id) {
            json["spec"]["replicas"] = replicas(&object.json, Some(live)).into();
        }
        workloads.insert(&object.id, json);
    }
    let steps = drafts.iter().flat_map(|draft| &draft.release.steps);
    let goes = steps.filter(|step| step.action == Action::Delete);
    let gone: BTreeSet<&ObjectId> = goes.map(|step| &step.id).collect();
    let mut asked = Amounts::new();
    for (id, workload) in workloads.iter().filter(|(id, _)| !gone.contains(*id)) {
        let Some(pod) = template(&id.kind, workload) else {
            continue;
        };
        let count = match id.kind.kind.as_str() {
            "DaemonSet" => u32::try_from(nodes).unwrap_or(u32::MAX),
            _ => replicas(workload, None),
        };
        add(
            &mut asked,
            &times(&amounts(pod, &Defaults::default()), count),
        );
    }
    asked
}

fn keeps_pods(kind: &GroupKind) -> bool {
    kind.group == "apps" && ["Deployment", "StatefulSet", "DaemonSet"].contains(&kind.kind.as_str())
}
