//! How everything will look once a takeover is complete: the next release is planned from that.

use serde_json::value::RawValue;

use super::survey::{Takeover, Verdict};
use crate::observed::{DryRun, InventoryItem, Live, Observed};

/// Returns what will be observed after a takeover; without details, which [`Takeover::dry_runs`] brings into form.
#[must_use]
pub fn afterwards(observed: &Observed, takeover: &Takeover) -> Observed {
    let mut after = observed.clone();
    after.details = crate::observed::Details::default();
    let mut items: Vec<InventoryItem> = Vec::new();
    for candidate in &takeover.objects {
        let Verdict::Taken(taking) = &candidate.verdict else {
            continue;
        };
        let Some(live) = after.objects.get_mut(&candidate.id) else {
            continue;
        };
        let object = live.parse();
        let uid = object["metadata"]["uid"].as_str().unwrap_or_default();
        items.push(InventoryItem {
            id: candidate.id.clone(),
            uid: uid.to_owned(),
        });
        if let Ok(json) = RawValue::from_string(taking.after(&object).to_string()) {
            *live = Live { json };
        }
    }
    let history = after.releases.entry(takeover.key.clone()).or_default();
    history.inventory.extend(items);
    if let Some(release) = &takeover.release {
        history.greatest_number = release.number;
        history.current_digest = Some(release.digest.clone());
        history.current = Some(release.number);
    }
    after
}

impl Takeover {
    /// Takes out of the answers to dry runs what will be gone by then.
    pub fn dry_runs<'a>(
        &self,
        answers: impl IntoIterator<Item = (&'a steading_model::ObjectId, &'a mut DryRun)>,
    ) {
        for (id, answer) in answers {
            let DryRun::Accepted(object) = answer else {
                continue;
            };
            let candidate = self.objects.iter().find(|candidate| candidate.id == *id);
            if let Some(Verdict::Taken(taking)) = candidate.map(|candidate| &candidate.verdict)
                && let Some(annotations) = object["metadata"]["annotations"].as_object_mut()
            {
                annotations.retain(|name, _| !taking.leftovers.contains(name));
            }
        }
    }
}
