//! A lab that exists: how to reach it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::Client;
use serde_json::Value;

use crate::api::{self, ApplyError};
use crate::client::{ConnectError, connect};
use crate::directory::Directory;
use crate::kubeconfig::{Login, kubeconfig};
use crate::name::LabName;
use crate::pki::{self, PkiError};
use crate::record::{Record, RecordError};
use crate::settings::Settings;
use crate::up::lock_path;

/// A definition is served some hundred milliseconds after it was applied; contended machines take longer.
const DEFINITIONS: Duration = Duration::from_mins(1);

/// A local Kubernetes that was brought up.
#[derive(Debug, Clone)]
pub struct Lab {
    pub(crate) name: LabName,
    pub(crate) directory: Directory,
    pub(crate) record: Record,
    pub(crate) lock: PathBuf,
}

/// Why a lab could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no lab of that name.
    #[error("there is no lab `{name}`")]
    Missing {
        /// The name.
        name: LabName,
    },
    /// What is written down about it cannot be read.
    #[error("cannot open lab `{name}`")]
    Record {
        /// The name.
        name: LabName,
        /// What went wrong.
        source: RecordError,
    },
}

impl Lab {
    /// Opens a lab that was brought up before, whether or not it still runs.
    pub fn open(settings: &Settings, name: &LabName) -> Result<Self, OpenError> {
        let directory = Directory::of(&settings.labs, name);
        match Record::load(&directory) {
            Ok(Some(record)) => Ok(Self {
                name: name.clone(),
                directory,
                record,
                lock: lock_path(settings, name),
            }),
            Ok(None) => Err(OpenError::Missing { name: name.clone() }),
            Err(source) => Err(OpenError::Record {
                name: name.clone(),
                source,
            }),
        }
    }

    /// Returns the names of all labs, in alphabetical order.
    pub fn list(settings: &Settings) -> Vec<LabName> {
        let entries = std::fs::read_dir(&settings.labs).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let mut labs: Vec<LabName> = names
            .filter(|name| Directory::of(&settings.labs, name).exists())
            .collect();
        labs.sort_unstable();
        labs
    }

    /// Returns the lab's name.
    pub fn name(&self) -> &LabName {
        &self.name
    }

    /// Returns the directory that holds all of the lab.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the directory with one log file per component.
    pub fn logs(&self) -> PathBuf {
        self.directory.logs()
    }

    /// Returns the administrator's kubeconfig file; its context is called `steading-lab-NAME`.
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.directory.kubeconfig()
    }

    /// Returns the address of the API server.
    pub fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.record.ports.kube_apiserver)
    }

    /// Returns the text of the administrator's kubeconfig.
    pub fn kubeconfig(&self) -> Result<String, PkiError> {
        self.kubeconfig_with(&Login::Token(&self.record.token))
    }

    /// Returns the text of a kubeconfig for a user in at most two groups, proven by a certificate.
    ///
    /// The user has no rights until a role binding gives them some.
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<String, PkiError> {
        let credential = pki::client(&self.directory.pki(), user, groups)?;
        self.kubeconfig_with(&Login::Certificate(&credential))
    }

    fn kubeconfig_with(&self, login: &Login<'_>) -> Result<String, PkiError> {
        let authority = pki::authority(&self.directory.pki())?;
        let port = self.record.ports.kube_apiserver;
        Ok(kubeconfig(&self.name, port, &authority, login))
    }

    /// Returns a client with the administrator's rights that does not repeat requests by itself.
    pub async fn client(&self) -> Result<Client, ConnectError> {
        let kubeconfig = self.kubeconfig().map_err(ConnectError::Authority)?;
        connect(&kubeconfig).await
    }

    /// Applies objects server-side as `steading-lab`, in the order given; those without namespace go to `default`.
    pub async fn apply(&self, objects: &[Value]) -> Result<(), ApplyError> {
        let client = self.client().await.map_err(ApplyError::Connect)?;
        api::apply(&client, objects).await
    }

    /// Installs definitions of custom resources and returns when objects of these kinds can be made.
    ///
    /// Certificates of cert-manager are issued from then on, without keys, and routes of Gateway API accepted, without anybody listening.
    pub async fn install_crds(&self, definitions: &[Value]) -> Result<(), ApplyError> {
        let client = self.client().await.map_err(ApplyError::Connect)?;
        api::install_definitions(&client, definitions, DEFINITIONS).await?;
        if definitions.iter().any(is_certificate) {
            self.issue_certificates()
                .await
                .map_err(|error| ApplyError::Issuer(Box::new(error)))?;
        }
        let routes = definitions
            .iter()
            .filter(|definition| is_of_gateway(definition));
        let kinds = routes.filter_map(|definition| definition["spec"]["names"]["kind"].as_str());
        let kinds: Vec<&str> = kinds.collect();
        if kinds.is_empty() {
            return Ok(());
        }
        let answered = self.answer_routes(&kinds).await;
        answered.map_err(|error| ApplyError::Routes(Box::new(error)))
    }
}

fn is_of_gateway(definition: &Value) -> bool {
    definition["spec"]["group"] == "gateway.networking.k8s.io"
}

fn is_certificate(definition: &Value) -> bool {
    definition["spec"]["group"] == "cert-manager.io"
        && definition["spec"]["names"]["kind"] == "Certificate"
}
