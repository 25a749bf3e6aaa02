//! `steading lab up`.

use clap::Args;
use serde_json::Value;
use steading_lab::{Lab, UpOptions};

use super::place::{LabProgress, NameArgument, ProgramsOption, estate, shape, version};
use crate::error::{CommandError, Outcome};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading lab up              in an estate: a lab with its name and the nodes of `spec.lab`
  steading lab up scratch      a lab of three nodes, whatever the estate says

The first run builds the Kubernetes programs from Go modules into ~/.cache/steading/lab: some minutes,
once. A lab that is up already is left as it is, with its nodes made to follow the estate.";

/// Bring a lab up, or make an existing one follow the estate's nodes
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Up {
    #[command(flatten)]
    name: NameArgument,
    #[command(flatten)]
    programs: ProgramsOption,
}

pub(super) async fn run(arguments: Up, session: &Session) -> Result<Outcome, CommandError> {
    let Up { name, programs } = arguments;
    let estate = estate(session)?;
    let name = name.get(session)?;
    let shape = shape(
        estate
            .as_ref()
            .filter(|estate| estate.name.as_str() == name.as_str()),
    );
    let settings = programs.settings(session)?;
    let mut progress = LabProgress::new(session);
    let lab = Lab::up(
        &settings,
        &name,
        &shape,
        UpOptions::default(),
        &mut progress,
    )
    .await?;
    lab.install_crds(&others_definitions()).await?;
    progress.finish();
    session.ui.say(&format!(
        "lab `{name}` is up: Kubernetes {}, {} nodes, context `{}`",
        version(),
        shape.nodes.len(),
        name.context()
    ));
    Ok(Outcome::Success)
}

/// Returns the definitions that others would have installed; our own comes with the first release.
fn others_definitions() -> Vec<Value> {
    let mut definitions = steading_rules::schema::custom_definitions();
    definitions.retain(|definition| definition["spec"]["group"] != "steading.dev");
    definitions
}
