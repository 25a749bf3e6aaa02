//! Applying one object: first taking nothing from anybody, then what it was planned to take.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::ObjectId;
use steading_model::desired::{FIELD_MANAGER, LABEL_APPLICATION, LABEL_ENVIRONMENT};
use steading_plan::fields::{extract, owned_by};
use steading_plan::{Action, FieldOwner};

use super::error::ApplyError;
use super::generate::{fill, has_generated};
use super::hold::Hold;
use super::work::{Guard, Work};
use super::write::Force;
use crate::failure::RequestError;
use crate::fault::{Cause, Fault};
use crate::kind::ServedKind;

/// How often an object that others keep changing is read anew before it is given up.
pub(crate) const READINGS: usize = 8;

/// Applies the object: first taking nothing from anybody, then what it was planned to take.
pub(crate) async fn place(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    object: Value,
) -> Result<Value, ApplyError> {
    let mut displaces = work.displaces.clone();
    let mut live = match &work.guard {
        Guard::Planned(live) if work.action == Action::Update => Some(live.clone()),
        Guard::Resumed => resumed(hold, work, kind, &mut displaces).await?,
        _ => None,
    };
    let mut force = Force::No;
    for _ in 0..READINGS {
        let kept = live.as_ref().or(work.live()).or(work.noted.as_ref());
        let object = generated(work, &object, kept)?;
        let applied = hold
            .apply(
                kind,
                &work.id,
                &guarded(&object, live.as_ref()),
                FIELD_MANAGER,
                force,
            )
            .await;
        let refused = match applied {
            Err(ApplyError::Request(error)) if error.fault == Fault::Conflict => error,
            applied => return applied,
        };
        if refused.causes.is_empty() {
            let now = reread(hold, work, kind, live.as_ref(), &displaces, &refused).await;
            live = match now {
                // An earlier try of this very apply went through, and its answer was lost. If somebody else wrote, applying without
                // force will say so.
                Err(ApplyError::Moved { .. }) if refused.tried > 1 => {
                    hold.get(kind, &work.id).await?
                }
                now => now?,
            };
        } else {
            permitted(&work.id, &refused, &displaces)?;
            force = Force::Yes;
        }
    }
    Err(ApplyError::moved(
        &work.id,
        "is changed by somebody again and again",
    ))
}

/// Adds the generated values of a Secret, those that it had even if it is made again; nothing to other objects.
fn generated(work: &Work, object: &Value, live: Option<&Value>) -> Result<Value, ApplyError> {
    let mut object = object.clone();
    if has_generated(&object) {
        fill(&work.id, &mut object, live)?;
    }
    Ok(object)
}

/// Looks at what an interrupted run may have left: it must be ours, or the one that was planned for.
async fn resumed(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    displaces: &mut BTreeSet<String>,
) -> Result<Option<Value>, ApplyError> {
    let live = hold.get(kind, &work.id).await?;
    let Some(found) = &live else { return Ok(None) };
    let is_planned = work.uid.is_some() && found["metadata"]["uid"].as_str() == work.uid.as_deref();
    if !is_planned && !is_labelled(hold, found) {
        return Err(ApplyError::moved(&work.id, "was made by somebody else"));
    }
    let managers = found["metadata"]["managedFields"]
        .as_array()
        .into_iter()
        .flatten();
    displaces.extend(managers.filter_map(|entry| entry["manager"].as_str().map(str::to_owned)));
    Ok(live)
}

/// Says whether an object carries the labels of this application.
pub(crate) fn is_labelled(hold: &Hold<'_>, object: &Value) -> bool {
    let labels = &object["metadata"]["labels"];
    labels[LABEL_APPLICATION] == hold.key.application.as_str()
        && labels[LABEL_ENVIRONMENT] == hold.key.environment.as_str()
}

/// Adds which object, in which version, is meant.
pub(crate) fn guarded(object: &Value, live: Option<&Value>) -> Value {
    let mut object = object.clone();
    for name in ["uid", "resourceVersion"] {
        if let Some(value) = live.and_then(|live| live["metadata"].get(name)) {
            object["metadata"][name] = value.clone();
        }
    }
    object
}

/// Reads an object that changed under our hands; it may go on if what is ours of it did not.
async fn reread(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    before: Option<&Value>,
    displaces: &BTreeSet<String>,
    refused: &RequestError,
) -> Result<Option<Value>, ApplyError> {
    let now = hold.get(kind, &work.id).await?;
    let is_same = match (before, &now) {
        // There is no other version: the server has been in its own way all along.
        (None, None) => return Err(ApplyError::Request(refused.clone())),
        (Some(before), Some(now)) => {
            before["metadata"]["uid"] == now["metadata"]["uid"] && same_for(before, now, displaces)
        }
        _ => false,
    };
    if is_same || matches!(work.guard, Guard::Resumed) {
        return Ok(now);
    }
    Err(ApplyError::moved(&work.id, "was changed"))
}

/// Refuses a conflict with anybody but those whose fields were planned to be taken.
fn permitted(
    id: &ObjectId,
    refused: &RequestError,
    displaces: &BTreeSet<String>,
) -> Result<(), ApplyError> {
    let stranger = refused
        .causes
        .iter()
        .find(|cause| !displaces.contains(manager(cause)));
    match stranger {
        None => Ok(()),
        Some(cause) => Err(ApplyError::Conflict {
            object: Box::new(id.clone()),
            field: cause.field.trim_start_matches('.').to_owned(),
            owner: FieldOwner {
                manager: manager(cause).to_owned(),
                since: None,
            },
        }),
    }
}

/// Returns the manager that a conflict names: `conflict with "kubectl-edit" using apps/v1`.
fn manager(cause: &Cause) -> &str {
    cause.message.split('"').nth(1).unwrap_or_default()
}

/// Says whether what is ours of an object, and what is theirs whom we displace, is the same.
pub(crate) fn same_for(one: &Value, other: &Value, displaces: &BTreeSet<String>) -> bool {
    let concerns = |manager: &str| manager == FIELD_MANAGER || displaces.contains(manager);
    let part = |object: &Value| extract(object, &owned_by(object, concerns));
    part(one) == part(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use steading_model::GroupKind;

    fn refused() -> RequestError {
        RequestError {
            doing: "apply `Deployment shop/web`".to_owned(),
            fault: Fault::Conflict,
            answer: "Apply failed with 1 conflict".to_owned(),
            causes: vec![Cause {
                field: ".spec.replicas".to_owned(),
                message: r#"conflict with "kubectl-scale" using apps/v1"#.to_owned(),
            }],
            tried: 1,
        }
    }

    fn id() -> ObjectId {
        ObjectId {
            kind: GroupKind::new("apps", "Deployment"),
            namespace: Some("shop".to_owned()),
            name: "web".to_owned(),
        }
    }

    #[test]
    fn only_planned_managers_are_displaced() {
        assert!(permitted(&id(), &refused(), &["kubectl-scale".to_owned()].into()).is_ok());
        let error = permitted(&id(), &refused(), &BTreeSet::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`spec.replicas` of `Deployment shop/web` belongs to `kubectl-scale`"
        );
    }

    #[test]
    fn an_apply_names_object_and_version() {
        let live =
            serde_json::json!({"metadata": {"uid": "u", "resourceVersion": "5", "name": "web"}});
        let object = serde_json::json!({"metadata": {"name": "web"}});
        assert_eq!(guarded(&object, Some(&live))["metadata"], live["metadata"]);
        assert_eq!(guarded(&object, None), object);
    }
}
