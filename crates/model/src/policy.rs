//! The Rule declaration: what an estate wants beyond the built-in rules, in expressions.
//!
//! What is read here is the form. What the expressions say is read where they are evaluated, with the rules.

mod kind;

use std::collections::BTreeMap;

use crate::estate::SeverityLevel;
use crate::name::{AppName, EnvironmentName, LabelName, Literal, NamespaceName, Reason};
use crate::node::{FieldPath, Node};
use crate::source::Span;
use crate::{choice, record};

pub use kind::KindRef;

record! {
    /// A rule file, under `policies/`.
    pub struct RuleDocument {
        /// `steading.dev/v1`.
        "apiVersion" api_version: String,
        /// `Rule`.
        "kind" kind: String,
        /// What the rule is called.
        "metadata" metadata: RuleMetadata,
        /// What it wants.
        "spec" spec: RuleFields,
    }
}

record! {
    /// What the rule is called.
    pub struct RuleMetadata {
        /// The name that waivers and the estate's `rules` use. It cannot be that of a built-in rule. Example: `no-latest`.
        "name" name: LabelName,
    }
}

record! {
    /// What a rule wants, of what, and why.
    pub struct RuleFields {
        /// What goes wrong without it. Example: `nobody can say which version runs`.
        "why" why: Reason,
        /// What it is about: declarations or objects.
        "match" matching: RuleMatch,
        /// Expressions with a name, for use as `variables.NAME` in those that follow.
        "variables" variables: Vec<RuleVariable>,
        /// What must hold; each is checked by itself.
        "validations" validations: Vec<RuleValidation>,
        /// How bad it is when it does not hold. Default: `error`.
        "severity" severity: Option<RuleSeverity>,
        /// Whether `steading apply` keeps the rule in the cluster too, as a `ValidatingAdmissionPolicy` among the objects that all
        /// applications share. For rules over objects only. Default: `false`.
        "install" install: Option<bool>,
    }
}

record! {
    /// What a rule is about. One of `application` and `objects`.
    pub struct RuleMatch {
        /// Declarations: the rule sees each application in each of its environments as `application`.
        "application" application: Option<ApplicationMatch>,
        /// Objects: the rule sees each object that applications compile to as `object`.
        "objects" objects: Option<ObjectMatch>,
    }
}

record! {
    /// Which declarations. All conditions must hold; without any, all declarations.
    pub struct ApplicationMatch {
        /// Those of these names. Default: all.
        "names" names: Vec<AppName>,
        /// Those of these tiers. Default: all.
        "tiers" tiers: Vec<LabelName>,
        /// In these environments. Default: all.
        "environments" environments: Vec<EnvironmentName>,
    }
}

record! {
    /// Which objects. All conditions must hold.
    pub struct ObjectMatch {
        /// Of these kinds. Example: `[apps/v1/Deployment, v1/Service]`.
        "kinds" kinds: Vec<KindRef>,
        /// In these namespaces. Default: all.
        "namespaces" namespaces: Vec<NamespaceName>,
        /// With these labels. Default: any.
        "labels" labels: BTreeMap<String, Literal>,
        /// In these environments. Default: all.
        "environments" environments: Vec<EnvironmentName>,
    }
}

record! {
    /// An expression with a name.
    pub struct RuleVariable {
        /// The name: letters, digits and `_`. Example: `containers`.
        "name" name: String,
        /// Its value. Example: `object.spec.template.spec.containers`.
        "expression" expression: String,
    }
}

record! {
    /// Something that must hold.
    pub struct RuleValidation {
        /// What must hold, in the Common Expression Language; the value is a boolean.
        /// Example: `object.spec.replicas <= 3`.
        "expression" expression: String,
        /// What is said when it does not hold: one line. Example: `more than three replicas`.
        "message" message: Option<String>,
        /// An expression for what is said, where that depends on the object. `message` stands in for it when it fails.
        /// Example: `'%d replicas'.format([object.spec.replicas])`.
        "messageExpression" message_expression: Option<String>,
        /// What to do about it; shown by `check` only. Example: `ask for the third node first`.
        "help" help: Option<String>,
    }
}

choice! {
    /// How bad it is when a rule does not hold.
    pub enum RuleSeverity {
        /// Nothing is planned or applied, and the cluster refuses the object.
        Error = "error",
        /// Worth a change; the cluster accepts the object with a warning.
        Warning = "warning",
    }
}

/// A rule of the estate as written.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnRule {
    /// Its name.
    pub name: LabelName,
    /// What it wants.
    pub fields: RuleFields,
    /// The whole document, with the place of each part.
    pub tree: Node,
}

impl OwnRule {
    /// Returns the path of a field of `spec`.
    pub fn field(&self, key: &str) -> FieldPath {
        FieldPath::default().key("spec").key(key)
    }

    /// Returns the place of its name.
    pub fn name_span(&self) -> Span {
        self.tree
            .span_at(&FieldPath::default().key("metadata").key("name"))
    }

    /// Returns how bad it is where the estate does not say otherwise.
    pub fn severity(&self) -> SeverityLevel {
        match self.fields.severity {
            None | Some(RuleSeverity::Error) => SeverityLevel::Error,
            Some(RuleSeverity::Warning) => SeverityLevel::Warning,
        }
    }
}
