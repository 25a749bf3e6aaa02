//! The functions that expressions can call: those that `kube-cel` and the API server evaluate alike.
//!
//! A test on the lab hands an example of each to a real API server.

/// The namespaces of functions.
pub(super) const NAMESPACES: [&str; 6] = ["base64", "format", "ip", "math", "optional", "sets"];

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `name(a)`.
    Plain,
    /// `a.name()`.
    Method,
    /// Both ways.
    Either,
}

/// A function.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// How few values it takes, the one before the dot (or that could be) aside.
    pub(super) least: usize,
    /// How many at most.
    pub(super) most: usize,
    /// An expression with it that is true.
    pub(super) example: &'static str,
}

const fn plain(name: &'static str, count: usize, example: &'static str) -> Function {
    Function {
        name,
        form: Form::Plain,
        least: count,
        most: count,
        example,
    }
}

const fn method(name: &'static str, least: usize, most: usize, example: &'static str) -> Function {
    Function {
        name,
        form: Form::Method,
        least,
        most,
        example,
    }
}

/// All functions.
pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "size",
        form: Form::Either,
        least: 0,
        most: 0,
        example: "size('äöü') == 3 && [1, 2].size() == 2",
    },
    // Conversions.
    plain("dyn", 1, "dyn(1) == 1"),
    plain("int", 1, "int('3') == 3"),
    plain("uint", 1, "uint(3) == 3u"),
    plain("double", 1, "double('1.5') == 1.5"),
    plain("string", 1, "string(3) == '3'"),
    plain("bytes", 1, "size(bytes('ä')) == 2"),
    plain("duration", 1, "duration('1h') > duration('59m')"),
    plain(
        "timestamp",
        1,
        "timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-02T00:00:00Z')",
    ),
    // Text.
    method("contains", 1, 1, "'abc'.contains('b')"),
    method("startsWith", 1, 1, "'abc'.startsWith('a')"),
    method("endsWith", 1, 1, "'abc'.endsWith('c')"),
    Function {
        name: "matches",
        form: Form::Either,
        least: 1,
        most: 1,
        example: "'v1.2'.matches('^v[0-9]+[.]') && matches('a', 'a')",
    },
    method("charAt", 1, 1, "'abc'.charAt(1) == 'b'"),
    method("indexOf", 1, 2, "'abcb'.indexOf('b') == 1"),
    method("lastIndexOf", 1, 2, "'abcb'.lastIndexOf('b') == 3"),
    method("join", 0, 1, "['a', 'b'].join(',') == 'a,b'"),
    method("split", 1, 2, "'a/b'.split('/')[1] == 'b'"),
    method("replace", 2, 3, "'abc'.replace('b', 'x') == 'axc'"),
    method("substring", 1, 2, "'abcd'.substring(1, 3) == 'bc'"),
    method("lowerAscii", 0, 0, "'ABC'.lowerAscii() == 'abc'"),
    method("upperAscii", 0, 0, "'abc'.upperAscii() == 'ABC'"),
    method("trim", 0, 0, "' a '.trim() == 'a'"),
    method("format", 1, 1, "'%s-%d'.format(['a', 1]) == 'a-1'"),
    method("find", 1, 1, "'abc 12'.find('[0-9]+') == '12'"),
    method("findAll", 1, 2, "'1 2'.findAll('[0-9]') == ['1', '2']"),
    // Lists.
    method("isSorted", 0, 0, "[1, 2].isSorted()"),
    method("sum", 0, 0, "[1, 2].sum() == 3"),
    method("min", 0, 0, "[1, 2].min() == 1"),
    method("max", 0, 0, "[1, 2].max() == 2"),
    plain("sets.contains", 2, "sets.contains([1, 2], [1])"),
    plain("sets.equivalent", 2, "sets.equivalent([1, 1], [1])"),
    plain("sets.intersects", 2, "sets.intersects([1, 2], [2])"),
    // Optional values.
    plain("optional.none", 0, "!optional.none().hasValue()"),
    plain("optional.of", 1, "optional.of(1).value() == 1"),
    method("hasValue", 0, 0, "optional.of(1).hasValue()"),
    method("value", 0, 0, "optional.of('a').value() == 'a'"),
    method("orValue", 1, 1, "{'a': 1}[?'b'].orValue(2) == 2"),
    method(
        "or",
        1,
        1,
        "optional.none().or(optional.of(1)).value() == 1",
    ),
    // Quantities.
    plain("quantity", 1, "quantity('0.5Gi') == quantity('512Mi')"),
    plain("isQuantity", 1, "isQuantity('1Gi') && !isQuantity('1 GB')"),
    method(
        "isLessThan",
        1,
        1,
        "quantity('500m').isLessThan(quantity('1'))",
    ),
    method(
        "isGreaterThan",
        1,
        1,
        "quantity('1G').isGreaterThan(quantity('900M'))",
    ),
    method(
        "compareTo",
        1,
        1,
        "quantity('1Gi').compareTo(quantity('1024Mi')) == 0",
    ),
    method(
        "add",
        1,
        1,
        "quantity('1').add(quantity('1')) == quantity('2')",
    ),
    method("sub", 1, 1, "quantity('3').sub(1) == quantity('2')"),
    method("isInteger", 0, 0, "quantity('2k').isInteger()"),
    method("asInteger", 0, 0, "quantity('2k').asInteger() == 2000"),
    method(
        "asApproximateFloat",
        0,
        0,
        "quantity('500m').asApproximateFloat() == 0.5",
    ),
    // Addresses.
    plain("ip", 1, "ip('10.0.0.1').family() == 4"),
    plain("isIP", 1, "isIP('10.0.0.1') && !isIP('10.0.0')"),
    plain("ip.isCanonical", 1, "ip.isCanonical('10.0.0.1')"),
    method("family", 0, 0, "ip('::1').family() == 6"),
    method("isLoopback", 0, 0, "ip('127.0.0.1').isLoopback()"),
    method("isUnspecified", 0, 0, "ip('0.0.0.0').isUnspecified()"),
    method(
        "isLinkLocalUnicast",
        0,
        0,
        "ip('169.254.1.1').isLinkLocalUnicast()",
    ),
    method(
        "isLinkLocalMulticast",
        0,
        0,
        "ip('224.0.0.1').isLinkLocalMulticast()",
    ),
    method("isGlobalUnicast", 0, 0, "ip('10.0.0.1').isGlobalUnicast()"),
    plain("cidr", 1, "cidr('10.0.0.0/8').containsIP('10.1.2.3')"),
    plain("isCIDR", 1, "isCIDR('10.0.0.0/8')"),
    method(
        "containsIP",
        1,
        1,
        "cidr('10.0.0.0/8').containsIP(ip('10.1.2.3'))",
    ),
    method(
        "containsCIDR",
        1,
        1,
        "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
    ),
    method(
        "prefixLength",
        0,
        0,
        "cidr('10.0.0.0/8').prefixLength() == 8",
    ),
    method(
        "masked",
        0,
        0,
        "cidr('10.1.0.0/8').masked() == cidr('10.0.0.0/8')",
    ),
    // Versions.
    plain("semver", 1, "semver('1.2.3').isLessThan(semver('1.10.0'))"),
    plain("isSemver", 1, "isSemver('1.2.3') && !isSemver('v1')"),
    method("major", 0, 0, "semver('1.2.3').major() == 1"),
    method("minor", 0, 0, "semver('1.2.3').minor() == 2"),
    method("patch", 0, 0, "semver('1.2.3').patch() == 3"),
    // Formats.
    method(
        "validate",
        1,
        1,
        "!format.dns1123Label().validate('a-b').hasValue()",
    ),
    plain(
        "format.dns1123Label",
        0,
        "format.dns1123Label().validate('A').hasValue()",
    ),
    plain(
        "format.dns1123Subdomain",
        0,
        "!format.dns1123Subdomain().validate('a.b').hasValue()",
    ),
    plain(
        "format.dns1035Label",
        0,
        "format.dns1035Label().validate('1a').hasValue()",
    ),
    plain(
        "format.qualifiedName",
        0,
        "!format.qualifiedName().validate('a.b/c').hasValue()",
    ),
    plain(
        "format.labelValue",
        0,
        "!format.labelValue().validate('a_b').hasValue()",
    ),
    plain(
        "format.uri",
        0,
        "!format.uri().validate('https://example.org').hasValue()",
    ),
    plain("format.uuid", 0, "format.uuid().validate('a').hasValue()"),
    plain(
        "format.date",
        0,
        "!format.date().validate('2026-01-31').hasValue()",
    ),
    plain(
        "format.datetime",
        0,
        "format.datetime().validate('2026').hasValue()",
    ),
];

/// What the API server knows and we do not, or the other way round, with what to write instead.
pub(super) static NOT_ALIKE: &[(&str, &str)] = &[
    ("type", "compare the value with what it should be"),
    ("bind", "write the value as an entry of `variables`"),
    (
        "optMap",
        "ask with `has(…)`, or give a value with `orValue(…)`",
    ),
    (
        "optFlatMap",
        "ask with `has(…)`, or give a value with `orValue(…)`",
    ),
    ("all", "write `all(item, …)` with one name"),
    ("exists", "write `exists(item, …)` with one name"),
    ("exists_one", "write `exists_one(item, …)` with one name"),
    ("existsOne", "write `exists_one(item, …)` with one name"),
    ("transformList", "write `map(item, …)`"),
    ("transformMap", "write `map(item, …)`"),
    ("transformMapEntry", "write `map(item, …)`"),
    ("sortBy", "compare with the items themselves"),
    ("greatest", "write `a > b ? a : b`"),
    ("least", "write `a < b ? a : b`"),
    ("encode", "compare with the text itself"),
    ("decode", "compare with the text itself"),
    ("sign", "compare with `quantity('0')`"),
    ("url", "take the text apart with `split(…)` or `find(…)`"),
    ("isURL", "compare the text with `matches(…)`"),
    (
        "authorizer",
        "who sends a request is not known before it is sent",
    ),
];

/// Returns the functions by name, each with an example that is true.
pub fn functions() -> impl Iterator<Item = (&'static str, &'static str)> {
    FUNCTIONS
        .iter()
        .map(|function| (function.name, function.example))
}

/// Finds a function.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use kube_cel::cel::parser::Parser;

    use super::super::call::Functions;
    use super::super::evaluate::Evaluation;
    use super::*;

    #[test]
    fn the_example_of_each_function_is_true() {
        let functions = Functions::new();
        let variables = BTreeMap::new();
        let mut wrong = Vec::new();
        for function in FUNCTIONS {
            let parser = Parser::new().enable_optional_syntax(true);
            let expression = parser.parse(function.example).unwrap();
            let last = function.name.rsplit('.').next().unwrap();
            assert!(
                function.example.contains(&format!("{last}(")),
                "{}",
                function.name
            );
            let evaluation = Evaluation::new(&functions, Vec::new(), &variables);
            match evaluation.value(&expression) {
                Ok(value) if value.as_boolean() == Some(true) => {}
                Ok(value) => wrong.push(format!("{}: {}", function.name, value.type_name())),
                Err(failure) => wrong.push(format!("{}: {failure}", function.name)),
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn names_are_there_once() {
        let names: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        assert_eq!(names.len(), FUNCTIONS.len());
    }
}
