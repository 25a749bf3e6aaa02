//! `steading updates`: who keeps each image current, and how far.

mod renovate;

use std::collections::BTreeSet;
use std::io::Write;

use clap::Args;
use serde::Serialize;
use steading_model::application::{Application, Component, Update, UpdatePolicy};
use steading_model::estate::Updater;

use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::pipeline::Loaded;
use crate::session::Session;
use crate::ui::Table;

const AFTER_HELP: &str = "\
Examples:
  steading updates                               every image, its policy and its owner
  steading updates --env prod                    those of one environment
  steading updates --renovate > renovate.json    the rules that Renovate reads, from the declarations";

/// List who keeps each image current, and how far
///
/// Each image has one owner: the declaration, or the estate's updater.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Updates {
    /// Environment to list [default: all]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,

    /// Print what Renovate reads instead: where images are written, and how far it may change each
    #[arg(long, conflicts_with = "output")]
    renovate: bool,

    #[command(flatten)]
    output: OutputOption,
}

/// One image of one container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Updatable {
    application: String,
    environment: String,
    container: String,
    image: String,
    policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<String>,
    owner: &'static str,
    /// The file in which the image is written.
    file: String,
}

/// Runs `steading updates`.
pub(crate) fn run(arguments: Updates, session: &Session) -> Result<Outcome, CommandError> {
    let Updates {
        env,
        renovate,
        output,
    } = arguments;
    let loaded = Loaded::read(session)?;
    let images = images(&loaded, env.as_deref())?;
    match (renovate, output.output) {
        (true, _) => output::json(&session.ui, &renovate::config(&images))?,
        (false, Format::Json) => output::json(&session.ui, &images)?,
        (false, Format::Text) => list(&images, session)?,
    }
    Ok(Outcome::Success)
}

fn images(loaded: &Loaded, env: Option<&str>) -> Result<BTreeSet<Updatable>, CommandError> {
    let updater = loaded.needed_estate()?.fields.updates.as_ref();
    let updater = updater.map(|updates| updates.updater);
    let mut images = BTreeSet::new();
    for environment in loaded.environments(env)? {
        for file in loaded.applications_of(environment) {
            let (application, _) = loaded.resolve(file, environment);
            let Some(application) = application else {
                let message = format!("`{}` has errors in `{environment}`", file.name);
                let hint = "`steading check` says what is wrong";
                return Err(CommandError::failure(message).hint(hint));
            };
            let containers = application.containers();
            images.extend(
                containers.filter_map(|(_, one)| image(loaded, &application, one, updater)),
            );
        }
    }
    Ok(images)
}

fn image(
    loaded: &Loaded,
    application: &Application,
    container: &Component,
    updater: Option<Updater>,
) -> Option<Updatable> {
    let image = container.fields.image.as_ref()?;
    let update = container.fields.update.as_ref();
    let policy = update.map_or(UpdatePolicy::Pin, Update::effective);
    let span = application.span(&container.field("image"));
    let owner = match updater.filter(|_| policy != UpdatePolicy::Pin) {
        Some(updater) => updater.as_str(),
        None => "declaration",
    };
    Some(Updatable {
        application: application.name.to_string(),
        environment: application.environment.to_string(),
        container: container.name.to_string(),
        image: image.to_string(),
        policy: policy.as_str(),
        allow: update.and_then(|update| update.allow.clone()),
        hold: update
            .and_then(|update| update.hold.as_ref())
            .map(ToString::to_string),
        owner,
        file: loaded.sources().path(span.file).to_owned(),
    })
}

fn list(images: &BTreeSet<Updatable>, session: &Session) -> Result<(), CommandError> {
    let mut table = Table::new([
        "application",
        "environment",
        "container",
        "image",
        "policy",
        "owner",
    ]);
    for one in images {
        let policy = match (&one.hold, &one.allow) {
            (Some(why), _) => format!("held: {why}"),
            (None, Some(allow)) => format!("{} within {allow}", one.policy),
            (None, None) => one.policy.to_owned(),
        };
        table.row([
            one.application.clone(),
            one.environment.clone(),
            one.container.clone(),
            one.image.clone(),
            policy,
            one.owner.to_owned(),
        ]);
    }
    let text = table.render(session.ui.paint());
    session.ui.data().write_all(text.as_bytes())?;
    Ok(())
}
