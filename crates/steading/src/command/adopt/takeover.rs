//! `steading adopt --from`: what others made becomes this application's, as it is.

mod helm;
mod show;

use std::io::Write as _;

use steading_cluster::{Cluster, Ended, Observation, defaults, details, released};
use steading_model::Desired;
use steading_model::desired::SHARED_ENVIRONMENT;
use steading_plan::takeover::{Origin, Takeover, Verdict, Wish, afterwards, takeover, trials};
use steading_plan::{Plan, PlanReport, ReleasePlan, Scope, Survey, plan, release_key, view};

use self::helm::Belonging;
use super::Adopt;
use crate::error::{CommandError, Outcome};
use crate::output::Format;
use crate::planning::{self, PlanOptions, Planned};
use crate::preparing::{PlanAge, prepare};
use crate::releasing::{self, Consent, carry_out};
use crate::runtime::block_on;
use crate::session::Session;
use crate::show::reason_text;
use crate::target::{Intent, connect_to};
use crate::wanted::Wanted;

/// What is known of one application that is taken over.
struct Known {
    takeover: Takeover,
    /// What belongs to Helm.
    helm: Vec<Belonging>,
    /// What the declaration changes afterwards.
    next: (Plan, PlanReport),
}

/// Runs `steading adopt --from`.
pub(super) fn run(arguments: &Adopt, session: &Session) -> Result<Outcome, CommandError> {
    let origins: Vec<Origin> = arguments.from.iter().map(|word| Origin::of(word)).collect();
    let wanted = Wanted::read(session, &arguments.env, &arguments.applications, None)?;
    block_on(take_over(arguments, session, &wanted, &origins))?
}

async fn take_over(
    arguments: &Adopt,
    session: &Session,
    wanted: &Wanted,
    origins: &[Origin],
) -> Result<Outcome, CommandError> {
    let intent = if arguments.write {
        Intent::Write
    } else {
        Intent::Read
    };
    let cluster = connect_to(session, wanted.environment()?, &arguments.cluster, intent).await?;
    let mut planned = planned(&cluster, wanted).await?;
    let consent = Consent::from_flag(arguments.yes);
    if arguments.write && prepare(session, &cluster, &planned, consent).await?.plan == PlanAge::Old
    {
        planned = self::planned(&cluster, wanted).await?;
    }
    let mut known = Vec::new();
    for desired in &wanted.desired {
        if desired.environment.as_str() != SHARED_ENVIRONMENT {
            known.push(look(&cluster, &planned, desired, origins).await?);
        }
    }
    let text = show::text(&known, session.ui.paint());
    session.ui.data().write_all(text.as_bytes())?;
    session.ui.finish()?;
    for one in &known {
        refuse(one, &arguments.from)?;
    }
    let releases = known.iter().filter_map(|one| one.takeover.release.clone());
    let releases: Vec<ReleasePlan> = releases.collect();
    if releases.is_empty() {
        writeln!(
            session.ui.data(),
            "nothing to take over: what is declared is not there yet, or ours"
        )?;
        return Ok(Outcome::Success);
    }
    if !arguments.write {
        writeln!(
            session.ui.data(),
            "nothing is taken over yet: `--write` does it"
        )?;
        return Ok(Outcome::Success);
    }
    consent.obtain(session, "take this over?")?;
    carried_out(session, &cluster, &planned.observation, releases, &known).await
}

async fn planned<'a>(cluster: &Cluster, wanted: &'a Wanted) -> Result<Planned<'a>, CommandError> {
    let estate = wanted.estate()?;
    let options = PlanOptions::default().options(estate, Scope::WholeCluster);
    planning::make(cluster, estate, &wanted.desired, &wanted.coverage, options).await
}

/// Finds out what is taken over of one application, and what the declaration changes then.
async fn look(
    cluster: &Cluster,
    planned: &Planned<'_>,
    desired: &Desired,
    origins: &[Origin],
) -> Result<Known, CommandError> {
    let key = release_key(desired);
    let scope = &planned.options.scope;
    let released = released(cluster, &desired.estate, scope, |other| *other == key).await?;
    if let Some(why) = released.unreadable.get(&key) {
        return Err(CommandError::cluster(format!(
            "nothing of {key} is taken over: {why}"
        )));
    }
    let wish = Wish {
        desired,
        released: released.desired.get(&key),
        observed: &planned.observation.observed,
        options: &planned.options,
        from: origins,
    };
    let answers = defaults(cluster, &trials(&wish)).await?;
    let takeover = takeover(&wish, &answers);
    let helm = helm::belongings(cluster, &takeover, desired).await?;
    let next = next(cluster, planned, desired, &takeover).await?;
    Ok(Known {
        takeover,
        helm,
        next,
    })
}

/// Plans the release that comes after the takeover.
async fn next(
    cluster: &Cluster,
    planned: &Planned<'_>,
    desired: &Desired,
    takeover: &Takeover,
) -> Result<(Plan, PlanReport), CommandError> {
    let desired = std::slice::from_ref(desired);
    let mut then = planned.observation.clone();
    then.observed = afterwards(&then.observed, takeover);
    let differing = Survey::new(desired, &then.observed, &planned.options).differing();
    let mut details = details(cluster, &then, &differing).await?;
    takeover.dry_runs(&mut details.dry_runs);
    then.observed.details = details;
    let (plan, report) = plan(desired, &then.observed, &planned.options);
    let mut marks = view::marks(desired, &planned.options.digest_key);
    Ok((plan.masked(&mut marks), report.masked(&mut marks)))
}

/// Refuses a takeover that something stands in the way of.
fn refuse(known: &Known, from: &[String]) -> Result<(), CommandError> {
    let key = &known.takeover.key;
    let refused =
        |why: String| CommandError::failure(format!("nothing of {key} is taken over: {why}"));
    for candidate in &known.takeover.objects {
        if let Verdict::Held(reason) = &candidate.verdict {
            let why = format!("`{}` {}", candidate.id, reason_text(reason));
            return Err(refused(why).hint(show::remedy(reason)));
        }
    }
    if let Some(busy) = known.helm.iter().find_map(Belonging::under_way) {
        let (name, namespace) = (&busy.name, &busy.namespace);
        let why = format!(
            "Helm is at work on its release `{namespace}/{name}`: {}",
            busy.status
        );
        return Err(refused(why).hint(format!(
            "wait until it ends; if it died: `helm rollback {name} -n {namespace}`"
        )));
    }
    let left = known
        .takeover
        .objects
        .iter()
        .filter(|candidate| matches!(candidate.verdict, Verdict::Left));
    let owners: Vec<&str> = left.flat_map(show::managers).collect();
    if known.takeover.release.is_none() && !owners.is_empty() {
        let words = show::words(&owners);
        let why = format!("none of its objects was made by {}", from.join(", "));
        return Err(refused(why).hint(format!(
            "take it over from those who made it: `--from {words}`"
        )));
    }
    Ok(())
}

/// Takes over, and says how it ended and what is left to do.
async fn carried_out(
    session: &Session,
    cluster: &Cluster,
    observation: &Observation,
    releases: Vec<ReleasePlan>,
    known: &[Known],
) -> Result<Outcome, CommandError> {
    let plan = Plan {
        releases,
        unchanged: 0,
    };
    let outcomes = carry_out(session, cluster, async |run| {
        steading_cluster::apply(run, observation, &plan).await
    })
    .await;
    let outcome = releasing::report(session, &outcomes, Format::Text)?;
    let mut out = session.ui.data();
    for ended in &outcomes {
        let of = known.iter().find(|one| one.takeover.key == ended.key);
        if let (Some(one), Ended::Complete { .. }) = (of, &ended.ended) {
            out.write_all(show::left_to_do(one).as_bytes())?;
        }
    }
    Ok(outcome)
}
