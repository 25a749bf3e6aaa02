//! Capabilities that are root by another name.

use steading_model::application::Security;

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No container has a capability that is root on the node by another name.
    ///
    /// ## Why
    /// With `SYS_ADMIN`, `SYS_MODULE` or `SYS_PTRACE` a process mounts the node's disk, loads a module or reads the memory of others.
    /// That is `privileged` by another name: the reason that it gives should say why nothing smaller will do. In a user namespace of the
    /// pod's own (`userNamespace: true`) it holds for what is the pod's, and is not found.
    ///
    /// ## Example
    /// ```yaml
    /// security: { capabilities: { SYS_ADMIN: "mounts disks" } }              # found
    /// security: { capabilities: { NET_BIND_SERVICE: "listens on port 53" } } # right
    /// ```
    "ST4041" "dangerous-capability" Warning => Check::Application(check)
}

const DANGEROUS: [&str; 8] = [
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "DAC_READ_SEARCH",
    "BPF",
    "SYS_BOOT",
];

fn help(capability: &str) -> &'static str {
    match capability {
        "SYS_MODULE" => "let the node load the module (`/etc/modules-load.d`) and leave this out",
        "SYS_ADMIN" => {
            "leave it out where it is for a browser's sandbox (`--no-sandbox`), or keep it inside with `userNamespace: true`"
        }
        _ => {
            "find the smaller capability that it needs, or keep it inside with `userNamespace: true`"
        }
    }
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for container in all(subject.application) {
        let on_node = |security: &&Security| security.user_namespace != Some(true);
        let capabilities = container
            .security
            .filter(on_node)
            .into_iter()
            .flat_map(|security| security.capabilities.0.keys());
        let path = container.path.key("security").key("capabilities");
        for capability in capabilities.filter(|one| DANGEROUS.contains(&one.as_str())) {
            let span = subject.key_span(&path.key(capability.as_str()));
            let message = format!(
                "`{capability}` makes the {} root on the node",
                container.title
            );
            found.push(Finding::new(span, message).help(help(capability.as_str())));
        }
    }
    found
}
