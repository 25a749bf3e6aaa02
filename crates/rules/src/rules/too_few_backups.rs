//! One backup is none.

use steading_model::application::Backup;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// At least three backups are kept.
    ///
    /// ## Why
    /// What breaks data is noticed days later: by then the only backup has the broken data, too. One run that fails half way leaves nothing at all.
    ///
    /// ## Example
    /// ```yaml
    /// backup: { keep: 1 }   # found
    /// backup: { keep: 7 }   # right
    /// ```
    "ST4168" "too-few-backups" Warning => Check::Application(check)
}

/// The fewest that leave one from before a weekend.
const FEWEST: u32 = 3;

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let owners = subject.application.owners();
    let volumes = owners.flat_map(|owner| owner.volumes());
    let found = volumes.filter_map(|(name, path, volume)| {
        let Some(Backup::Scheduled(fields)) = &volume.backup else {
            return None;
        };
        let keep = fields.keep.filter(|keep| *keep < FEWEST)?;
        let span = subject.span(&path.key("backup").key("keep"));
        let message = format!("the volume `{name}` keeps only {keep} of its backups");
        Some(Finding::new(span, message).help(format!("keep at least {FEWEST}")))
    });
    found.collect()
}
