//! From an estate and a cluster to a plan: what all commands share that change something.

use std::borrow::Cow;
use std::collections::BTreeSet;

use clap::Args;
use steading_cluster::{Breadth, Cluster, Observation, details, foreign, nodes, observe};
use steading_model::Desired;
use steading_model::estate::Estate;
use steading_plan::{
    Action, Budget, Options, Plan, PlanReport, Reason, ReleaseKind, Scope, Step, Survey, is_former,
    plan, release_key, retired, view,
};

use crate::error::{CommandError, Outcome};
use crate::settings;
use crate::wanted::Coverage;

/// The options of planning.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PlanOptions {
    /// Accept an effect by the object's name, such as `PersistentVolumeClaim/shop-data`, or `downgrade`
    #[arg(long, value_name = "NAME")]
    pub(crate) accept: Vec<String>,
    /// Take over an object that is not ours, such as `Service/shop`
    #[arg(long, value_name = "OBJECT")]
    pub(crate) adopt: Vec<String>,
    /// Let this run delete as many objects as that [default: the estate's `deletions`]
    #[arg(long, value_name = "COUNT")]
    pub(crate) accept_deletes: Option<usize>,
}

/// What will happen, and from what that was planned.
pub(crate) struct Planned<'a> {
    /// What was seen.
    pub(crate) observation: Observation,
    /// What was wanted, with applications that are gone.
    pub(crate) desired: Cow<'a, [Desired]>,
    /// The decisions.
    pub(crate) options: Options,
    /// The plan.
    pub(crate) plan: Plan,
    /// What does not happen.
    pub(crate) report: PlanReport,
}

impl PlanOptions {
    /// Returns the decisions for the planner.
    pub(crate) fn options(&self, estate: &Estate, scope: Scope) -> Options {
        let Self {
            accept,
            adopt,
            accept_deletes,
        } = self.clone();
        Options {
            kind: ReleaseKind::Apply,
            accept: BTreeSet::from_iter(accept),
            adopt: BTreeSet::from_iter(adopt),
            scope,
            budget: Budget {
                objects: estate.fields.deletions.objects as usize,
                percent: estate.fields.deletions.percent.into(),
                accepted: accept_deletes.unwrap_or_default(),
            },
            today: settings::today().to_string(),
            ..Options::default()
        }
    }
}

/// Looks at the cluster and plans.
pub(crate) async fn make<'a>(
    cluster: &Cluster,
    estate: &Estate,
    desired: &'a [Desired],
    coverage: &Coverage,
    mut options: Options,
) -> Result<Planned<'a>, CommandError> {
    let breadth = match coverage {
        Coverage::Everything(_) => Breadth::Estate,
        Coverage::Named => Breadth::Desired,
    };
    let name = estate.name.as_str();
    let mut observation = observe(cluster, name, &options.scope, desired, breadth).await?;
    options.digest_key = observation.key.clone();
    let mut desired = Cow::Borrowed(desired);
    let mut gone = retired(&desired, &observation.observed, name);
    match coverage {
        Coverage::Everything(environment) => {
            let known = estate.fields.environments.keys();
            options.environments = known.map(ToString::to_string).collect();
            gone.retain(|gone| gone.environment == *environment);
        }
        // What an application was before goes with it.
        Coverage::Named => {
            let releases = &observation.observed.releases;
            let is_there = |gone: &Desired| releases[&release_key(gone)].moved_to.is_none();
            gone.retain(|gone| {
                options.kind == ReleaseKind::Apply
                    && is_there(gone)
                    && desired.iter().any(|desired| is_former(gone, desired))
            });
        }
    }
    // Thousands of objects are copied only where there is something to add.
    if !gone.is_empty() {
        desired.to_mut().extend(gone);
    }
    let (mut plan, mut report) = decide(cluster, &mut observation, &desired, &options).await?;
    if look_closer(cluster, &mut observation, &options, (&plan, &report), name).await? {
        (plan, report) = steading_plan::plan(&desired, &observation.observed, &options);
    }
    Ok(Planned {
        observation,
        desired,
        options,
        plan,
        report,
    })
}

/// Plans; what differs is asked about first.
async fn decide(
    cluster: &Cluster,
    observation: &mut Observation,
    desired: &[Desired],
    options: &Options,
) -> Result<(Plan, PlanReport), CommandError> {
    let survey = Survey::new(desired, &observation.observed, options);
    let (different, places_pods) = (survey.differing(), survey.places_pods());
    if different.is_empty() && !places_pods {
        return Ok(survey.plan());
    }
    drop(survey);
    let reads_nodes = places_pods && options.scope == Scope::WholeCluster;
    let (found, details) = tokio::try_join!(
        async {
            if reads_nodes {
                nodes(cluster).await
            } else {
                Ok(Vec::new())
            }
        },
        details(cluster, observation, &different)
    )?;
    observation.observed.nodes = found;
    observation.observed.details = details;
    Ok(plan(desired, &observation.observed, options))
}

/// Where something would be deleted, looks at what that depends on; says whether there is something to plan anew with.
///
/// Namespaces are looked into, which costs a list of every kind. A run by name reads what all others have too.
async fn look_closer(
    cluster: &Cluster,
    observation: &mut Observation,
    options: &Options,
    (plan, report): (&Plan, &PlanReport),
    estate: &str,
) -> Result<bool, CommandError> {
    let releases = plan.releases.iter().chain(&report.held_back);
    let steps = releases.flat_map(|release| &release.steps);
    let goes: Vec<&Step> = steps.filter(|step| step.action == Action::Delete).collect();
    let is_by_name = !observation.observed.only.is_empty();
    if is_by_name && !goes.is_empty() {
        let scope = &options.scope;
        observation.look_around(cluster, estate, scope).await?;
    }
    let is_namespace = |step: &&&Step| step.id.kind.is("", "Namespace");
    for namespace in goes.iter().filter(is_namespace) {
        let found = foreign(cluster, &namespace.id.name).await?;
        observation.observed.foreign.extend(found);
    }
    Ok(goes.iter().any(|step| is_by_name || is_namespace(&step)))
}

impl Planned<'_> {
    /// Returns the plan and its report as they may be printed: values of Secrets as `‹secret 1›`, the same value always the same mark.
    pub(crate) fn masked(&self) -> (Plan, PlanReport) {
        let mut marks = view::marks(&self.desired, &self.options.digest_key);
        (self.plan.masked(&mut marks), self.report.masked(&mut marks))
    }
}

/// Says how a command ends by what is held back: a missing right is the cluster's refusal, all else a finding.
pub(crate) fn held_back(report: &PlanReport) -> Outcome {
    let reasons = report.not_done.iter().map(|not_done| &not_done.reason);
    let ends = reasons.map(|reason| match reason {
        Reason::Unreadable(_) => Outcome::Refused,
        reason if reason.holds_back() => Outcome::Findings,
        _ => Outcome::Success,
    });
    let over = match report.over_budget {
        Some(_) => Outcome::Findings,
        None => Outcome::Success,
    };
    ends.fold(over, Outcome::worse)
}
