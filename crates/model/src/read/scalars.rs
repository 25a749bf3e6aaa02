//! Plain text, numbers and booleans.

use super::{Read, Reader};
use crate::node::{Node, ScalarKind};
use crate::shape::Shape;

impl Read for String {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let text = node.as_text().map(str::to_owned);
        if text.is_none() {
            reader.wrong_type(node, "text");
        }
        text
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "text",
            about: "any text",
            example: "",
        }
    }
}

impl Read for bool {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Some(ScalarKind::Boolean(value)) = node.as_scalar().map(|scalar| scalar.kind) {
            return Some(value);
        }
        reader.wrong_type(node, "`true` or `false`");
        None
    }

    fn shape() -> Shape {
        Shape::Boolean
    }
}

/// Reads a whole number within its limits.
pub(crate) fn read_integer(
    node: &Node,
    reader: &mut Reader<'_>,
    least: i64,
    greatest: i64,
) -> Option<i64> {
    match node.as_scalar().map(|scalar| scalar.kind) {
        Some(ScalarKind::Integer(value)) if (least..=greatest).contains(&value) => Some(value),
        Some(ScalarKind::Integer(_)) => {
            reader.invalid(node, &format!("must be between {least} and {greatest}"));
            None
        }
        _ => {
            reader.wrong_type(node, "a whole number");
            None
        }
    }
}

macro_rules! integers {
    ($($type:ty: $greatest:expr),* $(,)?) => {
        $(impl Read for $type {
            fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
                read_integer(node, reader, 0, $greatest)?.try_into().ok()
            }

            fn shape() -> Shape {
                Shape::Integer { least: 0, greatest: $greatest }
            }
        })*
    };
}

integers!(u16: i64::from(u16::MAX), u32: i64::from(i32::MAX), i64: i64::MAX);
