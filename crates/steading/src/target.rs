//! Which cluster a command talks to: the one that the estate names for the environment, and no other.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use steading_cluster::{Access, Cluster, ConnectError, connect};
use steading_lab::{Lab, LabName};
use steading_model::estate::Environment;
use steading_model::{Node, Sources, yaml};

use crate::error::CommandError;
use crate::session::Session;

/// How the contexts of labs begin.
const LAB_CONTEXT: &str = "steading-lab-";

/// The options of every command that talks to a cluster.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClusterOptions {
    /// The kubeconfig file [default: KUBECONFIG, else ~/.kube/config; for a lab's context, the lab's own]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context in it; refused where the estate names another for the environment
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
}

/// What a command is about to do with the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Look only: then the current context will do where the estate names none.
    Read,
    /// Change: then someone must have named the context.
    Write,
}

/// Connects to the cluster of an environment, and says in the first line which one it is.
pub(crate) async fn connect_to(
    session: &Session,
    environment: Environment<'_>,
    options: &ClusterOptions,
    intent: Intent,
) -> Result<Cluster, CommandError> {
    let context = context(environment, options, intent)?;
    let files = files(session, options, context.as_deref())?;
    let cluster = connect(&Access::Kubeconfig {
        files,
        context: context.clone(),
    })
    .await
    .map_err(unconnected)?;
    let name = cluster.context().unwrap_or("in the cluster");
    session.ui.say(&format!(
        "cluster `{name}` at {}, environment `{}`",
        cluster.server(),
        environment.name
    ));
    Ok(cluster)
}

/// Says what to do where no connection can be prepared.
fn unconnected(error: ConnectError) -> CommandError {
    let hint = match &error {
        ConnectError::None | ConnectError::Read { .. } => {
            "name a kubeconfig with `--kubeconfig` or `KUBECONFIG`"
        }
        ConnectError::UnknownContext { .. } => {
            "correct `context` in estate.yaml, or name another kubeconfig with `--kubeconfig` or `KUBECONFIG`"
        }
        ConnectError::NoContext { .. } => "name one with `--context`",
        ConnectError::Context { .. } | ConnectError::Client { .. } => {
            "look at the context's cluster and user in the kubeconfig: certificates, and the program that `exec` names"
        }
        ConnectError::InCluster(_) => "give the pod a service account",
    };
    CommandError::from_cluster(error).hint(hint)
}

/// Decides the context: the estate's, which `--context` may confirm but not change; else `--context`; else, to look, the current one.
fn context(
    environment: Environment<'_>,
    options: &ClusterOptions,
    intent: Intent,
) -> Result<Option<String>, CommandError> {
    let name = environment.name;
    match (&environment.fields.context, &options.context) {
        (Some(own), Some(other)) if own != other => Err(CommandError::failure(format!(
            "the environment `{name}` is on the context `{own}`, not on `{other}`"
        ))
        .hint(format!(
            "leave out `--context`, or change `environments.{name}.context` in estate.yaml"
        ))),
        (Some(own), _) => Ok(Some(own.clone())),
        (None, Some(named)) => Ok(Some(named.clone())),
        (None, None) if intent == Intent::Read => Ok(None),
        (None, None) => Err(CommandError::failure(format!(
            "nobody says on which cluster the environment `{name}` is"
        ))
        .hint(format!(
            "set `environments.{name}.context` in estate.yaml, or name it with `--context`"
        ))),
    }
}

/// Returns the kubeconfig files: the one that was named, else the user's, else the lab's own for a lab's context.
fn files(
    session: &Session,
    options: &ClusterOptions,
    context: Option<&str>,
) -> Result<Vec<PathBuf>, CommandError> {
    if let Some(file) = &options.kubeconfig {
        return Ok(vec![session.settings.directory.join(file)]);
    }
    let own = session.settings.kubeconfig.clone();
    let Some(context) = context else {
        return Ok(own);
    };
    let found = own
        .iter()
        .any(|file| contexts(file).iter().any(|known| known == context));
    match context
        .strip_prefix(LAB_CONTEXT)
        .and_then(|name| name.parse::<LabName>().ok())
    {
        Some(name) if !found => lab_file(session, &name),
        _ => Ok(own),
    }
}

fn lab_file(session: &Session, name: &LabName) -> Result<Vec<PathBuf>, CommandError> {
    let lab = Lab::open(&session.settings.lab()?, name);
    let lab = lab.map_err(|error| {
        CommandError::from_cluster(error).hint(format!("start it: `steading lab up {name}`"))
    })?;
    Ok(vec![lab.kubeconfig_path()])
}

/// Returns the names of the contexts in a kubeconfig file; none where it cannot be read.
fn contexts(file: &std::path::Path) -> Vec<String> {
    let mut sources = Sources::default();
    let text = sources.add("kubeconfig", fs::read_to_string(file).unwrap_or_default());
    let (documents, _) = yaml::parse(&sources, text);
    let contexts = documents
        .first()
        .and_then(|config| config.get("contexts"))
        .and_then(Node::as_list);
    let names = contexts
        .unwrap_or_default()
        .iter()
        .filter_map(|context| context.get("name")?.as_text());
    names.map(str::to_owned).collect()
}
