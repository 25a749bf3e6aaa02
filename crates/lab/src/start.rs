//! Starts the programs of a lab in the order that is fastest, and waits until the lab can be used.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::ServiceAccount;
use kube::{Api, Client};
use serde_json::json;

use crate::api::{self, ApplyError};
use crate::binaries::Binaries;
use crate::client::{ConnectError, Probe};
use crate::component::Component;
use crate::directory::{Directory, write_private};
use crate::kubeconfig::{Login, kubeconfig};
use crate::lab::Lab;
use crate::nodes;
use crate::pki::{self, PkiError};
use crate::ports::{Ports, PortsError};
use crate::process::{SpawnError, end_all, recorded, spawn, tail};
use crate::progress::Progress;
use crate::record::{Record, RecordError};
use crate::shape::Shape;
use crate::stages::{self, StagesError};
use crate::sweep::recorded_ports;
use crate::up::Order;

/// How often ports are tried again that another program took in the moment between finding and using them.
const ATTEMPTS: usize = 3;
const POLL: Duration = Duration::from_millis(40);

/// Why a lab did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No ports are free.
    #[error("cannot find ports for the lab")]
    Ports(#[source] PortsError),
    /// The certificates could not be made.
    #[error("cannot make the lab's certificates")]
    Pki(#[source] PkiError),
    /// The lab could not be written down.
    #[error("cannot write down the lab")]
    Record(#[source] RecordError),
    /// The behaviour of pods could not be written.
    #[error("cannot write how the lab's pods behave")]
    Stages(#[source] StagesError),
    /// A program could not be started.
    #[error("cannot start `{component}`")]
    Spawn {
        /// The program.
        component: Component,
        /// What went wrong.
        source: SpawnError,
    },
    /// A program ended.
    #[error("`{component}` ended; the end of its log: {tail}")]
    Ended {
        /// The program.
        component: Component,
        /// The end of its log.
        tail: String,
    },
    /// Something was not there in time.
    #[error("waited {seconds} s for {what}; {tail}")]
    TimedOut {
        /// What was waited for.
        what: &'static str,
        /// For how long.
        seconds: u64,
        /// The ends of the logs.
        tail: String,
    },
    /// No client could be made.
    #[error("cannot connect to the lab")]
    Connect(#[source] ConnectError),
    /// The nodes could not be made.
    #[error("cannot make the lab's nodes")]
    Nodes(#[source] Box<kube::Error>),
    /// The storage class could not be made.
    #[error("cannot make the lab's storage class")]
    Storage(#[source] ApplyError),
}

/// Starts all programs of a lab; returns when the API server is ready and the others run.
pub(crate) async fn start(
    order: &Order<'_>,
    directory: &Directory,
    binaries: &Binaries,
    known: Option<Record>,
    progress: &mut dyn Progress,
) -> Result<Record, StartError> {
    let mut record = known;
    for attempt in 1.. {
        end_all(directory);
        let prepared = prepare(order, directory, binaries, record.take())?;
        match run(order, directory, &prepared, progress).await {
            Err(StartError::Ended { tail, .. }) if attempt < ATTEMPTS && is_port_taken(&tail) => {
                progress.step("a port was taken meanwhile: trying others");
            }
            other => return other.map(|()| prepared),
        }
    }
    unreachable!("the loop must return at its last attempt");
}

fn is_port_taken(log: &str) -> bool {
    log.contains("address already in use")
}

/// Writes all files that the programs read.
fn prepare(
    order: &Order<'_>,
    directory: &Directory,
    binaries: &Binaries,
    known: Option<Record>,
) -> Result<Record, StartError> {
    let write = |path: PathBuf| move |source| StartError::Write { path, source };
    directory
        .create()
        .map_err(write(directory.path().to_owned()))?;
    let record = make_record(order, binaries, known)?;
    record.save(directory).map_err(StartError::Record)?;
    pki::ensure(&directory.pki()).map_err(StartError::Pki)?;
    let tokens = format!("{},admin,admin,system:masters\n", record.token);
    let path = directory.token_file();
    write_private(&path, tokens.as_bytes()).map_err(write(path))?;
    let authority = pki::authority(&directory.pki()).map_err(StartError::Pki)?;
    let login = Login::Token(&record.token);
    let text = kubeconfig(order.name, record.ports.kube_apiserver, &authority, &login);
    let path = directory.kubeconfig();
    write_private(&path, text.as_bytes()).map_err(write(path))?;
    stages::write(directory).map_err(StartError::Stages)?;
    Ok(record)
}

fn make_record(
    order: &Order<'_>,
    binaries: &Binaries,
    known: Option<Record>,
) -> Result<Record, StartError> {
    let (ports, token) = known.map_or((None, None), |known| (Some(known.ports), Some(known.token)));
    let ports = match ports.filter(|ports| ports.are_free()) {
        Some(ports) => ports,
        None => find_ports(order)?,
    };
    Ok(Record {
        ports,
        binaries: binaries.clone(),
        token: token.map_or_else(new_token, Ok)?,
        owner: order.owner,
    })
}

fn find_ports(order: &Order<'_>) -> Result<Ports, StartError> {
    let taken: BTreeSet<u16> = recorded_ports(order.settings);
    Ports::find(&taken).map_err(StartError::Ports)
}

fn new_token() -> Result<String, StartError> {
    let path = PathBuf::from("/dev/urandom");
    let mut bytes = [0; 16];
    let read = fs::File::open(&path).and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|source| StartError::Write { path, source })?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

async fn run(
    order: &Order<'_>,
    directory: &Directory,
    record: &Record,
    progress: &mut dyn Progress,
) -> Result<(), StartError> {
    let launch = |component| {
        let spawned = spawn(component, &record.binaries, directory, record.ports);
        spawned.map_err(|source| StartError::Spawn { component, source })
    };
    progress.step("starting etcd and the API server");
    launch(Component::Etcd)?;
    launch(Component::KubeApiserver)?;
    wait_for_api(order, directory, record).await?;
    progress.step("starting controllers, scheduler and nodes");
    launch(Component::KubeControllerManager)?;
    launch(Component::KubeScheduler)?;
    launch(Component::Kwok)?;
    Ok(())
}

async fn wait_for_api(
    order: &Order<'_>,
    directory: &Directory,
    record: &Record,
) -> Result<(), StartError> {
    let limit = order.options.start_limit;
    let deadline = Instant::now() + limit;
    let authority = pki::authority(&directory.pki()).map_err(StartError::Pki)?;
    let login = Login::Token(&record.token);
    let port = record.ports.kube_apiserver;
    let text = kubeconfig(order.name, port, &authority, &login);
    let probe = Probe::new(&text, record.ports).await;
    let probe = probe.map_err(StartError::Connect)?;
    let needed = [Component::Etcd, Component::KubeApiserver];
    while !probe.is_healthy(Component::KubeApiserver).await {
        check_alive(directory, &needed)?;
        check_time(directory, deadline, limit, "the API server")?;
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

/// Makes the nodes and the storage class, and waits until pods can be made and run.
pub(crate) async fn settle(
    lab: &Lab,
    shape: &Shape,
    deadline: Instant,
    progress: &mut dyn Progress,
) -> Result<(), StartError> {
    progress.step("waiting for the nodes to be ready");
    let limit = deadline.saturating_duration_since(Instant::now());
    let client = lab.client().await.map_err(StartError::Connect)?;
    while let Err(error) = nodes::reconcile(&client, shape, lab.record.ports.kwok).await {
        if Instant::now() > deadline
            || matches!(&error, kube::Error::Api(status) if status.code < 500)
        {
            return Err(StartError::Nodes(Box::new(error)));
        }
        tokio::time::sleep(POLL).await;
    }
    let class = api::apply(&client, &[storage_class()]).await;
    class.map_err(StartError::Storage)?;
    let kubeconfig = lab.kubeconfig().map_err(StartError::Pki)?;
    let probe = Probe::new(&kubeconfig, lab.record.ports).await;
    let probe = probe.map_err(StartError::Connect)?;
    while !(is_usable(&client, shape).await && is_healthy(&probe).await) {
        check_alive(&lab.directory, &Component::ALL)?;
        check_time(
            &lab.directory,
            deadline,
            limit,
            "the nodes and the default service account",
        )?;
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

async fn is_usable(client: &Client, shape: &Shape) -> bool {
    let ready = nodes::count_ready(client, shape).await;
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), "default");
    ready.is_ok_and(|ready| ready == shape.nodes.len()) && accounts.get("default").await.is_ok()
}

async fn is_healthy(probe: &Probe) -> bool {
    for component in Component::ALL {
        if !probe.is_healthy(component).await {
            return false;
        }
    }
    true
}

/// The class of claims that name none; the stage `claim-provision` makes the volumes of all classes.
fn storage_class() -> serde_json::Value {
    json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "lab.steading.dev/volume",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": true,
    })
}

fn check_alive(directory: &Directory, components: &[Component]) -> Result<(), StartError> {
    for component in components {
        if recorded(directory, *component).is_none() {
            return Err(StartError::Ended {
                component: *component,
                tail: tail(directory, *component),
            });
        }
    }
    Ok(())
}

fn check_time(
    directory: &Directory,
    deadline: Instant,
    limit: Duration,
    what: &'static str,
) -> Result<(), StartError> {
    if Instant::now() <= deadline {
        return Ok(());
    }
    let logs = Component::ALL
        .map(|one| format!("the end of the log of `{one}`: {}", tail(directory, one)));
    Err(StartError::TimedOut {
        what,
        seconds: limit.as_secs(),
        tail: logs.join("\n"),
    })
}
