//! The programs of a lab: found, or built once from pinned Go modules.

mod build;
mod find;
mod module;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use build::BuildError;
pub use find::FindError;
pub use module::KUBERNETES_VERSION;

use crate::component::Component;
use crate::progress::Progress;
use crate::settings::Settings;

/// Where the five programs are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binaries {
    etcd: PathBuf,
    kube_apiserver: PathBuf,
    kube_controller_manager: PathBuf,
    kube_scheduler: PathBuf,
    kwok: PathBuf,
}

/// Why there are no programs to run.
#[derive(Debug, thiserror::Error)]
pub enum BinariesError {
    /// The directory that was named lacks some.
    #[error(transparent)]
    Find(#[from] FindError),
    /// They could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl Binaries {
    /// Finds the programs: in `bin_dir` if the settings name one, else in the cache, else on the `PATH` if all
    /// are there in a version that suits, else by building them into the cache (some minutes, once).
    pub async fn ensure(
        settings: &Settings,
        limit: Duration,
        progress: &mut dyn Progress,
    ) -> Result<Self, BinariesError> {
        if let Some(found) = Self::find(settings)? {
            return Ok(found);
        }
        Ok(build::build(settings, limit, progress).await?)
    }

    /// Finds the programs without building anything.
    pub fn find(settings: &Settings) -> Result<Option<Self>, FindError> {
        if let Some(directory) = &settings.bin_dir {
            return find::in_directory(directory).map(Some);
        }
        let cached = find::in_directory(&Self::cache_directory(settings)).ok();
        Ok(cached.or_else(|| find::on_path(&settings.path)))
    }

    /// Returns the directory in which built programs are kept: its name changes with the pinned modules.
    pub fn cache_directory(settings: &Settings) -> PathBuf {
        settings.cache.join(module::key())
    }

    /// Returns the program of a component.
    pub fn program(&self, component: Component) -> &Path {
        match component {
            Component::Etcd => &self.etcd,
            Component::KubeApiserver => &self.kube_apiserver,
            Component::KubeControllerManager => &self.kube_controller_manager,
            Component::KubeScheduler => &self.kube_scheduler,
            Component::Kwok => &self.kwok,
        }
    }

    /// Makes the set from a way to find each program.
    fn collect<E>(mut find: impl FnMut(Component) -> Result<PathBuf, E>) -> Result<Self, E> {
        Ok(Self {
            etcd: find(Component::Etcd)?,
            kube_apiserver: find(Component::KubeApiserver)?,
            kube_controller_manager: find(Component::KubeControllerManager)?,
            kube_scheduler: find(Component::KubeScheduler)?,
            kwok: find(Component::Kwok)?,
        })
    }
}
