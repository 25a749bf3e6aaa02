//! What is known of each application's releases, from the records that still matter.

use std::collections::{BTreeMap, BTreeSet};

use steading_plan::release::Phase;
use steading_plan::{History, Observed, OpenRelease, ReleaseKey, ReleaseKind, Unreadable};

use steading_plan::Scope;

use super::{labels, namespace_of};
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::kind::release_kind;
use crate::lease;
use crate::list::Filter;
use crate::record::{self, LABEL_STATE, Record};

/// What reading the records gave.
pub(crate) enum Histories {
    Read(BTreeMap<ReleaseKey, History>),
    /// The definition of releases is not installed: nothing was ever released.
    Unserved,
    Unreadable(Unreadable),
}

/// Reads the histories of an estate's applications: of all, or of those that are named.
pub(crate) async fn read(
    cluster: &Cluster,
    estate: &str,
    only: &BTreeSet<String>,
    scope: &Scope,
) -> Result<Histories, RequestError> {
    let kind = release_kind();
    let labels = format!("{},{LABEL_STATE}", labels(estate, only));
    let filter = Filter::within(namespace_of(scope)).labelled(labels);
    let records = match record::list(cluster, &filter).await {
        Ok(records) => records,
        Err(error) if error.fault == Fault::NotFound => return Ok(Histories::Unserved),
        Err(error) if error.fault == Fault::Forbidden => {
            let namespace = namespace_of(scope).map(str::to_owned);
            return Ok(Histories::Unreadable(Unreadable {
                kind: kind.kind,
                namespace,
                answer: error.answer,
            }));
        }
        Err(error) => return Err(error),
    };
    let mut histories: BTreeMap<ReleaseKey, History> = BTreeMap::new();
    for record in records {
        add(histories.entry(record.key()).or_default(), record);
    }
    for (key, history) in &mut histories {
        if let Some(open) = &mut history.open {
            open.holder = lease::holder(cluster, &key.namespace).await?;
        }
    }
    Ok(Histories::Read(histories))
}

/// Enters the histories into what is observed.
pub(crate) fn fill(observed: &mut Observed, histories: Histories) {
    match histories {
        Histories::Read(histories) => observed.releases = histories,
        Histories::Unserved => observed.unserved.push(release_kind().kind),
        Histories::Unreadable(unreadable) => observed.unreadable.push(unreadable),
    }
}

/// Adds a record to a history, in whatever order records come.
pub(crate) fn add(history: &mut History, record: Record) {
    let phase = record.phase();
    let Record {
        metadata: _,
        spec,
        status,
    } = record;
    if let Some(why) = status
        .as_ref()
        .and_then(|status| status.quarantined.clone())
    {
        history.quarantined.insert(spec.digest.clone(), why);
    }
    match phase {
        Phase::Preparing | Phase::Running | Phase::Reverting => {
            history.open = Some(OpenRelease {
                number: spec.number,
                phase,
                actor: spec.actor.clone(),
                since: spec.created_at.clone(),
                digest: spec.digest.clone(),
                group: spec
                    .group
                    .iter()
                    .flat_map(|group| &group.members)
                    .map(|member| member.key.clone())
                    .collect(),
                holder: None,
            });
        }
        Phase::Complete if history.current < Some(spec.number) => {
            history.current = Some(spec.number);
            history.current_image.clone_from(&spec.image);
            history.current_digest = Some(spec.digest.clone());
            history.is_retired = spec.kind == ReleaseKind::Retire;
            history.moved_to.clone_from(&spec.successor);
            history.inventory = status.map(|status| status.inventory).unwrap_or_default();
        }
        Phase::Complete | Phase::Reverted => {}
    }
    history.greatest_number = history.greatest_number.max(spec.number);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(number: u64, phase: &str, quarantined: Option<&str>) -> Record {
        let record = json!({
            "metadata": {"name": format!("shop-prod-{number}"), "namespace": "shop-prod", "uid": "u"},
            "spec": {
                "estate": "home", "application": "shop", "environment": "prod", "number": number, "parent": null, "kind": "release",
                "actor": "ann", "revision": null, "image": format!("shop:{number}"), "digest": format!("digest-{number}"), "chunks": 1,
                "createdAt": "2026-01-01T00:00:00Z",
            },
            "status": {"phase": phase, "wave": null, "message": null, "inventory": [], "quarantined": quarantined, "updatedAt": ""},
        });
        serde_json::from_value(record).unwrap()
    }

    fn history(records: Vec<Record>) -> History {
        let mut history = History::default();
        for record in records {
            add(&mut history, record);
        }
        history
    }

    #[test]
    fn the_greatest_complete_release_is_current_in_any_order() {
        let rows = [vec![1, 3, 2], vec![3, 2, 1]];
        for numbers in rows {
            let records = numbers
                .into_iter()
                .map(|number| record(number, "Complete", None))
                .collect();
            let history = history(records);
            assert_eq!(
                (history.current, history.current_image.as_deref()),
                (Some(3), Some("shop:3"))
            );
        }
    }

    #[test]
    fn a_release_that_has_not_ended_is_open() {
        let history = history(vec![
            record(1, "Complete", None),
            record(2, "Running", None),
        ]);
        assert_eq!(history.open.unwrap().number, 2);
        assert_eq!((history.current, history.greatest_number), (Some(1), 2));
    }

    #[test]
    fn a_release_that_noted_nothing_yet_is_open() {
        let begun = Record {
            status: None,
            ..record(2, "Running", None)
        };
        let history = history(vec![record(1, "Complete", None), begun]);
        assert_eq!(history.open.unwrap().phase, Phase::Preparing);
        assert_eq!((history.current, history.greatest_number), (Some(1), 2));
    }

    #[test]
    fn a_reverted_release_uses_up_its_number_and_is_quarantined() {
        let history = history(vec![
            record(1, "Complete", None),
            record(2, "Reverted", Some("it did not get ready")),
        ]);
        assert_eq!((history.current, history.greatest_number), (Some(1), 2));
        assert_eq!(history.quarantined["digest-2"], "it did not get ready");
    }
}
