//! Releases while they go on: a moving line on a terminal, one line a step in a log.

use steading_cluster::Event;
use steading_plan::{Action, ReleaseKey};

use crate::diagnostics::count;
use crate::ui::{Progress, Ui};

/// Shows the progress of releases.
pub(crate) struct ReleaseProgress {
    progress: Progress,
}

impl ReleaseProgress {
    /// Begins to show.
    pub(crate) fn new(ui: &Ui) -> Self {
        Self {
            progress: ui.progress(),
        }
    }
}

impl steading_cluster::Progress for ReleaseProgress {
    fn report(&self, key: &ReleaseKey, event: &Event) {
        let title = key.to_string();
        match event {
            Event::Begun { number, steps } => self.progress.done(&format!(
                "{title}: release {number} begun, {}",
                count(*steps, "step")
            )),
            Event::Wave(wave) => self.progress.activity(&format!("{title}: {wave:?}")),
            Event::Done {
                object,
                action,
                done,
                of,
            } => {
                self.progress.activity(&format!(
                    "{title}: {} {object} ({done} of {of})",
                    verb(*action)
                ));
            }
            Event::Waiting { object, why } => self
                .progress
                .activity(&format!("{title}: waiting for {object}: {why}")),
            Event::Ready { object } => self.progress.done(&format!("{title}: {object} is ready")),
            Event::WaitingForLease { holder, since } => {
                self.progress.done(&format!("{title}: held by `{holder}` since {since}, waiting to see whether that run lives"));
            }
            Event::Reverting { why } => self
                .progress
                .failed(&format!("{title}: everything is put back: {why}")),
            Event::Reverted => self
                .progress
                .done(&format!("{title}: everything was put back")),
            Event::Resuming { number, actor } => self
                .progress
                .done(&format!("{title}: finishing release {number} of `{actor}`")),
            Event::Complete => self.progress.done(&format!("{title}: complete")),
        }
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "made",
        Action::Update => "changed",
        Action::Replace => "replaced",
        Action::Delete => "deleted",
    }
}
