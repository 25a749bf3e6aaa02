//! The data that stays: which, until when, and what becomes of it after that.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;
use steading_cluster::{Cluster, volumes};
use steading_model::desired::{ANNOTATION_KEEP_UNTIL, ANNOTATION_RECLAIM};
use steading_model::estate::Estate;
use steading_model::{Desired, ObjectId};
use steading_plan::{Observed, ReleaseKey, Retirement, retire, spelled};

use super::{Kept, Wish, live};
use crate::error::CommandError;
use crate::session::Session;
use crate::settings;

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// Decides what stays, and until when.
pub(super) async fn kept(
    cluster: &Cluster,
    estate: &Estate,
    released: &Desired,
    observed: &Observed,
    wish: &Wish,
) -> Result<Kept, CommandError> {
    let period = wish.keep_data.as_ref();
    let period = period.unwrap_or(&estate.fields.deletions.keep_data);
    let today = settings::today();
    let mut retirement = Retirement {
        on: today.to_string(),
        until: until(today, period.seconds()).to_string(),
        volumes: BTreeMap::new(),
    };
    let objects = retire(released, observed, &retirement).objects;
    let claims: Vec<(ObjectId, Value)> = objects
        .iter()
        .filter(|object| object.id.kind.is("", "PersistentVolumeClaim"))
        .map(|object| (object.id.clone(), live(observed, &object.id)))
        .collect();
    let volumes = volumes(cluster, &claims).await?;
    retirement.volumes = volumes
        .into_iter()
        .map(|(claim, volume)| (claim, reclaim(&volume)))
        .collect();
    let mut desired = retire(released, observed, &retirement);
    // What is deleted at once needs no period.
    desired.objects.retain(|object| {
        let name = spelled(&object.id);
        let short = format!("{}/{}", object.id.kind.kind, object.id.name);
        let mut accepted = wish.accept.iter();
        !accepted.any(|one| one.eq_ignore_ascii_case(&name) || one.eq_ignore_ascii_case(&short))
    });
    Ok(Kept {
        desired,
        until: retirement.until,
    })
}

/// Returns the last day on which data is kept.
fn until(today: Date, seconds: u64) -> Date {
    let days = i64::try_from(seconds.div_ceil(SECONDS_OF_A_DAY)).unwrap_or(i64::MAX);
    let span = days.min(i64::from(u16::MAX)).days();
    today.checked_add(span).unwrap_or(Date::MAX)
}

/// Says what becomes of a volume when its claim is deleted.
fn reclaim(volume: &Value) -> String {
    let name = volume["metadata"]["name"].as_str().unwrap_or_default();
    match volume["spec"]["persistentVolumeReclaimPolicy"].as_str() {
        Some("Retain") => format!("volume {name} stays when the claim is deleted (Retain)"),
        Some(policy) => format!("volume {name} goes when the claim is deleted ({policy})"),
        None => format!("volume {name}"),
    }
}

/// Says what stays.
pub(super) fn tell(session: &Session, kept: &Kept, observed: &Observed) {
    let Kept { desired, until } = kept;
    let (application, environment) = (&desired.application, &desired.environment);
    if desired.objects.is_empty() {
        session
            .ui
            .say(&format!("{} has no data to keep", desired.title()));
        return;
    }
    session.ui.say(&format!(
        "kept in `{}` until {until}; deleted then by `steading retire {application} --env {environment} --delete-data`, and not before:",
        desired.namespace
    ));
    for object in &desired.objects {
        let size = &live(observed, &object.id)["spec"]["resources"]["requests"]["storage"];
        let size = size.as_str().map(|size| format!(", {size}"));
        let volume = object.annotation(ANNOTATION_RECLAIM);
        let volume = volume.map(|volume| format!(": {volume}"));
        session.ui.say(&format!(
            "  {}{}{}",
            object.id,
            size.unwrap_or_default(),
            volume.unwrap_or_default()
        ));
    }
}

/// Returns the names of the objects whose period is over; an application that was not retired has none to delete.
pub(super) fn over(key: &ReleaseKey, observed: &Observed) -> Result<Vec<String>, CommandError> {
    let history = observed.releases.get(key);
    let history = history
        .filter(|history| history.is_retired)
        .ok_or_else(|| {
            CommandError::failure(format!("{key} was not retired: its data is in use")).hint(
                format!(
                    "first: `steading retire {} --env {}`",
                    key.application, key.environment
                ),
            )
        })?;
    let today = settings::today().to_string();
    let is_over = |id: &ObjectId| {
        let live = live(observed, id);
        let day = live["metadata"]["annotations"][ANNOTATION_KEEP_UNTIL].as_str();
        day.is_some_and(|day| *day < *today)
    };
    let items = history.inventory.iter();
    Ok(items
        .filter(|item| is_over(&item.id))
        .map(|item| spelled(&item.id))
        .collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_period_is_counted_in_whole_days() {
        let today = date(2026, 11, 21);
        let day = SECONDS_OF_A_DAY;
        for (seconds, expected) in [
            (0, date(2026, 11, 21)),
            (1, date(2026, 11, 22)),
            (day, date(2026, 11, 22)),
            (30 * day, date(2026, 12, 21)),
        ] {
            assert_eq!(until(today, seconds), expected, "{seconds}");
        }
        assert!(until(today, u64::MAX) > date(2200, 1, 1));
    }

    #[test]
    fn a_note_says_whether_the_volume_goes_with_its_claim() {
        let volume = |policy: &str| json!({"metadata": {"name": "pvc-1"}, "spec": {"persistentVolumeReclaimPolicy": policy}});
        assert_eq!(
            reclaim(&volume("Delete")),
            "volume pvc-1 goes when the claim is deleted (Delete)"
        );
        assert_eq!(
            reclaim(&volume("Retain")),
            "volume pvc-1 stays when the claim is deleted (Retain)"
        );
    }
}
