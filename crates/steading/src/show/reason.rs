//! Why something does not happen, and what to do about it.

use steading_model::desired::SHARED_ENVIRONMENT;
use steading_plan::{ACCEPT_RETURN, FieldOwner, NotDone, Reason};

use super::change::{by, effect_name};
use crate::diagnostics::count;

/// Returns what does not happen, in one line.
pub(crate) fn not_done(not_done: &NotDone) -> String {
    let NotDone {
        key,
        object,
        reason,
    } = not_done;
    let subject = object
        .as_ref()
        .map_or_else(|| key.to_string(), ToString::to_string);
    format!("{subject}: {}", what(reason))
}

/// Returns why something does not happen, or cannot be said.
pub(crate) fn what(reason: &Reason) -> String {
    match reason {
        Reason::NeedsAcceptance(effect) => format!(
            "its effect is {}: it must be accepted by name",
            effect_name(*effect)
        ),
        Reason::Unowned(None) => "exists already and is not ours".to_owned(),
        Reason::Unowned(Some(owner)) => {
            format!("exists already and is not ours: made {}", by(owner))
        }
        Reason::Conflict(path, owner) => {
            format!("`{path}` belongs to someone else: set {}", by(owner))
        }
        Reason::Refused(answer) => format!("the API server refuses it: {answer}"),
        Reason::Unserved => "the cluster does not know this kind".to_owned(),
        Reason::Unreadable(answer) => format!("cannot be read: {answer}"),
        Reason::Quarantined(why) => format!("this version was taken back before: {why}"),
        Reason::Downgrade(from, to) => format!("the image would go back from `{from}` to `{to}`"),
        Reason::Waiting(key) => format!("waits for {key}, which is held back"),
        Reason::Together(key) => format!("is released as one with {key}, which is held back"),
        Reason::Open(number) => {
            format!("release {number} has not ended: it is resumed or reverted first")
        }
        Reason::OverQuota(what) => format!("does not fit the quota: {what}"),
        Reason::NoNodeFits(what) => format!("no node fits: {what}"),
        Reason::Tight(what) => what.clone(),
        Reason::Retired => "was retired, and is declared still".to_owned(),
        Reason::KeptUntil(day) => {
            format!("is data of an application that was retired, and kept until {day}")
        }
        Reason::PeriodOver(day) => {
            format!(
                "is data of an application that was retired; it was kept until {day}, and that is over"
            )
        }
        Reason::NoEnvironment(number) => format!(
            "its environment is not in the estate, and it has {} in the cluster: left as it is",
            count(*number, "object")
        ),
        Reason::StaysBehind(why) => format!("would begin empty: {why}"),
        Reason::MovesHere => {
            "was called otherwise before: what it left under that name is out of reach of this run"
                .to_owned()
        }
        Reason::Kept(why) => format!("is no longer declared, and kept: {why}"),
        Reason::ClusterScoped => "is not in the namespace: left as it is".to_owned(),
    }
}

/// Returns what to do about an object of somebody else. What another application or estate releases would be fought over.
fn unowned(owner: Option<&FieldOwner>, name: &str, application: &str, environment: &str) -> String {
    let releases = |owner: &&FieldOwner| owner.manager.contains([' ', '/']);
    match owner.filter(releases) {
        Some(owner) => format!(
            "take it out there first, or rename yours: `--adopt {name}` takes it away from `{}`, which is held back then as long as it declares it",
            owner.manager
        ),
        None => format!(
            "take it over with `--adopt {name}`, or rename yours; `steading adopt {application} --env {environment} --from any` shows how it is taken over as it is"
        ),
    }
}

/// Returns what to do: a command or an edit; none where there is nothing to do.
pub(crate) fn remedy(not_done: &NotDone) -> Option<String> {
    let name = not_done
        .object
        .as_ref()
        .map(|id| format!("{}/{}", id.kind.kind, id.name))
        .unwrap_or_default();
    let application = &not_done.key.application;
    let environment = &not_done.key.environment;
    match &not_done.reason {
        Reason::NeedsAcceptance(_) => Some(format!("if it is meant: `--accept {name}`")),
        Reason::StaysBehind(_) => Some(format!(
            "to begin empty, and keep what was there before: `--accept {name}`"
        )),
        Reason::Unowned(owner) => Some(unowned(owner.as_ref(), &name, application, environment)),
        Reason::Conflict(_, _) => Some(format!(
            "take the field out of the declaration, or take the object over with `--adopt {name}`"
        )),
        Reason::Unserved => Some("install its custom resource definition first".to_owned()),
        Reason::Unreadable(_) if environment == SHARED_ENVIRONMENT => {
            Some("this takes the rights of the cluster's operator".to_owned())
        }
        Reason::Unreadable(_) => Some(format!(
            "this takes the rights of the cluster's operator; for `deploy`, those that `steading rbac {application} --env {environment}` prints"
        )),
        Reason::Quarantined(_) => Some(format!(
            "fix it in a new version, or let this one go again: `steading release allow {application} --env {environment}`"
        )),
        Reason::Downgrade(_, _) => Some("if it is meant: `--accept downgrade`".to_owned()),
        Reason::OverQuota(_) => {
            Some("lower the requests, or set `quota` with the reason".to_owned())
        }
        Reason::NoNodeFits(_) => Some("lower the requests, or change `placement`".to_owned()),
        Reason::Tight(_) => Some("lower requests, park something, or add a node".to_owned()),
        Reason::Kept(_) => Some(format!("to delete it: `--accept {name}`")),
        Reason::Retired => Some(format!(
            "take `{environment}` out of its `environments`; to bring it back: `--accept {ACCEPT_RETURN}/{application}`"
        )),
        Reason::KeptUntil(_) => Some(format!("to delete it before: `--accept {name}`")),
        Reason::PeriodOver(_) => Some(format!(
            "to delete it: `steading retire {application} --env {environment} --delete-data`"
        )),
        Reason::NoEnvironment(_) => Some(format!(
            "to take it away: `steading retire {application} --env {environment} --context CONTEXT`; to have it back, declare the environment"
        )),
        Reason::ClusterScoped | Reason::MovesHere => Some(format!(
            "the operator applies it: `steading apply {application} --env {environment}`"
        )),
        Reason::Open(_) => Some(format!(
            "the next apply does it; by hand: `steading resume {application} --env {environment}` or `steading revert …`"
        )),
        Reason::Together(_) => Some(format!(
            "to release it alone: `steading apply {application} --env {environment}`"
        )),
        Reason::Refused(_) | Reason::Waiting(_) => None,
    }
}
