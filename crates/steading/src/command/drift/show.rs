//! How drift looks: text for people, JSON for programs.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::Serialize;
use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::{Departure, Drift, Drifted, FieldChange, ReleaseKey, Standing};

use super::Compared;
use crate::diagnostics::count;
use crate::error::CommandError;
use crate::output::{self, Format};
use crate::session::Session;
use crate::show::{change_line, push, reason_text};
use crate::ui::{Paint, Role};

/// One field, object or application that is not as it was released.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    application: &'a str,
    environment: &'a str,
    release: u64,
    object: String,
    /// `changed`, `gone`, or `unclear`.
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// How often the field changed while it was watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<usize>,
}

/// How often fields changed while they were watched, of those over which two fight.
pub(super) type Fights = BTreeMap<(ObjectId, String), usize>;

/// Prints what was found.
pub(super) fn print(
    session: &Session,
    compared: &Compared,
    format: Format,
) -> Result<(), CommandError> {
    if format == Format::Json {
        let rows: Vec<Row<'_>> = compared.drift.iter().flat_map(rows).collect();
        return output::json(&session.ui, &rows);
    }
    let text = text(compared, session.ui.paint());
    session.ui.data().write_all(text.as_bytes())?;
    Ok(())
}

fn text(compared: &Compared, paint: Paint) -> String {
    let mut text = String::new();
    for drift in &compared.drift {
        let heading = format!("{}: not as release {} made it", drift.key, drift.release);
        push(&mut text, &paint.text(Role::Strong, &heading));
        for drifted in &drift.objects {
            write_object(&mut text, drifted);
        }
        text.push('\n');
    }
    for (key, why) in &compared.unknown {
        push(&mut text, &format!("{key}: not compared: {why}"));
    }
    push(&mut text, &paint.text(Role::Strong, &summary(compared)));
    text
}

fn summary(compared: &Compared) -> String {
    let drifted = compared.drift.len();
    let rest = compared
        .applications
        .saturating_sub(drifted + compared.unknown.len());
    if drifted == 0 {
        return format!("no drift: {} as released", count(rest, "application"));
    }
    format!(
        "{} drifted; {rest} as released",
        count(drifted, "application")
    )
}

fn write_object(text: &mut String, drifted: &Drifted) {
    match &drifted.departure {
        Departure::Changed(changes) => {
            push(text, &format!("  ~ {}", drifted.id));
            for change in changes {
                push(text, &format!("      {}", field_line(change)));
            }
        }
        Departure::Gone => push(text, &format!("  - {}  is not there", drifted.id)),
        Departure::Unclear(reason) => {
            push(
                text,
                &format!("  ? {}  {}", drifted.id, reason_text(reason)),
            );
        }
    }
}

/// Returns `path: released → live  (changed by …)`: the way that the drift took, which is the other way round than a plan's.
pub(in crate::command) fn field_line(change: &FieldChange) -> String {
    change_line(&FieldChange {
        before: change.after.clone(),
        after: change.before.clone(),
        ..change.clone()
    })
}

fn rows(drift: &Drift) -> Vec<Row<'_>> {
    let row = |drifted: &Drifted, what: &'static str| Row {
        application: &drift.key.application,
        environment: &drift.key.environment,
        release: drift.release,
        object: drifted.id.to_string(),
        what,
        field: None,
        released: None,
        live: None,
        manager: None,
        since: None,
        why: None,
        times: None,
    };
    let objects = drift.objects.iter();
    let rows = objects.flat_map(|drifted| match &drifted.departure {
        Departure::Gone => vec![row(drifted, "gone")],
        Departure::Unclear(reason) => vec![Row {
            why: Some(reason_text(reason)),
            ..row(drifted, "unclear")
        }],
        Departure::Changed(changes) => changes
            .iter()
            .map(|change| changed(row(drifted, "changed"), change))
            .collect(),
    });
    rows.collect()
}

fn changed<'a>(row: Row<'a>, change: &'a FieldChange) -> Row<'a> {
    let owner = match &change.standing {
        Standing::Ours => None,
        Standing::Drifted(owner) | Standing::Conflict(owner) => Some(owner),
    };
    Row {
        field: Some(&change.path),
        released: change.after.as_ref(),
        live: change.before.as_ref(),
        manager: owner.map(|owner| owner.manager.as_str()),
        since: owner.and_then(|owner| owner.since.as_deref()),
        ..row
    }
}

/// Returns what was not there before.
pub(super) fn since(now: Option<&Drift>, before: Option<&Drift>) -> Vec<Drifted> {
    let known = |id: &ObjectId| {
        let mut objects = before.iter().flat_map(|before| &before.objects);
        objects.find(|object| object.id == *id)
    };
    let objects = now.iter().flat_map(|now| &now.objects);
    let fresh = objects.filter_map(|object| match (known(&object.id), &object.departure) {
        (Some(known), _) if known == object => None,
        (Some(known), Departure::Changed(changes)) => {
            let new = changes
                .iter()
                .filter(|change| !changed_in(known).contains(change));
            let new: Vec<FieldChange> = new.cloned().collect();
            (!new.is_empty()).then(|| Drifted {
                id: object.id.clone(),
                departure: Departure::Changed(new),
            })
        }
        _ => Some(object.clone()),
    });
    fresh.collect()
}

fn changed_in(drifted: &Drifted) -> &[FieldChange] {
    match &drifted.departure {
        Departure::Changed(changes) => changes,
        Departure::Gone | Departure::Unclear(_) => &[],
    }
}

/// Returns the fields of an object that changed.
pub(super) fn fields(drifted: &Drifted) -> impl Iterator<Item = (&ObjectId, &FieldChange)> {
    changed_in(drifted)
        .iter()
        .map(|change| (&drifted.id, change))
}

/// Writes what is new about an application, a line for each field or object.
pub(super) fn news(
    text: &mut String,
    drift: &Drift,
    fresh: Vec<Drifted>,
    fights: &Fights,
    format: Format,
) -> Result<(), CommandError> {
    let drift = Drift {
        objects: fresh,
        ..drift.clone()
    };
    if format == Format::Text {
        write_news(text, &drift, fights);
        return Ok(());
    }
    for drifted in &drift.objects {
        let alone = Drift {
            objects: vec![drifted.clone()],
            ..drift.clone()
        };
        for row in rows(&alone) {
            let field = row.field.unwrap_or_default().to_owned();
            let times = fights.get(&(drifted.id.clone(), field)).copied();
            push(text, &serde_json::to_string(&Row { times, ..row })?);
        }
    }
    Ok(())
}

fn write_news(text: &mut String, drift: &Drift, fights: &Fights) {
    for drifted in &drift.objects {
        let place = format!("{}: {}", drift.key, drifted.id);
        match &drifted.departure {
            Departure::Gone => push(text, &format!("{place}: is not there")),
            Departure::Unclear(reason) => {
                push(text, &format!("{place}: {}", reason_text(reason)));
            }
            Departure::Changed(changes) => {
                for change in changes {
                    let field = (drifted.id.clone(), change.path.clone());
                    let fight = fights.get(&field).map_or_else(String::new, |times| {
                        format!("  (changed {times} times by now: somebody puts it back)")
                    });
                    push(text, &format!("{place}: {}{fight}", field_line(change)));
                }
            }
        }
    }
}

/// Writes that an application is as it was released again.
pub(super) fn healed(
    text: &mut String,
    key: &ReleaseKey,
    format: Format,
) -> Result<(), CommandError> {
    let (application, environment) = (&key.application, &key.environment);
    let line = match format {
        Format::Text => format!("{key}: as released again"),
        Format::Json => serde_json::to_string(&serde_json::json!({
            "application": application, "environment": environment, "what": "asReleased",
        }))?,
    };
    push(text, &line);
    Ok(())
}
