//! The application as all later stages see it: for one environment, merged, read and complete.

use super::{ApplicationFields, ContainerFields, PortSpec, Route, Volume, VolumeRef};
use crate::name::{AppName, ComponentName, EnvironmentName, NamespaceName};
use crate::node::{FieldPath, Node, Segment};
use crate::source::Span;

/// One application in one environment.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name.
    pub name: AppName,
    /// Which instance it is, of a declaration with several.
    pub instance: Option<Instance>,
    /// The environment.
    pub environment: EnvironmentName,
    /// The namespace that it lives in, from the estate's naming.
    pub namespace: NamespaceName,
    /// Its tier's name.
    pub tier: crate::name::LabelName,
    /// What belongs to the application as a whole.
    pub fields: ApplicationFields,
    /// Its components; none where `upstream` is set, or where it has jobs or `raw` objects only.
    pub components: Vec<Component>,
    /// The merged declaration: `spec` and all below it, each part with the place where it was written. Paths of findings begin below
    /// its root, so with `spec`.
    pub tree: Node,
}

/// One of several applications that come from one declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The name in the declaration.
    pub application: AppName,
    /// The name of the instance.
    pub name: ComponentName,
}

/// One component of an application, or another container with fields of its own: a sidecar, an init step, a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its name; of the short form, the application's.
    pub name: ComponentName,
    /// Where its fields are in [`Application::tree`]: `spec` for the short form, `spec.components.NAME` else; for others
    /// `…sidecars.NAME`, `…init.NAME`, `spec.jobs.NAME`.
    pub path: FieldPath,
    /// Its fields.
    pub fields: ContainerFields,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It serves, as a workload of its own.
    Component,
    /// It runs beside a component, in the same pods.
    Sidecar,
    /// It runs before the containers of a component start.
    Init,
    /// It runs on a schedule, or once per release.
    Job,
}

impl std::fmt::Display for Role {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Component => "component",
            Self::Sidecar => "sidecar",
            Self::Init => "init step",
            Self::Job => "job",
        })
    }
}

/// A named port of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// The port and its protocol.
    pub spec: PortSpec,
}

impl Application {
    /// Returns the place of a path such as `spec.ingress[0].host`, or of the nearest part of it that was written.
    pub fn span(&self, path: &FieldPath) -> Span {
        self.tree.span_at(path)
    }

    /// Returns what it may have been called before, the latest last. A former name of a declaration with instances is that of each of
    /// them, `gallery-alice` for `gallery`, unless it is one of an instance itself.
    pub fn former_names(&self) -> Vec<AppName> {
        let names = &self.fields.previous_names;
        let Some(instance) = &self.instance else {
            return names.clone();
        };
        let own = format!("{}-", instance.application);
        let of_instance = |name: &AppName| {
            let whole = name.as_str().starts_with(&own);
            let derived = AppName::parse(&format!("{name}-{}", instance.name)).ok();
            derived.filter(|_| !whole).unwrap_or_else(|| name.clone())
        };
        names.iter().map(of_instance).collect()
    }

    /// Returns the path of an application-level field.
    pub fn field(&self, key: &str) -> FieldPath {
        FieldPath::default().key("spec").key(key)
    }

    /// Returns every container with what it is for: components, each followed by its init steps and sidecars, then jobs with theirs.
    pub fn containers(&self) -> impl Iterator<Item = (Role, &Component)> {
        let components = self.components.iter().map(|one| (Role::Component, one));
        let jobs = self.fields.jobs.values();
        let jobs = jobs.map(|job| (Role::Job, &job.container));
        components
            .chain(jobs)
            .flat_map(|(role, one)| std::iter::once((role, one)).chain(one.beside()))
    }

    /// Returns what has volumes of its own, and can be named where a volume is: components and jobs.
    pub fn owners(&self) -> impl Iterator<Item = &Component> {
        let jobs = self.fields.jobs.values().map(|job| &job.container);
        self.components.iter().chain(jobs)
    }

    /// Returns the volume that a reference means, with its owner and name.
    pub fn volume(&self, reference: &VolumeRef) -> Option<(&Component, String, &Volume)> {
        self.owners().find_map(|owner| {
            let mut volumes = owner.volumes().into_iter();
            let (name, _, volume) = volumes.find(|(name, _, volume)| {
                volume.volume.is_none() && reference.means(owner.name.as_str(), name)
            })?;
            Some((owner, name, volume))
        })
    }

    /// Returns a volume as it is declared: of a reference, the one that it means.
    pub fn declared<'a>(&'a self, volume: &'a Volume) -> &'a Volume {
        let meant = volume.volume.as_ref();
        let meant = meant.and_then(|reference| self.volume(reference));
        meant.map_or(volume, |(_, _, volume)| volume)
    }

    /// Returns the component that a route goes to: the one it names, else the one named after the application, else the first.
    pub fn component_of(&self, route: &Route) -> Option<&Component> {
        match &route.component {
            Some(name) => self
                .components
                .iter()
                .find(|component| component.name == *name),
            None => self.main_component(),
        }
    }

    /// Returns the component of a name; without a name the only one, or the one named after the application.
    pub fn component_named(&self, name: Option<&ComponentName>) -> Option<&Component> {
        let own = self.name.as_str();
        match (name, self.components.as_slice()) {
            (None, [only]) => Some(only),
            (None, several) => several.iter().find(|one| one.name.as_str() == own),
            (Some(name), several) => several.iter().find(|one| one.name == *name),
        }
    }

    /// Returns the component named after the application, else the first.
    pub fn main_component(&self) -> Option<&Component> {
        let named = |component: &&Component| component.name.as_str() == self.name.as_str();
        self.components
            .iter()
            .find(named)
            .or_else(|| self.components.first())
    }
}

impl Component {
    /// Returns all ports, the short form's `port` first: under the name `http`, or the sidecar's own.
    pub fn ports(&self) -> Vec<Port> {
        let short = self.fields.port.map(|spec| Port {
            name: self.short_port_name(),
            spec,
        });
        let named = self.fields.ports.iter().map(|(name, spec)| Port {
            name: name.as_str().to_owned(),
            spec: *spec,
        });
        short.into_iter().chain(named).collect()
    }

    /// A pod has one `http`, the component's.
    fn short_port_name(&self) -> String {
        let segments = self.path.segments();
        let kind = segments.len().checked_sub(2).map(|at| &segments[at]);
        let name = match kind {
            Some(Segment::Key(kind)) if kind == "sidecars" => self.name.as_str(),
            _ => "http",
        };
        name.to_owned()
    }

    /// Returns the place of each of its ports, in the order of [`Self::ports`].
    pub fn port_paths(&self) -> Vec<FieldPath> {
        let short = self.fields.port.iter().map(|_| self.field("port"));
        let named = self.fields.ports.keys();
        let named = named.map(|name| self.field("ports").key(name.as_str()));
        short.chain(named).collect()
    }

    /// Returns the port that a listener of a name means where it names none: the one with its name, else the first.
    pub fn listen_port(&self, listener: &str) -> Option<Port> {
        let mut ports = self.pod_ports();
        let named = ports.iter().position(|port| port.name == listener);
        (!ports.is_empty()).then(|| ports.swap_remove(named.unwrap_or_default()))
    }

    /// Returns all ports of its pods: its own, then those of its sidecars.
    pub fn pod_ports(&self) -> Vec<Port> {
        let sidecars = self.fields.sidecars.values();
        let beside = sidecars.flat_map(|sidecar| sidecar.container.ports());
        self.ports().into_iter().chain(beside).collect()
    }

    /// Returns all volumes by name with the path of each, the short form's `storage` first under the name `data`.
    pub fn volumes(&self) -> Vec<(String, FieldPath, &Volume)> {
        let short = self
            .fields
            .storage
            .iter()
            .map(|volume| ("data".to_owned(), self.path.key("storage"), volume));
        let named = self.fields.volumes.0.iter().map(|(name, volume)| {
            (
                name.as_str().to_owned(),
                self.path.key("volumes").key(name.as_str()),
                volume,
            )
        });
        short.chain(named).collect()
    }

    /// Returns the path of one of its volumes.
    pub fn volume_path(&self, name: &str) -> FieldPath {
        let volumes = self.volumes().into_iter();
        let mut found = volumes.filter(|(known, ..)| known == name);
        let path = found.next().map(|(_, path, _)| path);
        path.unwrap_or_else(|| self.path.key("volumes"))
    }

    /// Returns the containers of the same pods: init steps, then sidecars.
    pub fn beside(&self) -> impl Iterator<Item = (Role, &Component)> {
        let steps = self.fields.init.values();
        let steps = steps.map(|step| (Role::Init, &step.container));
        let sidecars = self.fields.sidecars.values();
        steps.chain(sidecars.map(|sidecar| (Role::Sidecar, &sidecar.container)))
    }

    /// Returns the path of one of its fields.
    pub fn field(&self, key: &str) -> FieldPath {
        self.path.key(key)
    }
}
