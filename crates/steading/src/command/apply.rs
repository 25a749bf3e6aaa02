//! `steading apply`: the plan, carried out as transactions.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use serde_json::Value;
use steading_cluster::{Cluster, install, recover};
use steading_compile::SHARED_NAMESPACE;
use steading_model::GroupKind;
use steading_plan::Scope;

use crate::error::{CommandError, Outcome};
use crate::output::{Format, OutputOption};
use crate::planning::{self, PlanOptions, Planned};
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

Each application is one release: complete, or everything is put back. Ctrl-C puts back what was begun.";

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
        yes,
        cluster,
        plan,
        release,
        output,
    } = arguments;
    let wanted = Wanted::read(session, &env, &applications)?;
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
    if prepare(session, &cluster, &planned).await? {
        planned = plan().await?;
    }
    release.apply_to(&mut planned.plan);
    finish(session, &cluster, &planned, consent, format).await
}

/// Shows a plan, asks, carries it out, and says how it ended.
pub(crate) async fn finish(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned,
    consent: Consent,
    format: Format,
) -> Result<Outcome, CommandError> {
    show_plan(session, planned, format)?;
    let is_held_back = planned
        .report
        .not_done
        .iter()
        .any(|not_done| not_done.reason.holds_back());
    let held_back = if is_held_back {
        Outcome::Findings
    } else {
        Outcome::Success
    };
    if planned.plan.releases.is_empty() {
        return Ok(held_back);
    }
    consent.obtain(session, "carry this out?")?;
    let outcomes = carry_out(session, cluster, async |run| {
        steading_cluster::apply(run, &planned.observation, &planned.plan).await
    })
    .await;
    Ok(releasing::report(session, &outcomes, format)?.worse(held_back))
}

/// Makes the cluster ready for releases, and finishes what a run left that died. Says whether anything was done.
async fn prepare(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned,
) -> Result<bool, CommandError> {
    let kind = GroupKind::new("steading.dev", "Release");
    let is_new = planned.observation.observed.unserved.contains(&kind);
    if is_new {
        if planned.options.scope != Scope::WholeCluster {
            return Err(
                CommandError::cluster("the cluster does not know releases yet")
                    .hint("the operator of the cluster runs `steading apply` once"),
            );
        }
        session
            .ui
            .say("first time on this cluster: installing `releases.steading.dev`");
        install(cluster, &release_definition()?, &system_namespace(planned)?).await?;
    }
    let is_open = planned
        .observation
        .observed
        .releases
        .values()
        .any(|history| history.open.is_some());
    if is_open {
        settle(session, cluster, planned).await?;
    }
    Ok(is_new || is_open)
}

/// Resumes or reverts releases that have not ended.
async fn settle(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned,
) -> Result<(), CommandError> {
    let digests: BTreeMap<_, _> = planned
        .plan
        .releases
        .iter()
        .map(|release| (release.key.clone(), release.digest.clone()))
        .collect();
    let outcomes = carry_out(session, cluster, async |run| {
        recover(run, &planned.observation.observed, &digests).await
    })
    .await;
    for outcome in &outcomes {
        session.ui.say(&format!(
            "{}: {}",
            releasing::title(&outcome.key),
            releasing::sentence(outcome)
        ));
    }
    Ok(())
}

fn show_plan(session: &Session, planned: &Planned, format: Format) -> Result<(), CommandError> {
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

/// Returns our own definition among those of the custom resources that we know.
fn release_definition() -> Result<Value, CommandError> {
    let mut known = steading_rules::schema::custom_definitions().into_iter();
    let own = known.find(|definition| definition["spec"]["group"] == "steading.dev");
    own.ok_or_else(|| {
        CommandError::failure("the definition of releases is missing in this program")
    })
}

/// Returns the namespace for Steading's own objects, as the estate's own release wants it.
fn system_namespace(planned: &Planned) -> Result<Value, CommandError> {
    let mut objects = planned.desired.iter().flat_map(|desired| &desired.objects);
    let own = objects
        .find(|object| object.id.kind.is("", "Namespace") && object.id.name == SHARED_NAMESPACE);
    own.map(|object| object.json.clone())
        .ok_or_else(|| CommandError::failure("what all applications share is missing in the plan"))
}
