//! `steading plan`: what would change, what that does to people, and what does not happen and why.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;
use steading_plan::mask::DigestKey;
use steading_plan::{Plan, PlanReport, Saved, Scope, view};

use crate::error::{CommandError, Outcome, WhileDoing};
use crate::keep::keep;
use crate::other_estates;
use crate::output;
use crate::planning::{self, PlanOptions, Planned};
use crate::runtime::block_on;
use crate::session::Session;
use crate::show::{self, Tally};
use crate::target::{ClusterOptions, Intent, connect_to};
use crate::wanted::Wanted;

const AFTER_HELP: &str = "\
Examples:
  steading plan --env prod                         everything
  steading plan shop --env prod                    one application
  steading plan --env prod --output markdown       for a comment on a pull request
  steading plan --env prod --save plan.json        keep its inputs, for `--replay`

Exit codes: 0, also with changes; 1 where an application is held back, 4 where that is for want of a
right; with --detailed-exitcode 3 where there are changes";

/// Show what would change in the cluster
///
/// Nothing is written. Objects are read by lists, and compared by field ownership: fields that belong to others (autoscalers,
/// defaults, admission) are no difference. A server-side dry run is made for objects that differ, and for no others.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct PlanCommand {
    /// Applications to plan [default: all, and what is not declared any more]
    #[arg(value_name = "APP")]
    applications: Vec<String>,
    /// Environment to plan
    #[arg(long, value_name = "ENV", required_unless_present = "replay")]
    env: Option<String>,
    /// The image of the one application that is named, with a tag or a digest; it wins over the declaration's
    #[arg(long, value_name = "REF")]
    image: Option<String>,
    #[command(flatten)]
    cluster: ClusterOptions,
    #[command(flatten)]
    options: PlanOptions,
    /// Exit with 3 where there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    /// Save what the plan was made from; secret values are in it as digests only
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Plan again from a saved file, without a cluster
    #[arg(long, value_name = "FILE", conflicts_with_all = ["env", "applications", "image", "save", "kubeconfig", "context"])]
    replay: Option<PathBuf>,
    /// How to print the plan
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: PlanFormat,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request
    Markdown,
}

#[derive(Serialize)]
struct JsonPlan<'a> {
    plan: &'a Plan,
    report: &'a PlanReport,
}

/// Runs `steading plan`.
pub(crate) fn run(arguments: PlanCommand, session: &Session) -> Result<Outcome, CommandError> {
    let PlanCommand {
        applications,
        env,
        image,
        cluster,
        options,
        detailed_exitcode,
        save,
        replay,
        output,
    } = arguments;
    let (plan, report) = match (replay, env) {
        (Some(file), _) => replayed(session, &file)?,
        (None, Some(environment)) => {
            let wanted = keep(Wanted::read(
                session,
                &environment,
                &applications,
                image.as_deref(),
            )?);
            let planned = keep(block_on(planned(session, wanted, &cluster, &options))??);
            save_to(session, save, planned)?;
            planned.masked()
        }
        (None, None) => return Err(CommandError::usage("name the environment with `--env`")),
    };
    print(session, &plan, &report, output)?;
    let has_changes = !Tally::of(&plan).is_empty();
    Ok(match planning::held_back(&report) {
        Outcome::Success if has_changes && detailed_exitcode => Outcome::Changes,
        outcome => outcome,
    })
}

async fn planned<'a>(
    session: &Session,
    wanted: &'a Wanted,
    cluster: &ClusterOptions,
    options: &PlanOptions,
) -> Result<Planned<'a>, CommandError> {
    let cluster = connect_to(session, wanted.environment()?, cluster, Intent::Read).await?;
    let progress = session.ui.progress();
    progress.activity("looking at the cluster");
    let estate = wanted.estate()?;
    let planned = planning::make(
        &cluster,
        estate,
        &wanted.desired,
        &wanted.coverage,
        options.options(estate, Scope::WholeCluster),
    )
    .await?;
    other_estates::tell(session, &cluster, estate, &planned).await?;
    Ok(planned)
}

fn save_to(
    session: &Session,
    file: Option<PathBuf>,
    planned: &Planned<'_>,
) -> Result<(), CommandError> {
    let Some(file) = file else { return Ok(()) };
    let saved = Saved::new(
        &planned.desired,
        &planned.observation.observed,
        &planned.options,
    );
    let text = serde_json::to_vec(&saved)?;
    fs::write(session.settings.directory.join(&file), text)
        .while_doing(|| format!("cannot write `{}`", file.display()))?;
    session.ui.say(&format!(
        "saved to `{0}`: `steading plan --replay {0}` makes the same plan",
        file.display()
    ));
    Ok(())
}

fn replayed(session: &Session, file: &PathBuf) -> Result<(Plan, PlanReport), CommandError> {
    let name = file.display();
    let text = fs::read(session.settings.directory.join(file))
        .while_doing(|| format!("cannot read `{name}`"))?;
    let saved: Saved = serde_json::from_slice(&text)
        .while_doing(|| format!("`{name}` is not a saved plan of this version"))?;
    let (plan, report) = saved
        .replay()
        .while_doing(|| format!("cannot plan again from `{name}`"))?;
    // Saved inputs hold digests only.
    let mut marks = view::marks(&[], &DigestKey::default());
    Ok((plan.masked(&mut marks), report.masked(&mut marks)))
}

fn print(
    session: &Session,
    plan: &Plan,
    report: &PlanReport,
    format: PlanFormat,
) -> Result<(), CommandError> {
    let ui = &session.ui;
    match format {
        PlanFormat::Text => ui
            .data()
            .write_all(show::text(plan, report, ui.paint()).as_bytes())?,
        PlanFormat::Markdown => ui
            .data()
            .write_all(show::markdown(plan, report).as_bytes())?,
        PlanFormat::Json => output::json(ui, &JsonPlan { plan, report })?,
    }
    Ok(())
}
