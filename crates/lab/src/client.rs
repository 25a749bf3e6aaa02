//! Connections to a lab's API server and to the health pages of its components.

use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::component::Component;
use crate::pki::PkiError;
use crate::ports::Ports;

/// Why no connection could be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The lab's certificates could not be read.
    #[error("cannot make a kubeconfig for the lab")]
    Authority(#[source] PkiError),
    /// The kubeconfig could not be understood.
    #[error("cannot read the lab's kubeconfig")]
    Kubeconfig(#[source] kube::config::KubeconfigError),
    /// The client could not be made.
    #[error("cannot make a client for the lab")]
    Client(#[source] Box<kube::Error>),
}

/// Returns a client that uses a kubeconfig and tells of each failure instead of trying again by itself.
pub(crate) async fn connect(kubeconfig: &str) -> Result<Client, ConnectError> {
    client_of(config(kubeconfig).await?)
}

async fn config(kubeconfig: &str) -> Result<Config, ConnectError> {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig).map_err(ConnectError::Kubeconfig)?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    let mut config = config.map_err(ConnectError::Kubeconfig)?;
    config.default_retry = false;
    // A proxy of the environment has no business with loopback.
    config.proxy_url = None;
    Ok(config)
}

fn client_of(config: Config) -> Result<Client, ConnectError> {
    Client::try_from(config).map_err(|source| ConnectError::Client(Box::new(source)))
}

/// Asks components how they are.
pub(crate) struct Probe {
    config: Config,
    ports: Ports,
}

impl Probe {
    pub(crate) async fn new(kubeconfig: &str, ports: Ports) -> Result<Self, ConnectError> {
        let config = config(kubeconfig).await?;
        Ok(Self { config, ports })
    }

    /// Tells whether a component says that it is well, within a second.
    pub(crate) async fn is_healthy(&self, component: Component) -> bool {
        let asked = tokio::time::timeout(Duration::from_secs(1), self.ask(component)).await;
        asked.ok().flatten().is_some()
    }

    async fn ask(&self, component: Component) -> Option<String> {
        let url: http::Uri = component.health_url(self.ports).parse().ok()?;
        let path = url.path().to_owned();
        let mut config = self.config.clone();
        config.cluster_url = url.to_string().strip_suffix(&path)?.parse().ok()?;
        if component != Component::KubeApiserver {
            // The health pages are open to all; the token is for the API server alone.
            config.auth_info = kube::config::AuthInfo::default();
        }
        let request = http::Request::get(path).body(Vec::new()).ok()?;
        client_of(config).ok()?.request_text(request).await.ok()
    }
}
