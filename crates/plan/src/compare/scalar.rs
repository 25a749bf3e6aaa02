//! When two scalars are the same: as amounts where the field is a quantity, as numbers or text where it may be either.

use serde_json::Value;
use steading_model::quantity::Quantity;

use super::path::{Segment, plain};

/// Maps whose values are quantities.
const QUANTITY_MAPS: [&str; 11] = [
    "requests",
    "limits",
    "capacity",
    "allocatable",
    "hard",
    "default",
    "defaultRequest",
    "max",
    "min",
    "maxLimitRequestRatio",
    "overhead",
];
/// Fields that are quantities.
const QUANTITIES: [&str; 4] = ["sizeLimit", "divisor", "averageValue", "storage"];
/// Fields that are a number or a text.
const NUMBER_OR_TEXT: [&str; 5] = [
    "port",
    "targetPort",
    "maxSurge",
    "maxUnavailable",
    "minAvailable",
];

/// Says whether two scalars at a path are the same; `inner` are the names below it, inside a list or map that is compared as a whole.
pub(super) fn same(path: &[Segment<'_>], inner: &[&str], desired: &Value, live: &Value) -> bool {
    if desired == live {
        return true;
    }
    if let (Some(one), Some(two)) = (desired.as_f64(), live.as_f64()) {
        return one.total_cmp(&two).is_eq();
    }
    let (field, holder) = names(path, inner);
    if QUANTITIES.contains(&field) || QUANTITY_MAPS.contains(&holder) {
        return amount(desired)
            .zip(amount(live))
            .is_some_and(|(one, two)| one == two);
    }
    NUMBER_OR_TEXT.contains(&field)
        && !desired.is_object()
        && !live.is_object()
        && plain(desired) == plain(live)
}

fn amount(value: &Value) -> Option<Quantity> {
    match value {
        Value::String(text) => Quantity::parse(text).ok(),
        Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
        _ => None,
    }
}

/// Returns the names of the field and of the field that holds it.
fn names<'a>(path: &[Segment<'a>], inner: &[&'a str]) -> (&'a str, &'a str) {
    let outer = path.iter().rev().map(|segment| match segment {
        Segment::Field(name) => name,
        Segment::Item(..) | Segment::Member(_) => "",
    });
    let mut names = inner.iter().rev().copied().chain(outer);
    (
        names.next().unwrap_or_default(),
        names.next().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_compared_only_where_the_field_is_one() {
        let requests = [Segment::Field("requests"), Segment::Field("cpu")];
        let limit = [Segment::Field("emptyDir"), Segment::Field("sizeLimit")];
        let label = [Segment::Field("labels"), Segment::Field("size")];
        for (path, one, two, equal) in [
            (&requests[..], json!("1000m"), json!("1"), true),
            (&requests, json!(0.5), json!("500m"), true),
            (&requests, json!(1), json!("1"), true),
            (&requests, json!("1"), json!("2"), false),
            (&requests, json!("none"), json!("1"), false),
            (&limit, json!("0.5Gi"), json!("512Mi"), true),
            (&label, json!("1000m"), json!("1"), false),
            (&label, json!("1"), json!(1), false),
            (&label, json!(1), json!(1.0), true),
        ] {
            assert_eq!(same(path, &[], &one, &two), equal, "{one} {two}");
        }
    }

    #[test]
    fn a_port_may_be_a_number_or_a_text() {
        let port = [Segment::Field("targetPort")];
        assert!(same(&port, &[], &json!("80"), &json!(80)));
        assert!(!same(&port, &[], &json!("http"), &json!(80)));
        assert!(same(&[], &["ports", "port"], &json!("80"), &json!(80)));
    }
}
