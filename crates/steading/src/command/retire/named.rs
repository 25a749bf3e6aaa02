//! Who still names the application.

use steading_model::Desired;
use steading_model::referrer::{Leaving, referrers};
use steading_plan::hosts;

use super::subject::Subject;
use crate::diagnostics;
use crate::error::CommandError;
use crate::session::Session;

/// Refuses while anything in the estate names the application, and shows each place.
pub(super) fn refuse(
    session: &Session,
    subject: &Subject,
    released: &Desired,
) -> Result<(), CommandError> {
    let leaving = Leaving {
        application: &released.application,
        environment: &released.environment,
        namespace: released.namespace.as_str(),
        hosts: &hosts(released),
    };
    let mut report = referrers(&leaving, subject.estate(), &subject.applications);
    if report.is_empty() {
        return Ok(());
    }
    report.sort(subject.loaded.sources());
    let number = report.diagnostics().len();
    let places = diagnostics::count(number, "place");
    diagnostics::say(&session.ui, subject.loaded.findings(&report), "");
    let title = released.title();
    Err(
        CommandError::failure(format!("{title} is still named: nothing is retired")).hint(format!(
            "{places} above; change them, and release that first"
        )),
    )
}
