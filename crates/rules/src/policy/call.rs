//! Calls the functions of `kube-cel`.

use kube_cel::KubeCelExt;
use kube_cel::cel;
use kube_cel::cel::common::ast::{CallExpr, Expr, IdedExpr};
use kube_cel::cel::{Context, ExecutionError};

use super::evaluate::{Evaluation, Outcome};
use super::failure::Failure;
use super::functions::NAMESPACES;
use super::value::Value;

/// The names under which values are passed; no expression can name them.
const TARGET: &str = "@target";
const ARGUMENTS: [&str; 4] = ["@0", "@1", "@2", "@3"];
/// How many bytes of text one step works through.
const BYTES_OF_A_STEP: usize = 64;

/// The functions of Kubernetes.
pub(super) struct Functions(Context<'static>);

impl Functions {
    pub(super) fn new() -> Self {
        Self(Context::default().with_all())
    }

    /// Returns the name of a function with the namespace that it is called in, such as `math.greatest`.
    #[expect(clippy::unused_self, reason = "the names are those of these functions")]
    pub(super) fn qualified(&self, target: &IdedExpr, name: &str) -> Option<String> {
        match &target.expr {
            Expr::Ident(namespace) if NAMESPACES.contains(&namespace.as_str()) => {
                Some(format!("{namespace}.{name}"))
            }
            _ => None,
        }
    }

    /// Calls a function.
    pub(super) fn call<'a>(
        &self,
        name: &str,
        target: Option<&Value<'a>>,
        arguments: &[Value<'a>],
        evaluation: &Evaluation<'a>,
    ) -> Outcome<'a> {
        let refused = || Failure::Refused(plain_name(name).to_owned());
        let pass = |value: &Value<'a>| value.passed().ok_or_else(refused);
        let target = target.map(pass).transpose()?;
        let arguments: Vec<cel::Value> = arguments.iter().map(pass).collect::<Result<_, _>>()?;
        evaluation.charge(work(name, target.as_ref(), &arguments))?;
        let mut context = self.0.new_inner_scope();
        let mut call = CallExpr {
            func_name: name.to_owned(),
            target: None,
            args: Vec::new(),
        };
        if let Some((namespace, rest)) = name.split_once('.') {
            rest.clone_into(&mut call.func_name);
            call.target = Some(Box::new(named(namespace)));
        }
        if let Some(target) = target {
            context.add_variable_from_value(TARGET, target);
            call.target = Some(Box::new(named(TARGET)));
        }
        for (name, argument) in ARGUMENTS.into_iter().zip(arguments) {
            context.add_variable_from_value(name, argument);
            call.args.push(named(name));
        }
        let call = IdedExpr {
            id: 0,
            expr: Expr::Call(call),
        };
        match cel::Value::resolve(&call, &context) {
            Ok(value) => {
                evaluation.charge(bytes(&value) / BYTES_OF_A_STEP)?;
                Ok(Value::returned(value))
            }
            Err(error) => Err(failure(name, &error)),
        }
    }
}

fn named(name: &str) -> IdedExpr {
    IdedExpr {
        id: 0,
        expr: Expr::Ident(name.to_owned()),
    }
}

/// Returns an operator as it is written, and any other name as it is.
fn plain_name(name: &str) -> &str {
    match name {
        "-_" => "-",
        name => name
            .strip_prefix('_')
            .and_then(|name| name.strip_suffix('_'))
            .unwrap_or(name),
    }
}

/// The errors of functions may hold values of objects; ours may not.
fn failure(name: &str, error: &ExecutionError) -> Failure {
    let name = plain_name(name);
    match error {
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            Failure::Types("a division by zero".to_owned())
        }
        ExecutionError::Overflow(..) => Failure::Types("a number is too large".to_owned()),
        ExecutionError::NoSuchKey(key) => Failure::Missing(key.to_string()),
        ExecutionError::UndeclaredReference(name) => Failure::Unknown(name.to_string()),
        _ => Failure::Refused(name.to_owned()),
    }
}

/// Returns how many steps a call counts for, before it is made: what it reads, and for those that multiply also what they make.
fn work(name: &str, target: Option<&cel::Value>, arguments: &[cel::Value]) -> usize {
    let given = target.map_or(0, bytes);
    let more: usize = arguments.iter().map(bytes).sum();
    let made = match name {
        "replace" | "join" | "format" | "lists.range" => (given + 1).saturating_mul(more + 1),
        _ => 0,
    };
    let range = match (name, arguments) {
        ("lists.range", [cel::Value::Int(count)]) => usize::try_from(*count).unwrap_or(0),
        _ => 0,
    };
    1 + (given + more + made) / BYTES_OF_A_STEP + range
}

fn bytes(value: &cel::Value) -> usize {
    match value {
        cel::Value::String(text) => text.len(),
        cel::Value::Bytes(bytes) => bytes.len(),
        cel::Value::List(items) => items.iter().map(|item| 8 + bytes(item)).sum(),
        cel::Value::Map(map) => map.map.values().map(|value| 32 + bytes(value)).sum(),
        _ => 8,
    }
}
