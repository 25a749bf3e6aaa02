//! How a lab is.

use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{Api, ListParams};
use serde::Serialize;

use crate::client::{ConnectError, Probe};
use crate::component::Component;
use crate::lab::Lab;
use crate::nodes::is_ready;
use crate::process::{memory_bytes, recorded};

/// How a lab is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Name of the lab.
    pub name: String,
    /// Address of its API server.
    pub server: String,
    /// Its programs, in the order in which they start.
    pub components: Vec<ComponentStatus>,
    /// Its nodes; nothing when the API server does not answer.
    pub nodes: Option<Tally>,
    /// Its pods that have not ended; nothing when the API server does not answer.
    pub pods: Option<Tally>,
}

/// How one program of a lab is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentStatus {
    /// The program.
    pub component: Component,
    /// Its process, if it runs.
    pub pid: Option<u32>,
    /// Resident memory of the process.
    pub memory_bytes: Option<u64>,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Whether it runs and says that it is well.
    pub healthy: bool,
}

/// How many of some things are ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Those that are ready.
    pub ready: usize,
    /// All of them.
    pub total: usize,
}

impl Status {
    /// Tells whether all programs run and are well.
    pub fn is_healthy(&self) -> bool {
        self.components.iter().all(|one| one.healthy)
    }
}

impl Lab {
    /// Asks all programs how they are, each for a second at most.
    pub async fn status(&self) -> Result<Status, ConnectError> {
        let kubeconfig = self.kubeconfig().map_err(ConnectError::Authority)?;
        let probe = Probe::new(&kubeconfig, self.record.ports).await?;
        let mut components = Vec::new();
        for component in Component::ALL {
            components.push(self.component_status(&probe, component).await);
        }
        let answers = components
            .iter()
            .any(|one| one.component == Component::KubeApiserver && one.healthy);
        let client = self.client().await?;
        Ok(Status {
            name: self.name.to_string(),
            server: self.server(),
            components,
            nodes: if answers {
                tally_nodes(&client).await
            } else {
                None
            },
            pods: if answers {
                tally_pods(&client).await
            } else {
                None
            },
        })
    }

    async fn component_status(&self, probe: &Probe, component: Component) -> ComponentStatus {
        let process = recorded(&self.directory, component);
        ComponentStatus {
            component,
            pid: process.map(|process| process.pid),
            memory_bytes: process.and_then(|process| memory_bytes(process.pid)),
            port: self.record.ports.of(component),
            healthy: process.is_some() && probe.is_healthy(component).await,
        }
    }
}

async fn tally_nodes(client: &kube::Client) -> Option<Tally> {
    let nodes = Api::<Node>::all(client.clone());
    let nodes = nodes.list(&ListParams::default()).await.ok()?;
    Some(Tally {
        ready: nodes.iter().filter(|node| is_ready(node)).count(),
        total: nodes.iter().count(),
    })
}

async fn tally_pods(client: &kube::Client) -> Option<Tally> {
    let running = ListParams::default().fields("status.phase!=Succeeded,status.phase!=Failed");
    let pods = Api::<Pod>::all(client.clone()).list(&running).await.ok()?;
    Some(Tally {
        ready: pods.iter().filter(|pod| is_pod_ready(pod)).count(),
        total: pods.iter().count(),
    })
}

fn is_pod_ready(pod: &Pod) -> bool {
    let conditions = pod
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let ready = |one: &k8s_openapi::api::core::v1::PodCondition| {
        one.type_ == "Ready" && one.status == "True"
    };
    conditions.is_some_and(|conditions| conditions.iter().any(ready))
}
