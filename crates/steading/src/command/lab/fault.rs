//! `steading lab fault`.

use clap::Args;
use steading_lab::{FaultRule, LabName, Target};

use super::place::open;
use crate::error::{CommandError, Outcome};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading lab fault home --image ghcr.io/me/app:1.2 crash     pods of this image crash
  steading lab fault home --app prod-shop/web never-ready      pods of this application are never ready
  steading lab fault home --image ghcr.io/me/app slow --delay-seconds 60
  steading lab fault home --app prod-shop/web crash --log 'no route to the database'
  steading lab fault home --clear                              all is well again

Without any of this, an image whose tag ends with lab-crash, lab-oom, lab-unpullable, lab-never-ready,
lab-slow, lab-job-fail or lab-init-fail misbehaves in that way.";

/// Let pods of a lab misbehave
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Fault {
    /// The name of the lab
    #[arg(value_name = "NAME")]
    name: LabName,
    /// How: crash, oom, unpullable, never-ready, slow, job-fail or init-fail
    #[arg(value_name = "FAULT", required_unless_present = "clear")]
    kind: Option<steading_lab::Fault>,
    /// Pods with this image: a full reference, or a repository with any tag
    #[arg(long, value_name = "IMAGE", conflicts_with = "app")]
    image: Option<String>,
    /// Pods of this application
    #[arg(long, value_name = "NAMESPACE/NAME")]
    app: Option<String>,
    /// How slow a slow pod is
    #[arg(long, value_name = "SECONDS")]
    delay_seconds: Option<u32>,
    /// What is read as the log of the containers, for all pods of the application's namespace
    #[arg(long, value_name = "TEXT", requires = "app", conflicts_with = "image")]
    log: Option<String>,
    /// Take all faults back
    #[arg(long, conflicts_with_all = ["kind", "image", "app", "delay_seconds", "log"])]
    clear: bool,
}

pub(super) async fn run(arguments: Fault, session: &Session) -> Result<Outcome, CommandError> {
    let Fault {
        name,
        kind,
        image,
        app,
        delay_seconds,
        log,
        clear,
    } = arguments;
    let lab = open(session, &name)?;
    if clear {
        lab.clear_faults().await?;
        session
            .ui
            .say(&format!("lab `{name}` has no faults any more"));
        return Ok(Outcome::Success);
    }
    let fault = kind.ok_or_else(|| CommandError::usage("name a fault"))?;
    lab.fault(FaultRule {
        target: target(image, app.as_deref())?,
        fault,
        delay_seconds,
        log,
    })
    .await?;
    session.ui.say(&format!("lab `{name}`: {fault}"));
    Ok(Outcome::Success)
}

fn target(image: Option<String>, app: Option<&str>) -> Result<Target, CommandError> {
    match (image, app.map(|app| app.split_once('/'))) {
        (Some(image), _) => Ok(Target::Image(image)),
        (None, Some(Some((namespace, name)))) => Ok(Target::App {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }),
        (None, Some(None)) => Err(CommandError::usage("`--app` takes a namespace and a name")
            .hint("`--app prod-shop/web`")),
        (None, None) => Err(CommandError::usage(
            "name the pods: with `--image` or `--app`",
        )),
    }
}
