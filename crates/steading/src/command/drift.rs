//! `steading drift`: what is not as it was released, and who made it so.

mod show;
mod watch;

use std::collections::BTreeMap;

use clap::Args;
use steading_cluster::{Breadth, Cluster, Observation, observe, released};
use steading_model::Desired;
use steading_model::estate::Estate;
use steading_plan::{
    ACCEPT_DOWNGRADE, Drift, Observed, Options, Quarantine, ReleaseKey, Scope, drift, release_key,
    view,
};

pub(super) use self::show::field_line;
use self::watch::Watch;
use super::apply::{Way, finish};
use crate::error::{CommandError, Outcome};
use crate::output::{Format, OutputOption};
use crate::pipeline::{Loaded, Selection};
use crate::planning::{self, PlanOptions, Planned};
use crate::releasing::{Consent, ReleaseOptions};
use crate::runtime::block_on;
use crate::session::Session;
use crate::target::{ClusterOptions, Intent, connect_to};
use crate::wanted::Coverage;

const AFTER_HELP: &str = "\
Examples:
  steading drift --env prod                all applications
  steading drift --env prod --watch        go on, a line for each change
  steading drift shop --env prod --revert  apply again what was released

Compared is with the current release, not with the declaration: it works without Git. What an
autoscaler, an image updater, a resizer, defaults or admission own is no drift.

Exit codes: 0 where all is as released; 1 where something is not";

/// Say what is not as it was released: which field, both values, who changed it and when
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DriftCommand {
    /// Applications [default: all]
    #[arg(value_name = "APP")]
    applications: Vec<String>,
    /// Environment
    #[arg(long, value_name = "ENV")]
    env: String,
    /// Go on, and say what changes within a second; `Ctrl-C` ends it
    #[arg(long, conflicts_with = "revert")]
    watch: bool,
    /// Apply again what was released, as a release of its own
    #[arg(long)]
    revert: bool,
    /// Do not ask
    #[arg(short, long, requires = "revert")]
    yes: bool,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    cluster: ClusterOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// What was released and what there is.
pub(super) struct Compared {
    /// What there is.
    pub(super) observed: Observed,
    /// How it is compared.
    pub(super) options: Options,
    /// How many applications were looked at.
    applications: usize,
    /// What the releases desired of those that drifted.
    drifted: Vec<Desired>,
    /// Applications of which nothing can be said, with why.
    pub(super) unknown: BTreeMap<ReleaseKey, String>,
    /// What is not as it was released, and not as it is declared now.
    pub(super) drift: Vec<Drift>,
}

/// Runs `steading drift`.
pub(crate) fn run(arguments: &DriftCommand, session: &Session) -> Result<Outcome, CommandError> {
    let loaded = Loaded::read(session)?;
    let selection = Selection::new(&loaded, &arguments.applications)?;
    let environment = loaded.environment(&arguments.env)?;
    let intent = if arguments.revert {
        Intent::Write
    } else {
        Intent::Read
    };
    let estate = loaded.needed_estate()?;
    let is_wanted =
        |key: &ReleaseKey| key.environment == arguments.env && selection.has(&key.application);
    let declared = declared(&loaded, &arguments.env);
    block_on(async {
        let cluster = connect_to(session, environment, &arguments.cluster, intent).await?;
        let format = arguments.output.output;
        if arguments.watch {
            let watch = Watch {
                session,
                cluster: &cluster,
                estate: estate.name.as_str(),
                declared: &declared,
                is_wanted: &is_wanted,
                format,
            };
            return watch.run().await;
        }
        let compared = compare(&cluster, estate, &declared, is_wanted).await?;
        if !arguments.revert {
            return report(session, &compared, format);
        }
        show::print(session, &compared, Format::Text)?;
        let options = arguments.plan.options(estate, Scope::WholeCluster);
        let planned = put_back(&cluster, estate, &compared, options).await?;
        let way = Way {
            release: ReleaseOptions::default(),
            consent: Consent::from_flag(arguments.yes),
            format,
        };
        finish(session, &cluster, &planned, &way).await
    })?
}

/// Reads what was released and what there is, and compares. What the declarations say by now is no drift.
pub(super) async fn compare(
    cluster: &Cluster,
    estate: &Estate,
    declared: &Declared,
    is_wanted: impl Fn(&ReleaseKey) -> bool,
) -> Result<Compared, CommandError> {
    let (name, scope) = (estate.name.as_str(), Scope::WholeCluster);
    let released = released(cluster, name, &scope, is_wanted).await?;
    let desired: Vec<Desired> = released.desired.into_values().collect();
    let observation = observe(cluster, name, &scope, &desired, Breadth::Estate).await?;
    let mut unknown = released.unreadable;
    let open = desired.iter().filter_map(|desired| {
        let key = release_key(desired);
        let open = observation.observed.releases.get(&key)?.open.as_ref()?;
        let why = format!("release {} by `{}` has not ended", open.number, open.actor);
        Some((key, why))
    });
    unknown.extend(open);
    let options = options(&observation);
    let mut marks = view::marks(&desired, &options.digest_key);
    let observed = &observation.observed;
    let found = drift(&desired, observed, &options).into_iter();
    let found: Vec<Drift> = found
        .filter_map(|one| beyond(one, declared, observed, &options))
        .collect();
    let has_drifted = |desired: &Desired| {
        let key = release_key(desired);
        found.iter().any(|drift| drift.key == key)
    };
    Ok(Compared {
        applications: desired.len(),
        drift: found.iter().map(|one| one.masked(&mut marks)).collect(),
        drifted: desired.into_iter().filter(has_drifted).collect(),
        unknown,
        observed: observation.observed,
        options,
    })
}

/// What the declarations say by now, by application; none of those that are not declared any more, or not rightly.
pub(super) type Declared = BTreeMap<ReleaseKey, Desired>;

/// Compiles what is declared.
pub(super) fn declared(loaded: &Loaded, environment: &str) -> Declared {
    let desired = loaded.compile(&[environment]).desired.into_iter();
    desired
        .map(|desired| (release_key(&desired), desired))
        .collect()
}

/// Leaves out what the declaration says by now.
fn beyond(
    found: Drift,
    declared: &Declared,
    observed: &Observed,
    options: &Options,
) -> Option<Drift> {
    let Some(desired) = declared.get(&found.key) else {
        return Some(found);
    };
    found.beyond(&drift(std::slice::from_ref(desired), observed, options))
}

/// Returns the decisions of whoever compares: what was released is right, whatever it was.
fn options(observation: &Observation) -> Options {
    Options {
        digest_key: observation.key.clone(),
        quarantine: Quarantine::Release,
        ..Options::default()
    }
}

fn report(session: &Session, compared: &Compared, format: Format) -> Result<Outcome, CommandError> {
    show::print(session, compared, format)?;
    Ok(
        if compared.drift.is_empty() && compared.unknown.is_empty() {
            Outcome::Success
        } else {
            Outcome::Findings
        },
    )
}

/// Plans what was released once more, for those that drifted.
async fn put_back<'a>(
    cluster: &Cluster,
    estate: &Estate,
    compared: &'a Compared,
    mut options: Options,
) -> Result<Planned<'a>, CommandError> {
    // Back to what was released is what was asked for, whatever the image is now, and whatever became of an earlier try.
    options.quarantine = Quarantine::Release;
    options.accept.insert(ACCEPT_DOWNGRADE.to_owned());
    planning::make(
        cluster,
        estate,
        &compared.drifted,
        &Coverage::Named,
        options,
    )
    .await
}
