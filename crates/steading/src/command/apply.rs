//! `steading apply`: the plan, carried out as transactions.

use std::io::Write;

use clap::Args;
use steading_cluster::Cluster;
use steading_plan::Scope;

use crate::error::{CommandError, Outcome};
use crate::other_estates;
use crate::output::{Format, OutputOption};
use crate::planning::{self, PlanOptions, Planned};
use crate::preparing::prepare;
use crate::releasing::{self, Consent, ReleaseOptions, carry_out};
use crate::runtime::block_on;
use crate::session::Session;
use crate::show;
use crate::target::{ClusterOptions, Intent, connect_to};
use crate::wanted::Wanted;

const AFTER_HELP: &str = "\
Examples:
  steading apply --env staging                 shows the plan, asks, carries it out
  steading apply shop --env prod --yes         one application, without asking
  steading apply --env prod --accept PersistentVolumeClaim/shop-data

Each application is one release: complete, or everything is put back. Applications that run, change together and need each other are complete
together, or put back together. Ctrl-C puts back what was begun.";

/// Show the plan, and carry it out: each application complete, or not at all
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Apply {
    /// Applications to apply [default: all, and what is not declared any more goes]
    #[arg(value_name = "APP")]
    applications: Vec<String>,
    /// Environment to apply
    #[arg(long, value_name = "ENV")]
    env: String,
    /// The image of the one application that is named, with a tag or a digest; it wins over the declaration's
    #[arg(long, value_name = "REF")]
    image: Option<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    cluster: ClusterOptions,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    release: ReleaseOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// Runs `steading apply`.
pub(crate) fn run(arguments: Apply, session: &Session) -> Result<Outcome, CommandError> {
    let Apply {
        applications,
        env,
        image,
        yes,
        cluster,
        plan,
        release,
        output,
    } = arguments;
    let wanted = Wanted::read(session, &env, &applications, image.as_deref())?;
    let request = Request {
        cluster,
        plan,
        release,
        consent: Consent::from_flag(yes),
        format: output.output,
        scope: Scope::WholeCluster,
    };
    block_on(apply(session, wanted, request))?
}

/// What the command line asks for.
pub(crate) struct Request {
    /// The cluster.
    pub(crate) cluster: ClusterOptions,
    /// How to plan.
    pub(crate) plan: PlanOptions,
    /// How to release.
    pub(crate) release: ReleaseOptions,
    /// Whether to ask first.
    pub(crate) consent: Consent,
    /// How to print.
    pub(crate) format: Format,
    /// What may be touched.
    pub(crate) scope: Scope,
}

/// Plans, asks and carries out.
pub(crate) async fn apply(
    session: &Session,
    wanted: Wanted,
    request: Request,
) -> Result<Outcome, CommandError> {
    let Request {
        cluster,
        plan,
        release,
        consent,
        format,
        scope,
    } = request;
    let cluster = connect_to(session, wanted.environment()?, &cluster, Intent::Write).await?;
    let estate = wanted.estate()?;
    let options = plan.options(estate, scope);
    let plan = async || {
        planning::make(
            &cluster,
            estate,
            &wanted.desired,
            &wanted.coverage,
            options.clone(),
        )
        .await
    };
    let mut planned = plan().await?;
    other_estates::tell(session, &cluster, estate, &planned).await?;
    let is_refused = planned.report.over_budget.is_some();
    if !is_refused && prepare(session, &cluster, &planned, consent).await? {
        planned = plan().await?;
    }
    release.apply_to(&mut planned.plan);
    finish(session, &cluster, &planned, consent, format).await
}

/// Shows a plan, asks, carries it out, and says how it ended.
pub(crate) async fn finish(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    consent: Consent,
    format: Format,
) -> Result<Outcome, CommandError> {
    finish_after(session, cluster, planned, consent, format, async || Ok(())).await
}

/// Shows a plan, asks, does what must be done before the first release, carries the plan out, and says how it ended.
pub(crate) async fn finish_after(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    consent: Consent,
    format: Format,
    before: impl AsyncFnOnce() -> Result<(), CommandError>,
) -> Result<Outcome, CommandError> {
    show_plan(session, planned, format)?;
    let held_back = planning::held_back(&planned.report);
    if planned.plan.releases.is_empty() {
        return Ok(releasing::report(session, &[], format)?.worse(held_back));
    }
    consent.obtain(session, "carry this out?")?;
    before().await?;
    let outcomes = carry_out(session, cluster, async |run| {
        steading_cluster::apply(run, &planned.observation, &planned.plan).await
    })
    .await;
    Ok(releasing::report(session, &outcomes, format)?.worse(held_back))
}

fn show_plan(session: &Session, planned: &Planned<'_>, format: Format) -> Result<(), CommandError> {
    let ui = &session.ui;
    let (plan, report) = planned.masked();
    let text = show::text(&plan, &report, ui.paint());
    if format == Format::Text {
        ui.data().write_all(text.as_bytes())?;
        ui.finish()?;
    } else {
        ui.say(text.trim_end());
    }
    Ok(())
}
