//! `steading why`: why an object, or an application, is as it is.

use std::io::Write;

use clap::Args;
use steading_cluster::{Breadth, Cluster, Why, observe, why};
use steading_model::ObjectId;
use steading_plan::Scope;

use super::status::state;
use crate::diagnostics::count;
use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::runtime::block_on;
use crate::session::Session;
use crate::subject::{Subject, SubjectOptions};
use crate::target::{Intent, connect_to};
use crate::ui::Role;

const AFTER_HELP: &str = "\
Examples:
  steading why shop --env prod                        what is in the way of the application
  steading why shop Deployment/shop --env prod        one object: owner, release, managers

Names the blocker: the event, the failing probe, the image that cannot be pulled, the quota.";

/// Say why something is as it is: owner, release, managers of its fields, and what is in its way
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct WhyCommand {
    #[command(flatten)]
    subject: SubjectOptions,
    /// An object of the application, such as `Deployment/shop` [default: all that are not ready, else the workloads]
    #[arg(value_name = "KIND/NAME")]
    object: Option<String>,
    #[command(flatten)]
    output: OutputOption,
}

/// Runs `steading why`.
pub(crate) fn run(arguments: WhyCommand, session: &Session) -> Result<Outcome, CommandError> {
    let WhyCommand {
        subject: options,
        object,
        output,
    } = arguments;
    let subject = Subject::find(session, &options)?;
    let found = block_on(async {
        let cluster = connect_to(
            session,
            subject.environment()?,
            &options.cluster,
            Intent::Read,
        )
        .await?;
        find(&cluster, &subject, object.as_deref()).await
    })??;
    match output.output {
        Format::Json => output::json(&session.ui, &found)?,
        Format::Text => found.iter().try_for_each(|one| print(session, one))?,
    }
    Ok(if found.iter().all(|one| one.health.is_current()) {
        Outcome::Success
    } else {
        Outcome::Findings
    })
}

async fn find(
    cluster: &Cluster,
    subject: &Subject,
    object: Option<&str>,
) -> Result<Vec<Why>, CommandError> {
    let estate = subject.estate()?.name.as_str();
    let observed = observe(cluster, estate, &Scope::WholeCluster, &[], Breadth::Estate)
        .await?
        .observed;
    let title = subject.key.to_string();
    let history = observed.releases.get(&subject.key).ok_or_else(|| {
        CommandError::failure(format!("{title} was not released yet")).hint(format!(
            "release it with `steading apply {} --env {}`",
            subject.key.application, subject.key.environment
        ))
    })?;
    let ids = history.inventory.iter().map(|item| &item.id);
    let chosen: Vec<&ObjectId> = match object {
        Some(name) => ids.filter(|id| is_named(id, name)).collect(),
        None => ids.filter(|id| is_of_interest(id, &observed)).collect(),
    };
    if let (true, Some(name)) = (chosen.is_empty(), object) {
        let known: Vec<String> = history
            .inventory
            .iter()
            .map(|item| format!("{}/{}", item.id.kind.kind, item.id.name))
            .collect();
        return Err(
            CommandError::failure(format!("{title} has no object `{name}`"))
                .hint(format!("it has: {}", known.join(", "))),
        );
    }
    let mut found = Vec::new();
    for id in chosen {
        found.extend(why(cluster, id).await?);
    }
    Ok(found)
}

fn is_named(id: &ObjectId, name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(kind, name)| id.kind.kind.eq_ignore_ascii_case(kind) && id.name == name)
}

/// Says whether an object is a workload, or not ready.
fn is_of_interest(id: &ObjectId, observed: &steading_plan::Observed) -> bool {
    let live = observed.objects.get(id).map(steading_plan::Live::parse);
    id.kind.group == "apps" || !steading_plan::health::health(live.as_ref()).is_current()
}

fn print(session: &Session, one: &Why) -> Result<(), CommandError> {
    let Why {
        id,
        owner,
        release,
        health,
        managers,
        blockers,
    } = one;
    let mut out = session.ui.data();
    writeln!(
        out,
        "{}",
        session.ui.paint().text(Role::Strong, &id.to_string())
    )?;
    writeln!(
        out,
        "  is {}{}",
        state(health.state),
        if health.message.is_empty() {
            String::new()
        } else {
            format!(": {}", health.message)
        }
    )?;
    for blocker in blockers {
        writeln!(
            out,
            "  in its way: {}: {}: {}",
            blocker.object, blocker.reason, blocker.message
        )?;
    }
    if let Some(owner) = owner {
        writeln!(out, "  belongs to {owner}")?;
    }
    if let Some(release) = release {
        let spec = &release.spec;
        writeln!(
            out,
            "  current release {} by `{}` at {}",
            spec.number, spec.actor, spec.created_at
        )?;
    }
    for manager in managers {
        let through = manager
            .subresource
            .as_deref()
            .map(|part| format!(" through `{part}`"))
            .unwrap_or_default();
        let since = manager.since.as_deref().unwrap_or("unknown");
        writeln!(
            out,
            "  {} by `{}`{through}, last at {since}",
            count(manager.fields.len(), "field"),
            manager.manager
        )?;
    }
    Ok(())
}
