//! `steading render`: the Kubernetes objects as YAML.

mod monitoring;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use steading_model::{Desired, Report, Severity, emit};

use crate::diagnostics::{self, tally};
use crate::error::{CommandError, Outcome, WhileDoing};
use crate::keep::keep;
use crate::output::{self, Format, OutputOption};
use crate::pipeline::{Loaded, Selection};
use crate::session::Session;
use crate::settings;

const AFTER_HELP: &str = "\
Examples:
  steading render --env prod                        everything, to standard output
  steading render shop --env prod | less            one application
  steading render --env prod --output-dir rendered  a file for each application
  steading render --env prod --monitoring metrics   rules and targets for a Prometheus without operator";

/// Print the Kubernetes objects of an environment as YAML
///
/// The same files give the same bytes. Secret values are not in them: they stay in the secret backend or in the cluster.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Render {
    /// Applications to render [default: all]
    #[arg(value_name = "APP")]
    applications: Vec<String>,

    /// Environment to render
    #[arg(long, value_name = "ENV")]
    env: String,

    /// Image of the one application that is named, as CI will pass it
    #[arg(long, value_name = "REF")]
    image: Option<String>,

    /// Write a file for each application into a folder instead, as DIR/APP.yaml
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    output_dir: Option<PathBuf>,

    /// Write the monitoring into a folder instead, for a Prometheus without operator: DIR/rules/ENV.APP.yaml, DIR/scrape.yaml and
    /// DIR/prober.yaml
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "output_dir"])]
    monitoring: Option<PathBuf>,

    #[command(flatten)]
    output: OutputOption,
}

/// Runs `steading render`.
pub(crate) fn run(arguments: Render, session: &Session) -> Result<Outcome, CommandError> {
    let Render {
        applications,
        env,
        image,
        output_dir,
        monitoring,
        output,
    } = arguments;
    let loaded = keep(Loaded::read(session)?);
    loaded.override_image(image.as_deref(), &applications)?;
    let selection = Selection::new(loaded, &applications)?;
    loaded.environments(Some(&env))?;
    let (desired, report) = loaded.desired(&env, &selection, settings::today());
    if report.has_errors() {
        return Ok(refuse(session, loaded, report));
    }
    if let Some(folder) = monitoring {
        monitoring::write(session, loaded, &env, &desired, &folder)?;
        return Ok(Outcome::Success);
    }
    let shared = Some(settings::today())
        .filter(|_| applications.is_empty())
        .and_then(|today| loaded.shared(today));
    let desired: &[Desired] = keep(shared.into_iter().chain(desired).collect::<Vec<_>>());
    match (output_dir, output.output) {
        (Some(folder), _) => write_files(session, &folder, desired)?,
        (None, Format::Text) => write_all(&mut session.ui.data(), desired)?,
        (None, Format::Json) => output::json(&session.ui, &list(desired))?,
    }
    Ok(Outcome::Success)
}

/// Prints the errors that stand in the way.
fn refuse(session: &Session, loaded: &Loaded, report: Report) -> Outcome {
    let errors = report.map(|finding| (finding.severity == Severity::Error).then_some(finding));
    let last = format!("nothing is rendered: {}", tally(&errors));
    diagnostics::say(&session.ui, loaded.findings(&errors), &last);
    Outcome::Findings
}

fn write_all(out: &mut impl Write, desired: &[Desired]) -> io::Result<()> {
    for object in desired.iter().flat_map(|desired| &desired.objects) {
        writeln!(out, "---")?;
        out.write_all(emit::kubernetes(&object.json).as_bytes())?;
    }
    Ok(())
}

fn write_files(session: &Session, folder: &Path, desired: &[Desired]) -> Result<(), CommandError> {
    let root = session.settings.directory.join(folder);
    fs::create_dir_all(&root)
        .while_doing(|| format!("cannot make the folder `{}`", folder.display()))?;
    for desired in desired {
        let name = format!("{}.yaml", desired.application);
        let write = || {
            let mut file = BufWriter::new(File::create(root.join(&name))?);
            write_all(&mut file, std::slice::from_ref(desired))?;
            file.flush()
        };
        write().while_doing(|| format!("cannot write `{}`", folder.join(&name).display()))?;
    }
    let files = diagnostics::count(desired.len(), "file");
    session
        .ui
        .say(&format!("wrote {files} to `{}`", folder.display()));
    Ok(())
}

fn list(desired: &[Desired]) -> serde_json::Value {
    let objects: Vec<_> = desired
        .iter()
        .flat_map(|desired| &desired.objects)
        .map(|object| &object.json)
        .collect();
    json!({ "apiVersion": "v1", "kind": "List", "items": objects })
}
