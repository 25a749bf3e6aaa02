//! Where each value of a resolved application comes from.

use std::fmt;

use crate::application::Application;
use crate::load::{ApplicationFile, Declarations};
use crate::node::{FieldPath, Node, Value};
use crate::source::Span;

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The field.
    pub path: FieldPath,
    /// The value on one line.
    pub value: String,
    /// Which layer it comes from.
    pub origin: Origin,
    /// The place as `path:line:column`.
    pub place: String,
    /// The place.
    pub span: Span,
}

/// The layer that a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built into Steading.
    BuiltIn,
    /// `defaults.spec` of the estate.
    EstateDefault,
    /// A tier.
    Tier(String),
    /// The declaration itself.
    Spec,
    /// An environment of the declaration.
    Environment(String),
    /// An instance of the declaration.
    Instance(String),
    /// The command line.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => formatter.write_str("built in"),
            Self::EstateDefault => formatter.write_str("estate default"),
            Self::Tier(name) => write!(formatter, "tier {name}"),
            Self::Spec => formatter.write_str("declaration"),
            Self::Environment(name) => write!(formatter, "environment {name}"),
            Self::Instance(name) => write!(formatter, "instance {name}"),
            Self::CommandLine => formatter.write_str("command line"),
        }
    }
}

/// Explains a field and all below it, or the whole application; nothing where there is no such field. A path may leave out `spec`.
#[must_use]
pub fn explain(
    declarations: &Declarations,
    file: &ApplicationFile,
    application: &Application,
    field: Option<&FieldPath>,
) -> Vec<Explained> {
    let spec = FieldPath::default().key("spec");
    let (path, node) = match field {
        None => (spec.clone(), application.tree.find(&spec)),
        Some(field) => match application.tree.find(field) {
            Some(node) => (field.clone(), Some(node)),
            None => (spec.join(field), application.tree.find(&spec.join(field))),
        },
    };
    let mut walk = Walk {
        declarations,
        file,
        application,
        found: Vec::new(),
    };
    if let Some(node) = node {
        walk.node(&path, node);
    }
    walk.found
}

/// Returns the fields that can be explained, for completion and for "did you mean".
pub fn fields(application: &Application) -> Vec<String> {
    let entries = application
        .tree
        .get("spec")
        .and_then(Node::as_mapping)
        .map(super::node::Mapping::entries);
    entries
        .unwrap_or_default()
        .iter()
        .map(|entry| entry.key.clone())
        .collect()
}

struct Walk<'a> {
    declarations: &'a Declarations,
    file: &'a ApplicationFile,
    application: &'a Application,
    found: Vec<Explained>,
}

impl Walk<'_> {
    fn node(&mut self, path: &FieldPath, node: &Node) {
        match &node.value {
            Value::Mapping(mapping) if !mapping.is_empty() => {
                for entry in mapping.entries() {
                    self.node(&path.key(entry.key.as_str()), &entry.value);
                }
            }
            Value::List(items) if items.iter().any(|item| item.as_scalar().is_none()) => {
                for (at, item) in items.iter().enumerate() {
                    self.node(&path.index(at), item);
                }
            }
            _ => self.leaf(path, node),
        }
    }

    fn leaf(&mut self, path: &FieldPath, node: &Node) {
        let (path, value, origin) = (path.clone(), on_one_line(node), self.origin(node.span));
        let place = self.declarations.sources.place(node.span);
        self.found.push(Explained {
            path,
            value,
            origin,
            place,
            span: node.span,
        });
    }

    fn origin(&self, span: Span) -> Origin {
        let within = |node: Option<&Node>| node.is_some_and(|node| contains(node.span, span));
        if span.file == self.file.file() {
            let environment = self.application.environment.as_str();
            let node = self
                .file
                .node
                .get("environments")
                .and_then(|node| node.get(environment));
            let instance = self.file.instance.as_ref();
            if let Some(one) = instance.filter(|one| within(Some(&one.node))) {
                return Origin::Instance(one.instance.name.to_string());
            }
            return if within(node) {
                Origin::Environment(environment.to_owned())
            } else {
                Origin::Spec
            };
        }
        match self.declarations.sources.path(span.file) {
            "<built in>" if !self.is_tier(span) => Origin::BuiltIn,
            "<command line>" => Origin::CommandLine,
            _ if self.is_tier(span) => Origin::Tier(self.application.tier.to_string()),
            _ => Origin::EstateDefault,
        }
    }

    /// Says whether a place is among the resources or the defaults of the application's tier, built in or the estate's.
    fn is_tier(&self, span: Span) -> bool {
        let estate = self
            .declarations
            .estate
            .as_ref()
            .and_then(|estate| estate.tree.get("spec"));
        let tier = estate
            .and_then(|spec| spec.get("tiers"))
            .and_then(|tiers| tiers.get(self.application.tier.as_str()));
        let spec = tier.and_then(|tier| tier.get("spec"));
        if spec.is_some_and(|spec| contains(spec.span, span)) {
            return true;
        }
        let entries = tier
            .and_then(|tier| tier.get("resources"))
            .and_then(Node::as_mapping)
            .map(super::node::Mapping::entries);
        entries
            .unwrap_or_default()
            .iter()
            .any(|entry| entry.value.span == span)
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

fn on_one_line(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Scalar(scalar) => match scalar.text.split_once('\n') {
            Some((first, _)) => format!("{first} …"),
            None => scalar.text.clone(),
        },
        Value::List(items) => format!(
            "[{}]",
            items.iter().map(on_one_line).collect::<Vec<_>>().join(", ")
        ),
        Value::Mapping(_) => "{}".to_owned(),
    }
}
