//! `steading rollback`: a plan towards an earlier release.

use clap::Args;
use steading_cluster::{Cluster, ReleaseSummary, history, payload};
use steading_model::Desired;
use steading_plan::release::Phase;
use steading_plan::{Quarantine, ReleaseKind, Scope};

use super::apply::{Way, in_turn};
use crate::error::{CommandError, Outcome};
use crate::output::OutputOption;
use crate::planning::{self, PlanOptions};
use crate::releasing::{Consent, ReleaseOptions};
use crate::runtime::block_on;
use crate::session::Session;
use crate::subject::{Subject, SubjectOptions};
use crate::target::{Intent, connect_to};
use crate::wanted::Coverage;

const AFTER_HELP: &str = "\
Examples:
  steading rollback shop --env prod            to the release before the current one
  steading rollback shop --env prod --to 7     to release 7 of `steading history`

All it takes is in the cluster: it works while the registry, Git and the CI are down. Data is not
touched, and migrations are not run again. The version that is left is not rolled out again by itself.";

/// How long a rollback may take to get ready, in seconds, where nothing else is said.
const TIMEOUT: u64 = 180;

/// Go back to an earlier release of an application
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Rollback {
    #[command(flatten)]
    subject: SubjectOptions,
    /// The release to go back to [default: the complete one before the current]
    #[arg(long, value_name = "NUMBER")]
    to: Option<u64>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    release: ReleaseOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// Runs `steading rollback`.
pub(crate) fn run(arguments: Rollback, session: &Session) -> Result<Outcome, CommandError> {
    let Rollback {
        subject: options,
        to,
        yes,
        plan,
        release,
        output,
    } = arguments;
    let subject = Subject::find(session, &options)?;
    block_on(async {
        let cluster = connect_to(
            session,
            subject.environment()?,
            &options.cluster,
            Intent::Write,
        )
        .await?;
        let (number, desired) = earlier(&cluster, &subject, to).await?;
        let estate = subject.estate()?;
        let mut decisions = plan.options(estate, Scope::WholeCluster);
        decisions.kind = ReleaseKind::Rollback(number);
        // Who names a release has seen why it was put back.
        if to.is_some() {
            decisions.quarantine = Quarantine::Release;
        }
        let desired = [desired];
        let plan = async || {
            planning::make(
                &cluster,
                estate,
                &desired,
                &Coverage::Named,
                decisions.clone(),
            )
            .await
        };
        let way = Way {
            release,
            consent: Consent::from_flag(yes),
            format: output.output,
        };
        in_turn(session, &cluster, &way, plan).await
    })?
}

/// Returns an earlier release and what it desired.
async fn earlier(
    cluster: &Cluster,
    subject: &Subject,
    to: Option<u64>,
) -> Result<(u64, Desired), CommandError> {
    let releases = history(cluster, &subject.key).await?;
    let target = target(&releases, to, subject)?;
    let number = target.spec.number;
    let payload = payload(cluster, &subject.key, number).await?;
    let desired = steading_plan::rollback(&subject.key, &target.spec, &payload, TIMEOUT);
    Ok((number, desired.map_err(CommandError::failure)?))
}

fn target<'a>(
    releases: &'a [ReleaseSummary],
    to: Option<u64>,
    subject: &Subject,
) -> Result<&'a ReleaseSummary, CommandError> {
    let title = subject.key.to_string();
    let open = releases.iter().find(|release| is_open(release));
    if let (None, Some(open)) = (to, open) {
        let key = &subject.key;
        return Err(CommandError::failure(format!(
            "release {} of {title} by `{}` has not ended",
            open.spec.number, open.spec.actor
        ))
        .hint(format!(
            "put it back with `steading revert {} --env {}`, or say how far with `--to`",
            key.application, key.environment
        )));
    }
    let complete: Vec<&ReleaseSummary> = releases
        .iter()
        .filter(|release| is_complete(release))
        .collect();
    let known = || {
        complete
            .iter()
            .map(|release| release.spec.number.to_string())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = match to {
        Some(number) => complete
            .iter()
            .find(|release| release.spec.number == number),
        None => complete.get(1),
    };
    let missing = || match to {
        Some(number) => CommandError::failure(format!("{title} has no complete release {number}"))
            .hint(format!("complete releases: {}", known())),
        None if releases.is_empty() => CommandError::failure(format!("{title} has no releases")),
        None => CommandError::failure(format!("{title} has no release before the current one")),
    };
    found.copied().ok_or_else(missing)
}

/// Says whether a release has not ended: a run goes on, or has died.
pub(super) fn is_open(release: &ReleaseSummary) -> bool {
    let phase = release.status.as_ref().map(|status| status.phase);
    !matches!(phase, Some(Phase::Complete | Phase::Reverted))
}

fn is_complete(release: &ReleaseSummary) -> bool {
    release
        .status
        .as_ref()
        .is_some_and(|status| status.phase == Phase::Complete)
}
