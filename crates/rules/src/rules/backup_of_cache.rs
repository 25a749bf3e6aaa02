//! What can be made again is not backed up.

use steading_model::application::{Backup, DataMeaning};

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A cache is not backed up.
    ///
    /// ## Why
    /// Either it can be made again, and its backup crowds out that of what cannot; or it cannot, and then it has the guard, the class and the
    /// checks of a cache on the day when it is lost.
    ///
    /// ## Example
    /// ```yaml
    /// storage: { mountPath: /thumbs, size: 5Gi, data: cache, backup: { keep: 7 } }   # found
    /// storage: { mountPath: /thumbs, size: 5Gi, data: cache }                         # right
    /// ```
    "ST4167" "backup-of-cache" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let owners = subject.application.owners();
    let volumes = owners.flat_map(|owner| owner.volumes());
    let caches = volumes.filter(|(_, _, volume)| volume.data == Some(DataMeaning::Cache));
    let saved = caches.filter(|(_, _, volume)| matches!(volume.backup, Some(Backup::Scheduled(_))));
    let found = saved.map(|(name, path, _)| {
        let span = subject.key_span(&path.key("backup"));
        let message = format!("the volume `{name}` can be made again and is backed up");
        Finding::new(span, message).help("remove `backup`, or say `data: plain`")
    });
    found.collect()
}
