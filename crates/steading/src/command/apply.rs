//! `steading apply`: the plan, carried out as transactions.

use std::cell::Cell;
use std::io::Write;

use clap::Args;
use steading_cluster::Cluster;
use steading_plan::Scope;

use crate::error::{CommandError, Outcome};
use crate::other_estates;
use crate::output::{Format, OutputOption};
use crate::planning::{self, PlanOptions, Planned};
use crate::preparing::{PlanAge, prepare};
use crate::releasing::{self, Consent, ReleaseOptions, carry_out};
use crate::runtime::block_on;
use crate::session::Session;
use crate::show;
use crate::target::{ClusterOptions, Intent, connect_to};
use crate::turns::{self, Next, Turns};
use crate::wanted::Wanted;

const AFTER_HELP: &str = "\
Examples:
  steading apply --env staging                 shows the plan, asks, carries it out
  steading apply shop --env prod --yes         one application, without asking
  steading apply --env prod --accept PersistentVolumeClaim/shop-data
  steading apply --env prod --wait-for-others 5m    waits where somebody else releases just now

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
    let way = Way {
        release,
        consent,
        format,
    };
    let is_told = Cell::new(false);
    let plan = async || {
        let planned = plan().await?;
        if !is_told.replace(true) {
            other_estates::tell(session, &cluster, estate, &planned).await?;
        }
        Ok(planned)
    };
    in_turn(session, &cluster, &way, plan).await
}

/// How a plan is carried out.
pub(crate) struct Way {
    /// How to release.
    pub(crate) release: ReleaseOptions,
    /// Whether to ask first.
    pub(crate) consent: Consent,
    /// How to print.
    pub(crate) format: Format,
}

/// Plans, settles what runs left that died, shows, asks and carries out; and all of that again after others were waited for.
pub(crate) async fn in_turn<'a>(
    session: &Session,
    cluster: &Cluster,
    way: &Way,
    plan: impl AsyncFn() -> Result<Planned<'a>, CommandError>,
) -> Result<Outcome, CommandError> {
    let mut turns = Turns::new(session, cluster, &way.release);
    let mut released = Vec::new();
    loop {
        let mut planned = plan().await?;
        if planned.report.over_budget.is_none() {
            let prepared = prepare(session, cluster, &planned, way.consent).await?;
            if turns.wait(&prepared.settled).await? == Next::Again {
                continue;
            }
            if prepared.plan == PlanAge::Old {
                planned = plan().await?;
            }
        }
        way.release.apply_to(&mut planned.plan);
        let outcomes =
            shown_and_carried_out(session, cluster, &planned, way, async || Ok(())).await?;
        let next = turns.wait(&outcomes).await?;
        released.extend(
            outcomes
                .into_iter()
                .filter(|outcome| next == Next::Leave || turns::held(outcome).is_none()),
        );
        if next == Next::Leave {
            let held_back = planning::held_back(&planned.report);
            return Ok(releasing::report(session, &released, way.format)?.worse(held_back));
        }
    }
}

/// Shows a plan, asks, carries it out, and says how it ended. Others are not waited for.
pub(crate) async fn finish(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    way: &Way,
) -> Result<Outcome, CommandError> {
    finish_after(session, cluster, planned, way, async || Ok(())).await
}

/// Shows a plan, asks, does what must be done before the first release, carries the plan out, and says how it ended.
pub(crate) async fn finish_after(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    way: &Way,
    before: impl AsyncFnOnce() -> Result<(), CommandError>,
) -> Result<Outcome, CommandError> {
    let outcomes = shown_and_carried_out(session, cluster, planned, way, before).await?;
    turns::explain(session, &outcomes);
    let held_back = planning::held_back(&planned.report);
    Ok(releasing::report(session, &outcomes, way.format)?.worse(held_back))
}

async fn shown_and_carried_out(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    way: &Way,
    before: impl AsyncFnOnce() -> Result<(), CommandError>,
) -> Result<Vec<steading_cluster::Outcome>, CommandError> {
    show_plan(session, planned, way.format)?;
    if planned.plan.releases.is_empty() {
        return Ok(Vec::new());
    }
    way.consent.obtain(session, "carry this out?")?;
    before().await?;
    let outcomes = carry_out(session, cluster, async |run| {
        steading_cluster::apply(run, &planned.observation, &planned.plan).await
    });
    Ok(outcomes.await)
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
