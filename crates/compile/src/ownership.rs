//! Giving the files of a volume to the user that reads them, before the start.
//!
//! Only what belongs to someone else is touched, so that a large volume is walked but not rewritten, and a walk that was cut short
//! is finished by the next.

use serde_json::Value;

use crate::json::{Fields, texts};
use crate::scope::Scope;
use crate::security;
use crate::storage::Mounted;

/// The image that gives files to their owner, where the estate names none.
pub(crate) const IMAGE: &str =
    "busybox:1.38@sha256:fd8d9aa63ba2f0982b5304e1ee8d3b90a210bc1ffb5314d980eb6962f1a9715d";

/// Returns the init containers that give files to their owners, one for each owner.
pub(crate) fn containers(scope: &Scope<'_>, mounted: &[Mounted], mounts: &[Value]) -> Vec<Value> {
    let mut owners: Vec<(i64, i64)> = mounted.iter().filter_map(|volume| volume.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    let container = |(number, owner): (usize, (i64, i64))| {
        let owned = mounted
            .iter()
            .zip(mounts)
            .filter(|(volume, _)| volume.owner == Some(owner));
        let (places, mounts): (Vec<&str>, Vec<Value>) = owned
            .map(|(volume, mount)| (volume.place.as_str(), mount.clone()))
            .unzip();
        let name = if number == 0 {
            "ownership".to_owned()
        } else {
            format!("ownership-{}", number + 1)
        };
        container(scope, &name, owner, &places, mounts)
    };
    owners.into_iter().enumerate().map(container).collect()
}

fn container(
    scope: &Scope<'_>,
    name: &str,
    (user, group): (i64, i64),
    places: &[&str],
    mounts: Vec<Value>,
) -> Value {
    let image = scope.estate.fields.images.ownership.as_ref();
    let (user, owner) = (user.to_string(), format!("{user}:{group}"));
    let group = group.to_string();
    let tests = ["(", "!", "-user", &user, "-o", "!", "-group", &group, ")"];
    let action = ["-exec", "chown", "-h", &owner, "{}", "+"];
    let command = ["find"].iter().chain(places).chain(&tests).chain(&action);
    let requests = Fields::new().with("cpu", "10m").with("memory", "16Mi");
    let limits = Fields::new().with("memory", "64Mi");
    Fields::new()
        .with("name", name)
        .with("image", image.map_or(IMAGE, |image| image.as_str()))
        .with("imagePullPolicy", "IfNotPresent")
        .with("command", texts(command))
        .with(
            "resources",
            Fields::new()
                .with("requests", requests)
                .with("limits", limits),
        )
        .with("securityContext", security::ownership())
        .with("volumeMounts", mounts)
        .into()
}
