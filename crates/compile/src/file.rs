//! Files that containers see: `ConfigMaps` named by their content, so that a change rolls the pods and a rollback finds the old ones.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::application::FileContent;

use crate::basis::{Container, Content};
use crate::config_map;
use crate::json::Fields;
use crate::scope::{Output, Scope};
use crate::volumes::Volumes;

/// The mode of files that do not say.
pub(crate) const MODE: u32 = 0o444;

/// Adds the volume with the files of a container, and returns the mounts.
pub(crate) fn mounts(
    scope: &Scope<'_>,
    container: &Container<'_>,
    volumes: &mut Volumes,
    output: &mut Output,
) -> Vec<Value> {
    let mut mounts = folders(container, volumes);
    let projected = container
        .files
        .iter()
        .filter(|(_, file)| !matches!(file.content, Content::SecretFolder(_)));
    let places: Vec<&String> = projected.map(|(place, _)| place).collect();
    if places.is_empty() {
        return mounts;
    }
    let mut sources = config_map::sources(scope, container, output);
    sources.extend(secrets(container));
    let projected = Fields::new()
        .with("defaultMode", MODE)
        .with("sources", sources);
    let volume = volumes.add("steading-files", Fields::new().with("projected", projected));
    mounts.extend(
        places
            .into_iter()
            .map(|place| Value::from(mount(&volume, place))),
    );
    mounts
}

/// Adds a volume for each Secret that is a folder, and returns the mounts.
fn folders(container: &Container<'_>, volumes: &mut Volumes) -> Vec<Value> {
    let mut mounts = Vec::new();
    for (place, file) in &container.files {
        if let Content::SecretFolder(secret) = &file.content {
            let source = Fields::new()
                .with("secretName", secret.as_str())
                .with("defaultMode", file.mode.unwrap_or(MODE));
            let volume = volumes.add("steading-secret", Fields::new().with("secret", source));
            let mount = Fields::new()
                .with("name", volume)
                .with("mountPath", place.as_str())
                .with("readOnly", true);
            mounts.push(mount.into());
        }
    }
    mounts
}

fn mount(volume: &str, place: &str) -> Fields {
    Fields::new()
        .with("name", volume)
        .with("mountPath", place)
        .with("subPath", place.trim_start_matches('/'))
        .with("readOnly", true)
}

/// Returns the sources for files that are keys of Secrets.
fn secrets(container: &Container<'_>) -> Vec<Value> {
    let mut by_name: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (place, file) in &container.files {
        if let Content::Secret { secret, key } = &file.content {
            let item = Fields::new()
                .with("key", key.as_str())
                .with("path", place.trim_start_matches('/'))
                .with("mode", file.mode.filter(|mode| *mode != MODE));
            by_name.entry(secret).or_default().push(item.into());
        }
    }
    let source = |(name, items): (&str, Vec<Value>)| {
        let secret = Fields::new().with("name", name).with("items", items);
        Fields::new().with("secret", secret).into()
    };
    by_name.into_iter().map(source).collect()
}

/// Returns the text of a file that is not mounted (a dashboard, an alert rule).
pub(crate) fn text(content: &FileContent) -> Option<String> {
    match content {
        FileContent::Inline(text) => Some(text.clone()),
        FileContent::FromFile { loaded, .. } => {
            let (_, bytes) = loaded.first()?;
            String::from_utf8(bytes.clone()).ok()
        }
        FileContent::Secret(_) | FileContent::ExistingSecret(_) | FileContent::Certificate(_) => {
            None
        }
    }
}
