//! The application as all later stages see it: for one environment, merged, read and complete.

use super::{ApplicationFields, ContainerFields, PortSpec, Route, Volume};
use crate::name::{AppName, ComponentName, EnvironmentName, NamespaceName};
use crate::node::{FieldPath, Node};
use crate::source::Span;

/// One application in one environment.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name.
    pub name: AppName,
    /// The environment.
    pub environment: EnvironmentName,
    /// The namespace that it lives in, from the estate's naming.
    pub namespace: NamespaceName,
    /// Its tier's name.
    pub tier: crate::name::LabelName,
    /// What belongs to the application as a whole.
    pub fields: ApplicationFields,
    /// Its components; at least one unless `upstream` is set.
    pub components: Vec<Component>,
    /// The merged declaration: `spec` and all below it, each part with the place where it was written. Paths of findings begin below
    /// its root, so with `spec`.
    pub tree: Node,
}

/// One component of an application.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name; of the short form, the application's.
    pub name: ComponentName,
    /// Where its fields are in [`Application::tree`]: `spec` for the short form, `spec.components.NAME` else.
    pub path: FieldPath,
    /// Its fields.
    pub fields: ContainerFields,
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

    /// Returns the path of an application-level field.
    pub fn field(&self, key: &str) -> FieldPath {
        FieldPath::default().key("spec").key(key)
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
    /// Returns all ports, the short form's `port` first under the name `http`.
    pub fn ports(&self) -> Vec<Port> {
        let short = self.fields.port.map(|spec| Port {
            name: "http".to_owned(),
            spec,
        });
        let named = self.fields.ports.iter().map(|(name, spec)| Port {
            name: name.as_str().to_owned(),
            spec: *spec,
        });
        short.into_iter().chain(named).collect()
    }

    /// Returns all volumes by name with the path of each, the short form's `storage` first under the name `data`.
    pub fn volumes(&self) -> Vec<(String, FieldPath, &Volume)> {
        let short = self
            .fields
            .storage
            .iter()
            .map(|volume| ("data".to_owned(), self.path.key("storage"), volume));
        let named = self.fields.volumes.iter().map(|(name, volume)| {
            (
                name.as_str().to_owned(),
                self.path.key("volumes").key(name.as_str()),
                volume,
            )
        });
        short.chain(named).collect()
    }

    /// Returns the path of one of its fields.
    pub fn field(&self, key: &str) -> FieldPath {
        self.path.key(key)
    }
}
