//! The types that the API server gives to expressions before it evaluates them, as far as they decide whether it takes a rule: a
//! validation must be a boolean and a message text for sure, and `==` needs two sides of one type.

use std::collections::BTreeMap;

use kube_cel::cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use super::evaluate::VARIABLES;
use super::walk::walk;

/// The type of a value; fields of objects have none before they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Boolean,
    Text,
    Integer,
    Unsigned,
    Fraction,
    List,
    Mapping,
    Unknown,
}

/// The types of variables by name.
pub(super) type Types<'v> = BTreeMap<&'v str, Type>;

/// Functions whose value is a boolean.
const BOOLEAN: [&str; 34] = [
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "isSorted",
    "hasValue",
    "isQuantity",
    "isLessThan",
    "isGreaterThan",
    "isInteger",
    "isIP",
    "isCanonical",
    "isLoopback",
    "isUnspecified",
    "isLinkLocalUnicast",
    "isLinkLocalMulticast",
    "isGlobalUnicast",
    "isCIDR",
    "containsIP",
    "containsCIDR",
    "isSemver",
    "equivalent",
    "intersects",
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::LESS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::GREATER_EQUALS,
    operators::IN,
    operators::NOT_STRICTLY_FALSE,
];
/// Functions whose value is text.
const TEXT: [&str; 10] = [
    "string",
    "charAt",
    "join",
    "replace",
    "substring",
    "lowerAscii",
    "upperAscii",
    "trim",
    "format",
    "find",
];
/// Functions whose value is a whole number.
const INTEGER: [&str; 10] = [
    "int",
    "size",
    "indexOf",
    "lastIndexOf",
    "compareTo",
    "asInteger",
    "family",
    "prefixLength",
    "major",
    "minor",
];

impl Type {
    /// Returns its name in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Unsigned => "an unsigned number",
            Self::Fraction => "a fraction",
            Self::List => "a list",
            Self::Mapping => "a mapping",
            Self::Unknown => "anything",
        }
    }
}

/// Returns the type of an expression.
pub(super) fn of(expression: &IdedExpr, variables: &Types<'_>) -> Type {
    match &expression.expr {
        Expr::Literal(literal) => match literal {
            LiteralValue::Boolean(_) => Type::Boolean,
            LiteralValue::String(_) => Type::Text,
            LiteralValue::Int(_) => Type::Integer,
            LiteralValue::UInt(_) => Type::Unsigned,
            LiteralValue::Double(_) => Type::Fraction,
            LiteralValue::Bytes(_) | LiteralValue::Null => Type::Unknown,
        },
        Expr::List(_) => Type::List,
        Expr::Map(_) => Type::Mapping,
        Expr::Select(select) => match &select.operand.expr {
            _ if select.test => Type::Boolean,
            Expr::Ident(name) if name == VARIABLES => variables
                .get(select.field.as_str())
                .copied()
                .unwrap_or(Type::Unknown),
            _ => Type::Unknown,
        },
        // What a loop gathers is what it begins with, unless the result asks something of it.
        Expr::Comprehension(comprehension) => match &comprehension.result.expr {
            Expr::Ident(_) => of(&comprehension.accu_init, variables),
            _ => of(&comprehension.result, variables),
        },
        Expr::Call(call) => of_call(call, variables),
        Expr::Ident(_) | Expr::Struct(_) | Expr::Unspecified => Type::Unknown,
    }
}

fn of_call(call: &CallExpr, variables: &Types<'_>) -> Type {
    let name = call.func_name.as_str();
    let both = |one: &IdedExpr, other: &IdedExpr| (of(one, variables), of(other, variables));
    match (name, call.args.as_slice()) {
        (operators::CONDITIONAL, [_, yes, no]) => match both(yes, no) {
            (one, other) if one == other => one,
            _ => Type::Unknown,
        },
        (operators::ADD, [one, other]) => match both(one, other) {
            (one, Type::Unknown) => one,
            (Type::Unknown, other) => other,
            (one, other) if one == other => one,
            _ => Type::Unknown,
        },
        _ if BOOLEAN.contains(&name) => Type::Boolean,
        _ if TEXT.contains(&name) => Type::Text,
        _ if INTEGER.contains(&name) => Type::Integer,
        ("split" | "findAll", _) => Type::List,
        ("double" | "asApproximateFloat", _) => Type::Fraction,
        ("uint", _) => Type::Unsigned,
        _ => Type::Unknown,
    }
}

/// Returns the first two types that `==` or `!=` can never find equal, which the API server refuses.
pub(super) fn unequal(expression: &IdedExpr, variables: &Types<'_>) -> Option<(Type, Type)> {
    let mut found = None;
    walk(expression, &mut |part| {
        let Expr::Call(call) = &part.expr else {
            return;
        };
        if let (operators::EQUALS | operators::NOT_EQUALS, [one, other]) =
            (call.func_name.as_str(), call.args.as_slice())
        {
            let types = (of(one, variables), of(other, variables));
            let is_known = types.0 != Type::Unknown && types.1 != Type::Unknown;
            if found.is_none() && is_known && types.0 != types.1 {
                found = Some(types);
            }
        }
    });
    found
}
