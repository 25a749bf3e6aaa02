//! The volumes of a pod, and scratch space.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::application::{Scratch, ScratchMedium};
use steading_model::name::MountPath;

use crate::json::Fields;
use crate::names;
use crate::resources;
use crate::storage::Mounted;

/// The volumes of a pod, each with its own name.
#[derive(Default)]
pub(crate) struct Volumes(Vec<(String, Value)>);

impl Volumes {
    /// Adds a volume and returns its name; one that is there already is used again.
    pub(crate) fn add(&mut self, name: &str, source: Fields) -> String {
        let source = Value::from(source);
        let mut number = 1;
        loop {
            let name = if number == 1 {
                name.to_owned()
            } else {
                format!("{name}-{number}")
            };
            match self.0.iter().find(|(known, _)| *known == name) {
                Some((_, known)) if *known == source => return name,
                Some(_) => number += 1,
                None => {
                    self.0.push((name.clone(), source));
                    return name;
                }
            }
        }
    }

    /// Returns `volumes` of a pod.
    pub(crate) fn into_json(self) -> Vec<Value> {
        let named = |(name, source): (String, Value)| {
            let mut volume = source;
            if let Value::Object(fields) = &mut volume {
                fields.insert("name".to_owned(), name.into());
            }
            volume
        };
        self.0.into_iter().map(named).collect()
    }
}

/// Adds the declared volumes and scratch space, and returns the mounts.
pub(crate) fn mounts(
    mounted: &[Mounted],
    scratch: &BTreeMap<MountPath, Scratch>,
    volumes: &mut Volumes,
) -> Vec<Value> {
    let mut mounts = Vec::new();
    for volume in mounted {
        let name = match volume.source.clone() {
            Some(source) => volumes.add(&volume.name, source),
            None => volume.name.clone(),
        };
        mounts.push(volume.mount.clone().with("name", name).into());
    }
    for (place, scratch) in scratch {
        let name = format!(
            "steading-scratch-{}",
            names::slug(place.as_str().trim_start_matches('/'))
        );
        let name = volumes.add(&name, empty_dir(*scratch));
        mounts.push(
            Fields::new()
                .with("name", name)
                .with("mountPath", place.as_str())
                .into(),
        );
    }
    mounts
}

fn empty_dir(scratch: Scratch) -> Fields {
    let medium = match scratch.medium {
        ScratchMedium::Disk => None,
        ScratchMedium::Memory => Some("Memory"),
    };
    let fields = Fields::new()
        .with("medium", medium)
        .with("sizeLimit", resources::text(scratch.size));
    Fields::new().exactly("emptyDir", fields)
}
