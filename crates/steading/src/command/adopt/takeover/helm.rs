//! What the objects that are taken over have to do with Helm.

use std::collections::BTreeSet;

use steading_cluster::{Cluster, HelmRelease, helm_release};
use steading_model::{Desired, ObjectId};
use steading_plan::takeover::{Takeover, Verdict};

use crate::error::CommandError;

/// A release of Helm's that objects which are taken over belong to.
pub(super) struct Belonging {
    /// Namespace and name.
    pub(super) namespace: String,
    pub(super) name: String,
    /// Its record; none where it is not there.
    pub(super) record: Option<HelmRelease>,
    /// Its objects that the declaration does not make.
    pub(super) left: Vec<ObjectId>,
}

impl Belonging {
    /// Returns the release, where Helm is at work on it.
    pub(super) fn under_way(&self) -> Option<&HelmRelease> {
        self.record.as_ref().filter(|record| record.is_under_way())
    }

    /// Returns the command that removes Helm's record, and nothing else.
    pub(super) fn removal(&self) -> String {
        let kept_in = self
            .record
            .as_ref()
            .map_or("Secret", |record| record.kept_in);
        format!(
            "kubectl delete {} -n {} -l owner=helm,name={}",
            kept_in.to_lowercase(),
            self.namespace,
            self.name
        )
    }
}

/// Reads the records of all releases of Helm's that objects which are taken over from Helm say they belong to.
pub(super) async fn belongings(
    cluster: &Cluster,
    takeover: &Takeover,
    desired: &Desired,
) -> Result<Vec<Belonging>, CommandError> {
    let declared: BTreeSet<&ObjectId> = desired.objects.iter().map(|object| &object.id).collect();
    let taken = takeover
        .objects
        .iter()
        .filter(|candidate| matches!(&candidate.verdict, Verdict::Taken(taking) if !taking.leftovers.is_empty()));
    let releases: BTreeSet<&(String, String)> = taken.filter_map(|one| one.helm.as_ref()).collect();
    let mut found = Vec::new();
    for (namespace, name) in releases {
        let record = helm_release(cluster, namespace, name).await?;
        let objects = record.iter().flat_map(|record| &record.objects);
        let left = objects
            .filter(|id| !declared.contains(id))
            .cloned()
            .collect();
        found.push(Belonging {
            namespace: namespace.clone(),
            name: name.clone(),
            record,
            left,
        });
    }
    Ok(found)
}
