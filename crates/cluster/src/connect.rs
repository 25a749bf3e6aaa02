//! The connection to one cluster.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use kube::Client;
use kube::config::{Config, InClusterError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use serde::Deserialize;
use steading_model::GroupKind;

use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::failure::RequestError;
use crate::flow::Flow;
use crate::kind::ServedKind;
use crate::newest::Newest;
use crate::retry::Retry;
use crate::transport;

/// How a cluster is reached. No environment is read: what is in it comes in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// By kubeconfig files, merged as `kubectl` merges those of `KUBECONFIG`.
    Kubeconfig {
        /// The files.
        files: Vec<PathBuf>,
        /// The context; none for the current one.
        context: Option<String>,
    },
    /// By the service account of the pod that this program runs in.
    InCluster,
}

/// Why no connection could be prepared. Nothing was asked of the server yet.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A kubeconfig file could not be read.
    #[error("cannot read the kubeconfig `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KubeconfigError,
    },
    /// There is no kubeconfig.
    #[error("no kubeconfig was named")]
    None,
    /// The context is not there.
    #[error("the kubeconfig has no context `{name}`; it has: {}", known.join(", "))]
    UnknownContext {
        /// The context that was asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// No context was named, and none is current.
    #[error("the kubeconfig has no current context; it has: {}", known.join(", "))]
    NoContext {
        /// Those that there are.
        known: Vec<String>,
    },
    /// The context could not be understood.
    #[error("cannot use the context `{context}`")]
    Context {
        /// The context.
        context: String,
        /// Why.
        source: KubeconfigError,
    },
    /// This is no pod, or it has no service account.
    #[error("cannot use the pod's service account")]
    InCluster(#[source] InClusterError),
    /// The client could not be made, for instance because a certificate is broken.
    #[error("cannot make a client for `{server}`")]
    Client {
        /// The server's address.
        server: String,
        /// Why.
        source: Box<kube::Error>,
    },
}

/// A connection to one cluster; cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    place: Arc<Place>,
    retry: Retry,
    listener: Option<Listener>,
    pub(crate) newest: Arc<Newest>,
    pub(crate) flow: Arc<Flow>,
    pub(crate) kinds: Arc<Mutex<BTreeMap<(GroupKind, String), ServedKind>>>,
}

/// Is told of each request that is tried again.
type Listener = Arc<dyn Fn(&RequestError) + Send + Sync>;

/// Where the cluster is.
struct Place {
    server: String,
    context: Option<String>,
    namespace: String,
    endpoint: Endpoint,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Cluster")
            .field("server", &self.place.server)
            .finish_non_exhaustive()
    }
}

/// Prepares the connection to a cluster; the first request is sent by whoever uses it.
pub async fn connect(access: &Access) -> Result<Cluster, ConnectError> {
    let (config, context) = match access {
        Access::InCluster => (Config::incluster().map_err(ConnectError::InCluster)?, None),
        Access::Kubeconfig { files, context } => {
            let (config, context) = from_files(files, context.as_deref()).await?;
            (config, Some(context))
        }
    };
    let server = config
        .cluster_url
        .to_string()
        .trim_end_matches('/')
        .to_owned();
    let namespace = config.default_namespace.clone();
    let endpoint = Endpoint::of(&config);
    let client = transport::client(config).map_err(|source| ConnectError::Client {
        server: server.clone(),
        source: Box::new(source),
    })?;
    Ok(Cluster::at(
        client,
        Place {
            server,
            context,
            namespace,
            endpoint,
        },
    ))
}

async fn from_files(
    files: &[PathBuf],
    context: Option<&str>,
) -> Result<(Config, String), ConnectError> {
    let kubeconfig = merged(files)?;
    let known = || {
        kubeconfig
            .contexts
            .iter()
            .map(|context| context.name.clone())
            .collect::<Vec<_>>()
    };
    let asked = context
        .or(kubeconfig.current_context.as_deref())
        .filter(|name| !name.is_empty());
    let name = asked
        .ok_or_else(|| ConnectError::NoContext { known: known() })?
        .to_owned();
    if !known().contains(&name) {
        return Err(ConnectError::UnknownContext {
            name,
            known: known(),
        });
    }
    let declared_proxy = kubeconfig.clusters.iter().any(|named| {
        named
            .cluster
            .as_ref()
            .is_some_and(|one| one.proxy_url.is_some())
    });
    let options = KubeConfigOptions {
        context: Some(name.clone()),
        ..KubeConfigOptions::default()
    };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let mut config = config.map_err(|source| ConnectError::Context {
        context: name.clone(),
        source,
    })?;
    if !declared_proxy {
        // Then it came from the environment, where a proxy for the web is no proxy for this cluster.
        config.proxy_url = None;
    }
    Ok((config, name))
}

fn merged(files: &[PathBuf]) -> Result<Kubeconfig, ConnectError> {
    let mut merged: Option<Kubeconfig> = None;
    for path in files {
        let failed = |source| ConnectError::Read {
            path: path.clone(),
            source,
        };
        let read = Kubeconfig::read_from(path).map_err(failed)?;
        merged = Some(match merged {
            Some(earlier) => earlier.merge(read).map_err(failed)?,
            None => read,
        });
    }
    merged.ok_or(ConnectError::None)
}

impl Cluster {
    /// Uses a client that was made elsewhere, for instance one that passes through a layer of a test.
    pub fn new(client: Client, server: impl Into<String>) -> Self {
        let namespace = client.default_namespace().to_owned();
        Self::at(
            client,
            Place {
                server: server.into(),
                context: None,
                namespace,
                endpoint: Endpoint::default(),
            },
        )
    }

    fn at(client: Client, place: Place) -> Self {
        Self {
            client,
            place: Arc::new(place),
            retry: Retry::READING,
            listener: None,
            newest: Arc::default(),
            flow: Arc::new(Flow::new()),
            kinds: Arc::default(),
        }
    }

    /// Makes kinds known, so that the server need not be asked what their resources are called.
    #[must_use]
    pub fn with_kinds(self, kinds: impl IntoIterator<Item = ServedKind>) -> Self {
        for kind in kinds {
            self.learn(kind);
        }
        self
    }

    /// Sets how often a request is tried.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sets who is told of each request that is tried again.
    #[must_use]
    pub fn with_listener(
        mut self,
        listener: impl Fn(&RequestError) + Send + Sync + 'static,
    ) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Returns the server's address.
    pub fn server(&self) -> &str {
        &self.place.server
    }

    /// Returns the name of the kubeconfig's context, where there is one.
    pub fn context(&self) -> Option<&str> {
        self.place.context.as_deref()
    }

    /// Returns the namespace that the context names; `default` if it names none.
    pub fn default_namespace(&self) -> &str {
        &self.place.namespace
    }

    /// Asks the server for its version, such as `v1.36.3`.
    pub async fn version(&self) -> Result<String, RequestError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let call = Call::get("/version", format!("reach `{}`", self.server()));
        Ok(self.fetch::<Version>(call).await?.git_version)
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.place.endpoint
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn retry(&self) -> Retry {
        self.retry
    }

    /// Returns the same connection with the patience of a release under way, unless it was told otherwise.
    pub(crate) fn patient(&self) -> Self {
        let retry = if self.retry == Retry::READING {
            Retry::RELEASING
        } else {
            self.retry
        };
        self.clone().with_retry(retry)
    }

    pub(crate) fn tell(&self, error: &RequestError) {
        if let Some(listener) = &self.listener {
            listener(error);
        }
    }

    pub(crate) fn learn(&self, kind: ServedKind) {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        kinds.insert((kind.kind.clone(), kind.version.clone()), kind);
    }
}
