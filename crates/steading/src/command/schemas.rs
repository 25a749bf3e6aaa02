//! `steading schemas`: the kinds of the user's own cluster, kept in the estate for offline checks.

use std::fs;
use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;
use steading_cluster::definitions;
use steading_rules::schema::{from_definition, write};

use crate::error::{CommandError, Outcome, WhileDoing};
use crate::pipeline::Loaded;
use crate::runtime::block_on;
use crate::session::Session;
use crate::target::{ClusterOptions, Intent, connect_to};

const AFTER_HELP: &str = "\
Example:
  steading schemas pull --env prod    then commit the files under schemas/";

/// The folder in the estate.
const FOLDER: &str = "schemas";

/// Keep the kinds of a cluster in the estate, so that `check` knows them without a cluster
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Schemas {
    #[command(subcommand)]
    command: SchemasCommand,
}

#[derive(Subcommand)]
enum SchemasCommand {
    Pull(Pull),
}

/// Write the custom kinds of an environment's cluster to schemas/, one file each; a file of a kind that is gone stays
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
struct Pull {
    /// The environment whose cluster is asked
    #[arg(long, value_name = "ENV")]
    env: String,
    #[command(flatten)]
    cluster: ClusterOptions,
}

/// Runs `steading schemas`.
pub(crate) fn run(arguments: Schemas, session: &Session) -> Result<Outcome, CommandError> {
    match arguments.command {
        SchemasCommand::Pull(arguments) => pull(arguments, session),
    }
}

fn pull(arguments: Pull, session: &Session) -> Result<Outcome, CommandError> {
    let Pull {
        env,
        cluster: options,
    } = arguments;
    let loaded = Loaded::read(session)?;
    let environment = loaded.environment(&env)?;
    let found = block_on(async {
        let cluster = connect_to(session, environment, &options, Intent::Read).await?;
        Ok::<_, CommandError>(definitions(&cluster).await?)
    })??;
    let folder = session.estate()?.path().join(FOLDER);
    fs::create_dir_all(&folder).while_doing(|| format!("cannot make the folder `{FOLDER}`"))?;
    let mut kept = 0;
    for definition in &found {
        match keep(&folder, definition) {
            Ok(()) => kept += 1,
            Err(problem) => session.ui.say(&format!("warning: {problem}")),
        }
    }
    session.ui.say(&format!(
        "kept {kept} of {} kinds in `{FOLDER}`",
        found.len()
    ));
    Ok(if kept == found.len() {
        Outcome::Success
    } else {
        Outcome::Findings
    })
}

/// Writes the file of one kind; the error is a sentence.
fn keep(folder: &Path, definition: &Value) -> Result<(), String> {
    let name = definition["metadata"]["name"].as_str().unwrap_or_default();
    let descriptions = from_definition(definition)
        .map_err(|problem| format!("`{name}` is left out: {problem}"))?;
    let path = folder.join(format!("{name}.yaml"));
    fs::write(path, write(&descriptions)).map_err(|error| {
        format!("`{name}` is left out: cannot write `{FOLDER}/{name}.yaml`: {error}")
    })
}
