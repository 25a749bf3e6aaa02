//! Applications that went: those that were retired, with until when their data is kept, and those that have another name now.

use std::collections::BTreeMap;

use steading_model::ObjectId;
use steading_model::desired::{ANNOTATION_KEEP_UNTIL, ANNOTATION_RETIRED};
use steading_plan::{History, Live, Observed, ReleaseKey};

/// A word and a sentence for each.
pub(super) type Gone = BTreeMap<ReleaseKey, (&'static str, String)>;

/// Returns what is said of each application that went.
pub(super) fn gone(observed: &Observed, today: &str) -> Gone {
    let histories = observed.releases.iter();
    let gone = histories.filter_map(|(key, history)| {
        let said = match &history.moved_to {
            Some(now) => ("moved", moved(key, now)),
            None if history.is_retired => ("retired", retired(observed, key, history, today)),
            None => return None,
        };
        Some((key.clone(), said))
    });
    gone.collect()
}

fn moved(key: &ReleaseKey, now: &ReleaseKey) -> String {
    if key.application == now.application {
        format!("in the namespace `{}` now", now.namespace)
    } else {
        format!("`{}` now", now.application)
    }
}

fn retired(observed: &Observed, key: &ReleaseKey, history: &History, today: &str) -> String {
    let ids = history.inventory.iter().map(|item| &item.id);
    let kept = ids.filter_map(|id| marks(observed, id));
    sentence(key, kept.min(), today)
}

/// Returns the last day on which an object is kept, and the day on which its application was retired.
fn marks(observed: &Observed, id: &ObjectId) -> Option<(String, String)> {
    let live = observed.objects.get(id).map(Live::parse)?;
    let annotations = &live["metadata"]["annotations"];
    let until = annotations[ANNOTATION_KEEP_UNTIL].as_str()?.to_owned();
    let since = annotations[ANNOTATION_RETIRED].as_str().unwrap_or_default();
    Some((until, since.to_owned()))
}

fn sentence(key: &ReleaseKey, kept: Option<(String, String)>, today: &str) -> String {
    let (application, environment) = (&key.application, &key.environment);
    match kept {
        None => "retired; no data is left".to_owned(),
        Some((until, _)) if *until < *today => format!(
            "its data was kept until {until}: `steading retire {application} --env {environment} --delete-data`"
        ),
        Some((until, since)) => format!("retired on {since}; its data is kept until {until}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_is_over_names_the_command() {
        let key = ReleaseKey {
            namespace: "prod-wiki".to_owned(),
            application: "wiki".to_owned(),
            environment: "prod".to_owned(),
        };
        let said = |until: &str, today: &str| {
            let kept = (until.to_owned(), "2026-11-21".to_owned());
            sentence(&key, Some(kept), today)
        };
        assert_eq!(
            said("2026-12-21", "2026-12-21"),
            "retired on 2026-11-21; its data is kept until 2026-12-21"
        );
        assert_eq!(
            said("2026-12-21", "2026-12-22"),
            "its data was kept until 2026-12-21: `steading retire wiki --env prod --delete-data`"
        );
        assert_eq!(
            sentence(&key, None, "2026-12-21"),
            "retired; no data is left"
        );
    }
}
