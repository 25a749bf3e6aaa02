//! `steading status`: how the applications of an environment are.

mod gone;

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use steading_cluster::{ApplicationStatus, Breadth, ObjectStatus, observe, status};
use steading_plan::{ReleaseKey, Scope, State, Unreadable};

use self::gone::Gone;
use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::pipeline::{Loaded, Selection};
use crate::runtime::block_on;
use crate::session::Session;
use crate::settings;
use crate::target::{ClusterOptions, Intent, connect_to};
use crate::ui::{Role, Table};

const AFTER_HELP: &str = "\
Examples:
  steading status --env prod           all applications
  steading status shop --env prod      one, with each of its objects

Exit codes: 0 where all is well; 1 where something is not ready, or a release has not ended";

/// Say how applications are: release, health, and what is in the way
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct StatusCommand {
    /// Applications [default: all]
    #[arg(value_name = "APP")]
    applications: Vec<String>,
    /// Environment
    #[arg(long, value_name = "ENV")]
    env: String,
    #[command(flatten)]
    cluster: ClusterOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// Runs `steading status`.
pub(crate) fn run(arguments: StatusCommand, session: &Session) -> Result<Outcome, CommandError> {
    let StatusCommand {
        applications,
        env,
        cluster,
        output,
    } = arguments;
    let loaded = Loaded::read(session)?;
    let selection = Selection::new(&loaded, &applications)?;
    loaded.environments(Some(&env))?;
    let (mut all, gone) = block_on(read(session, &loaded, &env, &cluster))??;
    let asleep = Asleep {
        parked: parked(&loaded, &env),
        gone,
    };
    all.retain(|one| one.key.environment == env && selection.has(&one.key.application));
    match output.output {
        Format::Json => output::json(&session.ui, &all)?,
        Format::Text => print(session, &all, &asleep, applications.is_empty())?,
    }
    Ok(if all.iter().all(is_well) {
        Outcome::Success
    } else {
        Outcome::Findings
    })
}

/// Why applications do not run, although nothing is wrong with them.
struct Asleep {
    parked: BTreeMap<String, String>,
    gone: Gone,
}

impl Asleep {
    /// Returns a word and a sentence.
    fn of(&self, key: &ReleaseKey) -> Option<(&'static str, &str)> {
        let gone = self.gone.get(key).map(|(word, why)| (*word, why.as_str()));
        let parked = self.parked.get(&key.application);
        gone.or_else(|| parked.map(|why| ("parked", why.as_str())))
    }
}

async fn read(
    session: &Session,
    loaded: &Loaded,
    env: &str,
    options: &ClusterOptions,
) -> Result<(Vec<ApplicationStatus>, Gone), CommandError> {
    let environment = loaded.environment(env)?;
    let estate = loaded.needed_estate()?;
    let cluster = connect_to(session, environment, options, Intent::Read).await?;
    let observation = observe(
        &cluster,
        estate.name.as_str(),
        &Scope::WholeCluster,
        &[],
        Breadth::Estate,
    )
    .await?;
    let observed = observation.observed;
    let releases = |one: &&Unreadable| one.kind.is("steading.dev", "Release");
    if let Some(unreadable) = observed.unreadable.iter().find(releases) {
        let message = format!("cannot read the releases: {}", unreadable.answer);
        return Err(CommandError::cluster(message).hint(
            "this command looks at the whole cluster; `steading history APP` needs rights in one namespace only",
        ));
    }
    let gone = gone::gone(&observed, &settings::today().to_string());
    Ok((status(&cluster, &observed).await, gone))
}

/// Returns why applications are parked, by name.
fn parked(loaded: &Loaded, environment: &str) -> BTreeMap<String, String> {
    let resolved = loaded
        .applications_of(environment)
        .filter_map(|file| loaded.resolve(file, environment).0);
    let parked =
        resolved.filter_map(|one| Some((one.name.to_string(), one.fields.parked?.why.to_string())));
    parked.collect()
}

fn is_well(one: &ApplicationStatus) -> bool {
    one.open.is_none()
        && one.release.is_some()
        && one.objects.iter().all(|object| object.health.is_current())
}

fn print(
    session: &Session,
    all: &[ApplicationStatus],
    asleep: &Asleep,
    is_summary: bool,
) -> Result<(), CommandError> {
    if all.is_empty() {
        session.ui.say("nothing was released here yet");
        return Ok(());
    }
    let mut table = Table::new(["application", "release", "image", "health", "what"]);
    for one in all {
        table.row([
            one.key.application.clone(),
            one.release
                .map_or_else(|| "-".to_owned(), |number| number.to_string()),
            one.image.clone().unwrap_or_else(|| "-".to_owned()),
            health(one, asleep).to_owned(),
            what(one, asleep),
        ]);
    }
    let mut out = session.ui.data();
    out.write_all(table.render(session.ui.paint()).as_bytes())?;
    if !is_summary {
        for one in all {
            writeln!(
                out,
                "\n{}",
                session.ui.paint().text(Role::Strong, &one.key.application)
            )?;
            out.write_all(objects(one).render(session.ui.paint()).as_bytes())?;
        }
    }
    Ok(())
}

fn health(one: &ApplicationStatus, asleep: &Asleep) -> &'static str {
    match (is_well(one), asleep.of(&one.key)) {
        (false, _) => "not ready",
        (true, Some((word, _))) => word,
        (true, None) => "ready",
    }
}

/// Returns what is in the way first, in one line; of an application that does not run, why it does not.
fn what(one: &ApplicationStatus, asleep: &Asleep) -> String {
    if let Some(open) = &one.open {
        return format!("release {} by `{}` has not ended", open.number, open.actor);
    }
    let troubled = one
        .objects
        .iter()
        .find(|object| !object.health.is_current());
    match troubled {
        Some(object) => format!("{}: {}", object.id, trouble(object)),
        None => asleep
            .of(&one.key)
            .map(|(_, why)| why.to_owned())
            .unwrap_or_default(),
    }
}

fn trouble(object: &ObjectStatus) -> String {
    match object.blockers.first() {
        Some(blocker) => format!("{}: {}", blocker.reason, blocker.message),
        None => object.health.message.clone(),
    }
}

fn objects(one: &ApplicationStatus) -> Table {
    let mut table = Table::new(["object", "state", "what"]);
    for object in &one.objects {
        let what = if object.health.is_current() {
            String::new()
        } else {
            trouble(object)
        };
        table.row([
            object.id.to_string(),
            state(object.health.state).to_owned(),
            what,
        ]);
    }
    table
}

/// Returns a state in words.
pub(super) fn state(state: State) -> &'static str {
    match state {
        State::InProgress => "in progress",
        State::Failed => "failed",
        State::Current => "ready",
        State::Terminating => "terminating",
        State::NotFound => "not there",
        State::Unknown => "unknown",
    }
}
