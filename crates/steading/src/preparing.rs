//! What comes before a release: a cluster that can record it, and an end for what a run left that died.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_cluster::{Cluster, Outcome, install, recover, renew};
use steading_compile::SHARED_NAMESPACE;
use steading_model::GroupKind;
use steading_plan::{Observed, Scope, release_key, version};

use crate::error::CommandError;
use crate::planning::Planned;
use crate::releasing::{self, Consent, carry_out};
use crate::session::Session;

/// What was done before a release.
pub(crate) struct Prepared {
    /// Whether the plan that was made before is still true.
    pub(crate) plan: PlanAge,
    /// How what was open ended.
    pub(crate) settled: Vec<Outcome>,
}

/// Whether a plan is still true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlanAge {
    /// Nothing was done since.
    Fresh,
    /// The cluster is another by now.
    Old,
}

/// Makes the cluster ready for what is planned, and finishes what runs left that died.
///
/// Only applications of the plan are concerned; what else is open in the cluster is left to those whose it is.
pub(crate) async fn prepare(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    consent: Consent,
) -> Result<Prepared, CommandError> {
    let kind = GroupKind::new("steading.dev", "Release");
    let is_new = planned.observation.observed.unserved.contains(&kind);
    if is_new {
        make_ready(session, cluster, planned, consent).await?;
    }
    let open = open(planned);
    let mut settled = Vec::new();
    if !open.releases.is_empty() {
        consent.obtain(
            session,
            "a run has not ended: finish it, or put back what it began?",
        )?;
        settled = settle(session, cluster, planned, &open).await;
    }
    let plan = if is_new || !open.releases.is_empty() {
        PlanAge::Old
    } else {
        PlanAge::Fresh
    };
    Ok(Prepared { plan, settled })
}

async fn make_ready(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    consent: Consent,
) -> Result<(), CommandError> {
    if planned.options.scope != Scope::WholeCluster {
        return Err(
            CommandError::cluster("the cluster does not know releases yet")
                .hint("the operator of the cluster runs `steading apply` once"),
        );
    }
    consent.obtain(
        session,
        "first time on this cluster: install `releases.steading.dev`?",
    )?;
    session
        .ui
        .say("first time on this cluster: installing `releases.steading.dev`");
    install(cluster, &release_definition()?, &system_namespace(planned)?).await?;
    Ok(())
}

/// Returns the releases of the planned applications that have not ended.
fn open(planned: &Planned<'_>) -> Observed {
    let histories = &planned.observation.observed.releases;
    let ours = planned.desired.iter().map(release_key);
    let open = ours.filter_map(|key| {
        let history = histories
            .get(&key)
            .filter(|history| history.open.is_some())?;
        Some((key, history.clone()))
    });
    Observed {
        releases: open.collect(),
        ..Observed::default()
    }
}

/// Finishes what is wanted still, and puts back what is not.
async fn settle(
    session: &Session,
    cluster: &Cluster,
    planned: &Planned<'_>,
    open: &Observed,
) -> Vec<Outcome> {
    // Not those of the plan: where all was written and only waited for, there is no release in it.
    let key = &planned.options.digest_key;
    let digests: BTreeMap<_, _> = planned
        .desired
        .iter()
        .map(|desired| (release_key(desired), version(&desired.objects, key)))
        .collect();
    let outcomes = carry_out(session, cluster, async |run| {
        recover(run, open, &digests).await
    })
    .await;
    for outcome in &outcomes {
        session.ui.say(&format!(
            "{}: {}",
            outcome.key,
            releasing::sentence(outcome)
        ));
    }
    outcomes
}

/// Brings the definition of releases up to date: the cluster may have that of a program that retired nothing.
pub(crate) async fn renew_definition(cluster: &Cluster) -> Result<(), CommandError> {
    Ok(renew(cluster, &release_definition()?).await?)
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
fn system_namespace(planned: &Planned<'_>) -> Result<Value, CommandError> {
    let mut objects = planned.desired.iter().flat_map(|desired| &desired.objects);
    let own = objects
        .find(|object| object.id.kind.is("", "Namespace") && object.id.name == SHARED_NAMESPACE);
    own.map(|object| object.json.clone())
        .ok_or_else(|| CommandError::failure("what all applications share is missing in the plan"))
}
