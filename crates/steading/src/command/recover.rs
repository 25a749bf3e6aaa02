//! `steading resume` and `steading revert`: the two ways out of a release that was interrupted.

use clap::Args;
use steading_cluster::{Ended, history, resume, revert};

use super::rollback::is_open;
use crate::error::{CommandError, Outcome};
use crate::output::OutputOption;
use crate::releasing;
use crate::runtime::block_on;
use crate::session::Session;
use crate::subject::{Subject, SubjectOptions};
use crate::target::{Intent, connect_to};
use crate::turns;

const RESUME_HELP: &str = "\
Example:
  steading resume shop --env prod

Applications that are released as one with it are finished with it. The next `steading apply` does this by itself where it wants the same
version.";

const REVERT_HELP: &str = "\
Example:
  steading revert shop --env prod

Applications that are released as one with it are put back with it. The next `steading apply` does this by itself where it wants another
version.";

/// Finish a release whose run died, as it was planned
#[derive(Args)]
#[command(after_help = RESUME_HELP)]
pub(crate) struct Resume {
    #[command(flatten)]
    subject: SubjectOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// Put back everything that a release touched whose run died
#[derive(Args)]
#[command(after_help = REVERT_HELP)]
pub(crate) struct Revert {
    #[command(flatten)]
    subject: SubjectOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// Which way out.
#[derive(Clone, Copy)]
enum Way {
    Forward,
    Back,
}

/// Runs `steading resume`.
pub(crate) fn run_resume(arguments: Resume, session: &Session) -> Result<Outcome, CommandError> {
    let Resume { subject, output } = arguments;
    run(&subject, output, Way::Forward, session)
}

/// Runs `steading revert`.
pub(crate) fn run_revert(arguments: Revert, session: &Session) -> Result<Outcome, CommandError> {
    let Revert { subject, output } = arguments;
    run(&subject, output, Way::Back, session)
}

fn run(
    options: &SubjectOptions,
    output: OutputOption,
    way: Way,
    session: &Session,
) -> Result<Outcome, CommandError> {
    let subject = Subject::find(session, options)?;
    let outcomes = block_on(async {
        let cluster = connect_to(
            session,
            subject.environment()?,
            &options.cluster,
            Intent::Write,
        )
        .await?;
        // Asked without the patience of a release that is under way.
        let releases = history(&cluster, &subject.key).await?;
        if !releases.iter().any(is_open) {
            return Err(nothing_open(&subject));
        }
        let outcomes = releasing::carry_out(session, &cluster, async |run| match way {
            Way::Forward => resume(run, &subject.key).await,
            Way::Back => revert(run, &subject.key).await,
        })
        .await;
        Ok(outcomes)
    })??;
    let is_as_asked = |outcome: &steading_cluster::Outcome| {
        matches!((way, &outcome.ended), (Way::Back, Ended::Reverted { .. }))
    };
    let reverted_as_asked = outcomes.iter().all(is_as_asked);
    turns::explain(session, &outcomes);
    let reported = releasing::report(session, &outcomes, output.output)?;
    Ok(if reverted_as_asked {
        Outcome::Success
    } else {
        reported
    })
}

/// Returns what to say where all releases have ended, or there are none.
fn nothing_open(subject: &Subject) -> CommandError {
    let (application, environment) = (&subject.key.application, &subject.key.environment);
    CommandError::failure(format!(
        "no release of {environment}/{application} is open: all have ended"
    ))
    .hint(format!(
        "`steading history {application} --env {environment}` lists them; `steading rollback` goes back to an earlier one"
    ))
}
