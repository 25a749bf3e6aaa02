//! The last backup. Steading makes none: it looks for what others made, and else takes somebody's word.

use jiff::{SignedDuration, Timestamp};
use steading_cluster::{Cluster, backups};
use steading_model::Object;
use steading_plan::Observed;
use steading_plan::backup::{ANNOTATION_BACKED_UP, has_backup, last_backup};

use super::{Kept, live};
use crate::error::CommandError;
use crate::session::Session;
use crate::settings;

/// How old a backup may be to be the last one.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// Whether somebody says that there is one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Given,
    None,
}

impl Word {
    /// Takes it from `--backup-taken`.
    pub(super) fn from_flag(taken: bool) -> Self {
        if taken { Self::Given } else { Self::None }
    }
}

/// Demands a backup of all data for which backups are declared.
pub(super) async fn demand(
    session: &Session,
    cluster: &Cluster,
    kept: &Kept,
    observed: &Observed,
    word: Word,
) -> Result<(), CommandError> {
    let objects = kept.desired.objects.iter();
    let needed: Vec<&Object> = objects.filter(|object| has_backup(object)).collect();
    if needed.is_empty() || word == Word::Given {
        return Ok(());
    }
    let evidence = backups(cluster, kept.desired.namespace.as_str()).await?;
    let mut missing = 0;
    for object in needed {
        let last = last_backup(&object.id, &live(observed, &object.id), &evidence);
        let is_recent = last.as_ref().is_some_and(|(when, _)| is_recent(when));
        missing += usize::from(!is_recent);
        session.ui.say(&sentence(object, last));
    }
    if missing == 0 {
        return Ok(());
    }
    Err(refusal(
        &kept.desired.title(),
        kept.desired.namespace.as_str(),
    ))
}

fn is_recent(when: &str) -> bool {
    let when = when.parse::<Timestamp>().ok();
    when.is_some_and(|when| settings::now().duration_since(when) <= RECENT)
}

fn sentence(object: &Object, last: Option<(String, String)>) -> String {
    let id = &object.id;
    match last {
        Some((when, what)) => {
            format!("{id}: the last backup that can be seen is of {when}, by {what}")
        }
        None => format!("{id}: a backup is declared, and none can be seen"),
    }
}

fn refusal(title: &str, namespace: &str) -> CommandError {
    CommandError::failure(format!("{title} has data without a backup of today"))
        .hint("steading makes no backups yet: make one with what does, look whether it can be read, and say so with `--backup-taken`")
        .hint(format!(
            "seen by itself is, in `{namespace}` and not older than a day: a `VolumeSnapshot` of the claim that is ready, a completed `Backup` of the database, or the annotation `{ANNOTATION_BACKED_UP}` on either"
        ))
}
