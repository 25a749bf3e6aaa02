//! What is read as the log of containers, where a rule says it.

use serde_json::json;

use super::StagesError;
use crate::directory::{Directory, write_private};
use crate::fault::{FaultRule, Target};

/// Before each line of a log: when, on which stream, and that it is whole.
const HEAD: &str = "2000-01-01T00:00:00Z stdout F ";

/// Writes the logs of rules, and returns what tells kwok where they are.
pub(super) fn write(
    directory: &Directory,
    rules: &[FaultRule],
) -> Result<Vec<String>, StagesError> {
    let mut told = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let (Target::App { namespace, .. }, Some(log)) = (&rule.target, &rule.log) else {
            continue;
        };
        let path = directory.container_log(index);
        let mut text = String::new();
        for line in log.lines() {
            text.extend([HEAD, line, "\n"]);
        }
        let written = write_private(&path, text.as_bytes());
        told.push(format!(
            "{}\n",
            json!({
                "apiVersion": "kwok.x-k8s.io/v1alpha1",
                "kind": "ClusterLogs",
                "metadata": { "name": format!("containers-{index}") },
                "spec": {
                    "selector": { "matchNamespaces": [namespace] },
                    "logs": [{ "logsFile": path, "previousLogsFile": path }],
                },
            })
        ));
        written.map_err(|source| StagesError::File { path, source })?;
    }
    Ok(told)
}
