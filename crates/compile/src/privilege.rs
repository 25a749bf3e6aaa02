//! What pods may do beyond their own containers, each with the reason: it stands on the workload, for whoever reads a plan or the
//! cluster.

use steading_model::application::Security;
use steading_model::name::Reason;

use crate::basis::Container;
use crate::pod::Pod;

/// Returns the rights of a pod, one a line; none where it has none.
pub(crate) fn lines(pod: &Pod<'_>) -> Option<String> {
    let mut lines: Vec<String> = pod.containers().flat_map(of_container).collect();
    lines.extend(pod.main.security.into_iter().flat_map(of_pod));
    let volumes = pod.volumes().filter_map(|volume| volume.of_node.as_ref());
    lines.extend(volumes.map(|line| format!("the pod {line}")));
    let mut seen = Vec::new();
    lines.retain(|line| {
        let new = !seen.contains(line);
        seen.push(line.clone());
        new
    });
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn of_container(container: &Container<'_>) -> Vec<String> {
    let Some(security) = container.security else {
        return Vec::new();
    };
    let name = &container.name;
    let root = security.root.iter();
    let root = root.map(|why| format!("`{name}` runs as root: {why}"));
    let privileged = security.privileged.iter();
    let privileged = privileged.map(|why| format!("`{name}` has all rights of the node: {why}"));
    let capabilities = security.capabilities.0.iter();
    let capabilities = capabilities
        .map(|(capability, why)| format!("`{name}` has the capability `{capability}`: {why}"));
    let starting = security.starts_as_root.iter();
    let starting = starting.map(|why| format!("`{name}` starts as root: {why}"));
    let all = root.chain(starting).chain(privileged);
    all.chain(capabilities).collect()
}

fn of_pod(security: &Security) -> Vec<String> {
    let rights: [(&str, &Option<Reason>); 2] = [
        ("is in the node's network", &security.host_network),
        ("sees the node's processes", &security.host_pid),
    ];
    let rights = rights
        .into_iter()
        .filter_map(|(right, why)| Some(format!("the pod {right}: {}", why.as_ref()?)));
    let settings = security.sysctls.iter();
    let settings = settings.map(|(name, value)| format!("the pod sets `{name}` to {value}"));
    rights.chain(settings).collect()
}
