//! Waiting for what is used: a container that ends when it answers.
//!
//! Releases are in order without it. It is for what restarts together with its users, and for programs that give up when their database
//! is not there yet.

use serde_json::Value;

use super::{Use, facts};
use crate::json::{Fields, texts};
use crate::names;
use crate::ownership;
use crate::scope::Scope;
use crate::security;
use crate::substitute::Fact;

/// How long a container waits before it says so, in seconds; then Kubernetes starts it again.
const PATIENCE: &str = "300";

/// Asks a port until it takes connections; `$1` is what it waits for, `$2` and `$3` are host and port, `$4` is how long.
const SCRIPT: &str = r#"end=$(( $(date +%s) + $4 ))
until nc -z -w 2 "$2" "$3"; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "$1 did not answer at $2:$3 within $4 seconds" >&2
    exit 1
  fi
  echo "waiting for $1 at $2:$3"
  sleep 2
done"#;

/// Returns the containers that wait for what a component or a job uses.
pub(crate) fn containers(scope: &Scope<'_>, owner: &str) -> Vec<Value> {
    let uses = super::of(scope, owner).into_iter();
    let awaited = uses.filter(Use::is_awaited);
    awaited.filter_map(|one| container(scope, &one)).collect()
}

fn container(scope: &Scope<'_>, one: &Use<'_>) -> Option<Value> {
    let known = |name: &str| match facts::fact(scope, one, name)? {
        Fact::Text(text) => Some(text),
        _ => None,
    };
    let (host, port) = (known("host")?, known("port")?);
    let images = &scope.estate.fields.images;
    let image = images.wait_for.as_ref().or(images.ownership.as_ref());
    let name = names::label_value(&format!("wait-for-{}", one.entry.name));
    let title = one.entry.name.as_str();
    let command = ["sh", "-c", SCRIPT, "sh", title, &host, &port, PATIENCE];
    let requests = Fields::new().with("cpu", "10m").with("memory", "16Mi");
    let limits = Fields::new().with("memory", "64Mi");
    let resources = Fields::new()
        .with("requests", requests)
        .with("limits", limits);
    let container = Fields::new()
        .with("name", name)
        .with(
            "image",
            image.map_or(ownership::IMAGE, |image| image.as_str()),
        )
        .with("imagePullPolicy", "IfNotPresent")
        .with("command", texts(command))
        .with("resources", resources)
        .with("securityContext", security::watcher());
    Some(container.into())
}
