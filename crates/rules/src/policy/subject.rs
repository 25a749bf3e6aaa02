//! A declaration as rules see it.

use kube_cel::cel::common::ast::{Expr, IdedExpr};
use serde_json::{Map, Value, json};
use steading_model::application::Application;
use steading_model::estate::Estate;
use steading_model::name::HostName;
use steading_model::{FieldPath, Node, Span};

use super::compile::Policy;
use super::walk::walk;

/// Returns a declaration as expressions see it.
pub(super) fn json(application: &Application, estate: &Estate) -> Value {
    let part = |path: &FieldPath| application.tree.find(path).map(Node::to_json);
    let spec = FieldPath::default().key("spec");
    let components: Map<String, Value> = application
        .components
        .iter()
        .filter_map(|component| Some((component.name.to_string(), part(&component.path)?)))
        .collect();
    let hosts: Vec<String> = estate
        .hosts(application)
        .iter()
        .map(HostName::to_string)
        .collect();
    json!({
        "metadata": { "name": application.name.as_str() },
        "spec": part(&spec),
        "environment": application.environment.as_str(),
        "namespace": application.namespace.as_str(),
        "tier": application.tier.as_str(),
        "hosts": hosts,
        "components": components,
    })
}

/// Collects the fields of `application` that an expression names, as paths of the declaration.
pub(super) fn fields(expression: &IdedExpr, paths: &mut Vec<FieldPath>) {
    walk(expression, &mut |part| paths.extend(path(part)));
}

fn path(expression: &IdedExpr) -> Option<FieldPath> {
    match &expression.expr {
        Expr::Ident(name) if name == "application" => Some(FieldPath::default()),
        Expr::Select(select) => Some(path(&select.operand)?.key(select.field.as_str())),
        _ => None,
    }
}

/// Returns where findings about a declaration point at: the deepest field that the rule names and that was written, else the name.
pub(super) fn span(application: &Application, policy: &Policy) -> Span {
    let mut paths = Vec::new();
    let variables = policy.variables.iter().map(|(_, expression)| expression);
    let validations = policy
        .validations
        .iter()
        .map(|validation| &validation.expression);
    for expression in validations.chain(variables) {
        fields(&expression.tree, &mut paths);
    }
    let written = paths
        .iter()
        .filter(|path| application.tree.find(path).is_some())
        .max_by_key(|path| path.segments().len());
    match written {
        Some(path) => application.tree.key_span_at(path),
        None => application.span(&FieldPath::default()),
    }
}
