//! The five programs of a lab and how each is called.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::ports::Ports;

/// The type of a node's address at which the API server asks for logs: the one type that nobody else looks at.
pub(crate) const KUBELET: &str = "InternalDNS";

/// One of the programs that make a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// The store of the API server.
    Etcd,
    /// The API server.
    KubeApiserver,
    /// The controllers: Deployments, Jobs, quotas, claims, garbage collection, ….
    KubeControllerManager,
    /// Gives pods their nodes.
    KubeScheduler,
    /// Plays the kubelets of all nodes.
    Kwok,
}

impl Component {
    /// All components, in the order in which they start.
    pub const ALL: [Self; 5] = [
        Self::Etcd,
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::KubeScheduler,
        Self::Kwok,
    ];

    /// Returns the name of the program.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kwok => "kwok",
        }
    }

    /// Returns the address that answers when the component is well.
    pub(crate) fn health_url(self, ports: Ports) -> String {
        let port = ports.of(self);
        match self {
            Self::Etcd => format!("http://127.0.0.1:{port}/health"),
            Self::KubeApiserver => format!("https://127.0.0.1:{port}/readyz"),
            Self::KubeControllerManager | Self::KubeScheduler => {
                format!("https://127.0.0.1:{port}/healthz")
            }
            Self::Kwok => format!("http://127.0.0.1:{port}/healthz"),
        }
    }

    /// Returns the arguments with which the component is started.
    pub(crate) fn arguments(self, directory: &Directory, ports: Ports) -> Vec<OsString> {
        let line = CommandLine::default();
        let line = match self {
            Self::Etcd => etcd(line, directory, ports),
            Self::KubeApiserver => kube_apiserver(line, directory, ports),
            Self::KubeControllerManager => kube_controller_manager(line, directory, ports),
            Self::KubeScheduler => kube_scheduler(line, directory, ports),
            Self::Kwok => kwok(line, directory, ports),
        };
        line.0
    }
}

impl fmt::Display for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Arguments of the form `--name=value`.
#[derive(Default)]
struct CommandLine(Vec<OsString>);

impl CommandLine {
    fn with(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        let mut argument = OsString::from(format!("--{name}="));
        argument.push(value.as_ref());
        self.0.push(argument);
        self
    }

    /// Serves HTTPS on loopback with the lab's own certificate.
    fn serving(self, pki: &Path, port: u16) -> Self {
        self.with("bind-address", "127.0.0.1")
            .with("secure-port", port.to_string())
            .with("tls-cert-file", pki.join("serving.crt"))
            .with("tls-private-key-file", pki.join("serving.key"))
    }

    /// Talks to the API server, also for the question who may call this component.
    fn calling(self, kubeconfig: &Path) -> Self {
        self.with("kubeconfig", kubeconfig)
            .with("authentication-kubeconfig", kubeconfig)
            .with("authorization-kubeconfig", kubeconfig)
            .with("leader-elect", "false")
            // The usual limits (20 requests a second) protect an API server that is far away and shared.
            .with("kube-api-qps", "500")
            .with("kube-api-burst", "1000")
    }
}

fn etcd(line: CommandLine, directory: &Directory, ports: Ports) -> CommandLine {
    let client = format!("http://127.0.0.1:{}", ports.etcd);
    let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
    line.with("name", "lab")
        .with("data-dir", directory.etcd())
        .with("listen-client-urls", &client)
        .with("advertise-client-urls", &client)
        .with("listen-peer-urls", &peer)
        .with("initial-advertise-peer-urls", &peer)
        .with("initial-cluster", format!("lab={peer}"))
        .with("unsafe-no-fsync", "true")
        .with("log-level", "warn")
}

fn kube_apiserver(line: CommandLine, directory: &Directory, ports: Ports) -> CommandLine {
    let pki = directory.pki();
    line.serving(&pki, ports.kube_apiserver)
        .with("etcd-servers", format!("http://127.0.0.1:{}", ports.etcd))
        .with("client-ca-file", pki.join("ca.crt"))
        .with("token-auth-file", directory.token_file())
        .with("authorization-mode", "Node,RBAC")
        .with("service-account-issuer", "https://kubernetes.default.svc")
        .with("service-account-key-file", pki.join("service-accounts.pub"))
        .with(
            "service-account-signing-key-file",
            pki.join("service-accounts.key"),
        )
        .with("service-cluster-ip-range", "10.96.0.0/16")
        // The endpoints of the service `kubernetes` cannot be a loopback address, and no pod would use them.
        .with("endpoint-reconciler-type", "none")
        .with("kubelet-preferred-address-types", KUBELET)
        .with("allow-privileged", "true")
        .with("profiling", "false")
}

fn kube_controller_manager(line: CommandLine, directory: &Directory, ports: Ports) -> CommandLine {
    let pki = directory.pki();
    line.serving(&pki, ports.kube_controller_manager)
        .calling(&directory.kubeconfig())
        .with("root-ca-file", pki.join("ca.crt"))
        .with(
            "service-account-private-key-file",
            pki.join("service-accounts.key"),
        )
        .with("cluster-signing-cert-file", pki.join("ca.crt"))
        .with("cluster-signing-key-file", pki.join("ca.key"))
        // Nodes do not fall out of the lab when the laptop sleeps.
        .with("node-monitor-grace-period", "24h")
        .with("profiling", "false")
}

fn kube_scheduler(line: CommandLine, directory: &Directory, ports: Ports) -> CommandLine {
    line.serving(&directory.pki(), ports.kube_scheduler)
        .calling(&directory.kubeconfig())
        .with("profiling", "false")
}

fn kwok(line: CommandLine, directory: &Directory, ports: Ports) -> CommandLine {
    line.with("kubeconfig", directory.kubeconfig())
        .with("config", directory.stages())
        .with("manage-all-nodes", "true")
        .with("cidr", "10.244.0.0/16")
        .with("node-ip", "10.0.0.1")
        // Else it writes a line for each change of each pod, for as long as the lab lives.
        .with("v", "WARN")
        // Without leases a restarted kwok need not wait until those of the one before have run out.
        .with("node-lease-duration-seconds", "0")
        .with("server-address", format!("127.0.0.1:{}", ports.kwok))
}
