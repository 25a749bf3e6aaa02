//! Rules as `ValidatingAdmissionPolicy`: the API server then refuses what `check` refuses.
//!
//! A policy is about the objects of one estate only, by Steading's own labels, and never about what all applications share. An
//! application that waives a rule is left out of its policy, because the API server knows no waivers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value, json};
use steading_model::Object;
use steading_model::application::Application;
use steading_model::desired::{
    FIELD_MANAGER, LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE, LABEL_MANAGED_BY,
    SHARED_APPLICATION, SHARED_ENVIRONMENT,
};
use steading_model::estate::{Estate, SeverityLevel};
use steading_model::name::{EnvironmentName, NamespaceName};
use steading_model::policy::{ObjectMatch, OwnRule};

use super::compile::{ENVIRONMENT, ESTATE, Policies, Policy, Subject, Validation, severity};
use super::evaluate::VARIABLES;
use super::expression::names;
use crate::check::waived_by;

/// What an exported rule needs to know.
pub struct Grounds<'a> {
    /// The estate.
    pub estate: &'a Estate,
    /// All applications in all their environments: their waivers count.
    pub applications: &'a [Application],
    /// The day on which waivers are looked at.
    pub today: Option<Date>,
}

/// What becomes of a rule in a cluster.
#[derive(Clone, Debug, PartialEq)]
pub enum Exported {
    /// A policy and its binding.
    Policy(Vec<Object>),
    /// Nothing, and why.
    Nothing(&'static str),
}

impl Policies {
    /// Returns what each rule becomes in a cluster.
    pub fn export(&self, grounds: &Grounds<'_>) -> Vec<(&str, Exported)> {
        self.all
            .iter()
            .map(|policy| (policy.rule.name.as_str(), policy.export(grounds)))
            .collect()
    }

    /// Says whether any rule is kept in the cluster by `steading apply`.
    pub fn has_installed(&self) -> bool {
        self.all.iter().any(Policy::is_installed)
    }

    /// Returns the policies that `steading apply` keeps in the cluster.
    pub fn installed(&self, grounds: &Grounds<'_>) -> Vec<Object> {
        let installed = self.all.iter().filter(|policy| policy.is_installed());
        installed
            .flat_map(|policy| match policy.export(grounds) {
                Exported::Policy(objects) => objects,
                Exported::Nothing(_) => Vec::new(),
            })
            .collect()
    }
}

impl Policy {
    fn is_installed(&self) -> bool {
        self.rule.fields.install == Some(true)
    }

    fn export(&self, grounds: &Grounds<'_>) -> Exported {
        let action = match severity(&self.rule, grounds.estate) {
            SeverityLevel::Error => "Deny",
            SeverityLevel::Warning => "Warn",
            SeverityLevel::Off => return Exported::Nothing("it is off in `estate.yaml`"),
        };
        let Some(objects) = self.objects() else {
            return Exported::Nothing("it is about declarations, which the API server never sees");
        };
        let name = policy_name(&self.rule, grounds.estate);
        let policy = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": metadata(&name, grounds.estate, &self.rule),
            "spec": self.spec(objects, grounds),
        });
        let binding = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": metadata(&name, grounds.estate, &self.rule),
            "spec": { "policyName": name, "validationActions": [action] },
        });
        let span = Some(self.rule.name_span());
        Exported::Policy(
            [policy, binding]
                .into_iter()
                .filter_map(|json| Object::from_json(json, span))
                .collect(),
        )
    }

    fn objects(&self) -> Option<&ObjectMatch> {
        (self.subject() == Subject::Objects)
            .then_some(self.rule.fields.matching.objects.as_ref())
            .flatten()
    }

    fn spec(&self, objects: &ObjectMatch, grounds: &Grounds<'_>) -> Value {
        let mut spec = json!({
            "failurePolicy": "Fail",
            "matchConstraints": {
                "matchPolicy": "Equivalent",
                "namespaceSelector": namespaces(objects),
                "objectSelector": selector(objects, grounds.estate),
                "resourceRules": self.resource_rules(objects),
            },
            "validations": self.validations.iter().map(validation).collect::<Vec<_>>(),
        });
        let waived = waived_by(self.rule.name.as_str(), grounds.applications, grounds.today);
        if !waived.is_empty() {
            spec["matchConditions"] =
                json!([{ "name": "not-waived", "expression": not_waived(&waived) }]);
        }
        let variables = self.exported_variables(grounds.estate);
        if !variables.is_empty() {
            spec["variables"] = variables.into();
        }
        spec
    }

    fn resource_rules(&self, objects: &ObjectMatch) -> Vec<Value> {
        let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (kind, resource) in objects.kinds.iter().zip(&self.resources) {
            groups
                .entry((kind.group(), kind.version()))
                .or_default()
                .push(resource);
        }
        groups
            .into_iter()
            .map(|((group, version), mut resources)| {
                resources.sort_unstable();
                resources.dedup();
                json!({
                    "apiGroups": [group],
                    "apiVersions": [version],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": resources,
                    "scope": "*",
                })
            })
            .collect()
    }

    /// Returns the variables: first those that Steading gives by itself, where the rule names them.
    fn exported_variables(&self, estate: &Estate) -> Vec<Value> {
        let texts: Vec<&str> = self.texts().collect();
        let uses = |name: &str| {
            let mut all = texts.iter().flat_map(|text| names(text));
            all.any(|found| found.text == name && !found.is_part)
        };
        let label = label(LABEL_ENVIRONMENT);
        let given = [(ESTATE, format!("'{}'", estate.name)), (ENVIRONMENT, label)];
        let given = given.into_iter().filter(|(name, _)| uses(name));
        let declared = self
            .variables
            .iter()
            .map(|(name, expression)| (name.as_str(), exported(&expression.text)));
        given
            .chain(declared)
            .map(|(name, expression)| json!({ "name": name, "expression": expression }))
            .collect()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let variables = self.variables.iter().map(|(_, expression)| expression);
        let validations = self.validations.iter().flat_map(|validation| {
            std::iter::once(&validation.expression).chain(&validation.message_expression)
        });
        variables
            .chain(validations)
            .map(|expression| expression.text.as_str())
    }
}

/// Returns the name of a rule's policy; no two rules and estates have the same.
fn policy_name(rule: &OwnRule, estate: &Estate) -> String {
    format!("{}.{}.steading.dev", rule.name, estate.name)
}

fn metadata(name: &str, estate: &Estate, rule: &OwnRule) -> Value {
    json!({
        "name": name,
        "labels": {
            LABEL_MANAGED_BY: FIELD_MANAGER,
            LABEL_ESTATE: estate.name.as_str(),
            LABEL_APPLICATION: SHARED_APPLICATION,
            LABEL_ENVIRONMENT: SHARED_ENVIRONMENT,
        },
        "annotations": { "kubernetes.io/description": rule.fields.why.as_str() },
    })
}

fn namespaces(objects: &ObjectMatch) -> Value {
    if objects.namespaces.is_empty() {
        return json!({});
    }
    let names: Vec<&str> = objects
        .namespaces
        .iter()
        .map(NamespaceName::as_str)
        .collect();
    json!({ "matchExpressions": [{ "key": "kubernetes.io/metadata.name", "operator": "In", "values": names }] })
}

fn selector(objects: &ObjectMatch, estate: &Estate) -> Value {
    let mut labels: Map<String, Value> = objects
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), value.as_str().into()))
        .collect();
    labels.insert(LABEL_ESTATE.to_owned(), estate.name.as_str().into());
    let environments: Vec<&str> = objects
        .environments
        .iter()
        .map(EnvironmentName::as_str)
        .collect();
    let (operator, values) = if environments.is_empty() {
        ("NotIn", vec![SHARED_ENVIRONMENT])
    } else {
        ("In", environments)
    };
    json!({
        "matchLabels": labels,
        "matchExpressions": [{ "key": LABEL_ENVIRONMENT, "operator": operator, "values": values }],
    })
}

fn validation(validation: &Validation) -> Value {
    let Validation {
        expression,
        message,
        message_expression,
        help: _,
    } = validation;
    let mut written = json!({ "expression": exported(&expression.text) });
    if let Some(message) = message {
        written["message"] = message.as_str().into();
    }
    if let Some(expression) = message_expression {
        written["messageExpression"] = exported(&expression.text).into();
    }
    written
}

/// Writes an expression for the API server, where what Steading gives by itself are variables.
fn exported(text: &str) -> String {
    let mut written = String::new();
    let mut from = 0;
    for name in names(text) {
        if !name.is_part && [ESTATE, ENVIRONMENT].contains(&name.text) {
            written.push_str(&text[from..name.at]);
            written.push_str(VARIABLES);
            written.push('.');
            from = name.at;
        }
    }
    written.push_str(&text[from..]);
    written
}

/// Returns an expression for the value of a label, empty where it is not there.
fn label(name: &str) -> String {
    format!("object.metadata.?labels[?'{name}'].orValue('')")
}

fn not_waived(waived: &[(String, String)]) -> String {
    let list: Vec<String> = waived
        .iter()
        .map(|(environment, application)| format!("'{environment}/{application}'"))
        .collect();
    format!(
        "!({} + '/' + {} in [{}])",
        label(LABEL_ENVIRONMENT),
        label(LABEL_APPLICATION),
        list.join(", ")
    )
}
