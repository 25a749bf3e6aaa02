//! `steading deploy`: what an application's own CI calls.

use std::path::PathBuf;

use clap::Args;
use steading_plan::Scope;

use super::apply::{Request, apply};
use crate::error::{CommandError, Outcome};
use crate::output::OutputOption;
use crate::pipeline::Loaded;
use crate::planning::PlanOptions;
use crate::releasing::{Consent, ReleaseOptions};
use crate::runtime::block_on;
use crate::session::Session;
use crate::target::ClusterOptions;
use crate::wanted::{Wanted, Warnings};

const AFTER_HELP: &str = "\
Examples:
  steading deploy .deploy/manifest.yaml --env prod --image ghcr.io/me/shop:1.4.2 --estate ../estate
  steading deploy .deploy/manifest.yaml --env staging --image ghcr.io/me/shop@sha256:… --wait 3m

Needs rights in the application's namespace only; `steading rbac` prints them. What is not in the
namespace (the namespace itself, host volumes) is the operator's: `steading apply`.";

/// Release one application with a new image: what its CI calls
///
/// Shows the plan, carries it out without asking, and waits until the new version is ready. If it does not get ready in time, everything
/// is put back, and the exit code is 1.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Deploy {
    /// The declaration, in the current or the older format
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Instance to deploy, of a declaration with `instances`
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// Environment to deploy to
    #[arg(long, value_name = "ENV")]
    env: String,
    /// The image, with a tag or a digest; it wins over the declaration's
    #[arg(long, value_name = "REF")]
    image: String,
    #[command(flatten)]
    cluster: ClusterOptions,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    release: ReleaseOptions,
    #[command(flatten)]
    output: OutputOption,
}

/// Runs `steading deploy`.
pub(crate) fn run(arguments: Deploy, session: &Session) -> Result<Outcome, CommandError> {
    let Deploy {
        manifest,
        instance,
        env,
        image,
        cluster,
        plan,
        release,
        output,
    } = arguments;
    let (mut loaded, name) = Loaded::with_manifest(session, &manifest, instance.as_deref())?;
    let named = [name.to_string()];
    loaded.override_image(Some(&image), &named)?;
    let wanted = Wanted::of(session, loaded, &env, &named, Warnings::Shown)?;
    let namespace = wanted.estate()?.namespace(&name, &wanted.environment);
    let namespace = namespace
        .map_err(|problem| CommandError::failure(format!("the namespace of `{name}` {problem}")))?;
    let scope = Scope::OneNamespace(namespace.to_string());
    block_on(apply(
        session,
        wanted,
        Request {
            cluster,
            plan,
            release,
            consent: Consent::Given,
            format: output.output,
            scope,
        },
    ))?
}
