//! Finding kinds that are not built in.
//!
//! The kinds that Steading makes are known from a table and from our own descriptions of custom resources; only others, which an
//! estate may have in `raw`, are asked of the server, one API group at a time. There is no discovery of everything: it takes seconds
//! on a cluster with many kinds, and hangs where one aggregated API is down.

use std::sync::PoisonError;

use serde::Deserialize;
use steading_model::{GroupKind, ObjectId};

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::{RequestError, served};
use crate::kind::{KindScope, ServedKind, find_built_in, release_kind};

/// The resources of one version of a group, as the server lists them.
#[derive(Deserialize)]
struct Resources {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
    kind: String,
    namespaced: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    preferred_version: GroupVersion,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
}

impl Cluster {
    /// Finds a kind in the given version, or in the preferred one; nothing if it is not served.
    pub(crate) async fn kind(
        &self,
        kind: &GroupKind,
        version: Option<&str>,
    ) -> Result<Option<ServedKind>, RequestError> {
        if let Some(known) = self.known(kind, version) {
            return Ok(Some(known));
        }
        let version = match version {
            Some(version) => version.to_owned(),
            None => match self.preferred_version(&kind.group).await? {
                Some(version) => version,
                None => return Ok(None),
            },
        };
        self.discover(&kind.group, &version).await?;
        Ok(self.known(kind, Some(&version)))
    }

    /// Finds the kind of an object by its `apiVersion` and `kind`.
    pub(crate) async fn kind_of(
        &self,
        id: &ObjectId,
        api_version: &str,
    ) -> Result<Option<ServedKind>, RequestError> {
        let version = api_version.rsplit('/').next();
        self.kind(&id.kind, version).await
    }

    fn known(&self, kind: &GroupKind, version: Option<&str>) -> Option<ServedKind> {
        let matches = |served: &ServedKind| version.is_none_or(|version| served.version == version);
        let built_in = find_built_in(&kind.group, &kind.kind).filter(matches);
        built_in
            .or_else(|| {
                let release = release_kind();
                (release.kind == *kind && matches(&release)).then_some(release)
            })
            .or_else(|| {
                let kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
                kinds
                    .values()
                    .find(|served| served.kind == *kind && matches(served))
                    .cloned()
            })
    }

    async fn preferred_version(&self, group: &str) -> Result<Option<String>, RequestError> {
        if group.is_empty() {
            return Ok(Some("v1".to_owned()));
        }
        let call = Call::get(
            format!("/apis/{group}"),
            format!("ask for the versions of `{group}`"),
        );
        let found = served(self.fetch::<Group>(call).await)?;
        Ok(found.map(|group| group.preferred_version.version))
    }

    async fn discover(&self, group: &str, version: &str) -> Result<(), RequestError> {
        let path = if group.is_empty() {
            format!("/api/{version}")
        } else {
            format!("/apis/{group}/{version}")
        };
        let call = Call::get(path, format!("ask for the kinds of `{group}/{version}`"));
        let found = served(self.fetch::<Resources>(call).await)?;
        for resource in found.into_iter().flat_map(|found| found.resources) {
            // `deployments/status` and the like are parts of a resource.
            if !resource.name.contains('/') {
                self.learn(resource.served(group, version));
            }
        }
        Ok(())
    }
}

impl Resource {
    fn served(self, group: &str, version: &str) -> ServedKind {
        ServedKind {
            kind: GroupKind::new(group, self.kind),
            version: version.to_owned(),
            plural: self.name,
            scope: if self.namespaced {
                KindScope::Namespaced
            } else {
                KindScope::Cluster
            },
        }
    }
}
