//! Reading YAML: traps, spans, limits, recovery.

use proptest::prelude::*;
use steading_model::{Node, Report, ScalarKind, Severity, Sources, Value, yaml};

fn parse(text: &str) -> (Vec<Node>, Report, Sources) {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    let (documents, report) = yaml::parse(&sources, file);
    (documents, report, sources)
}

fn codes(text: &str) -> Vec<&'static str> {
    parse(text)
        .1
        .diagnostics()
        .iter()
        .map(|finding| finding.code.0)
        .collect()
}

/// Findings as `line:column code severity`, with the labels' lines.
fn findings(text: &str) -> Vec<String> {
    let (_, report, sources) = parse(text);
    let place = |span| {
        let at = sources.position(span);
        format!("{}:{}", at.line, at.column)
    };
    let show = |finding: &steading_model::Diagnostic| {
        let labels: Vec<String> = finding
            .labels
            .iter()
            .map(|label| format!(" <{}>", place(label.span)))
            .collect();
        let labels = labels.concat();
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!(
            "{} {} {severity}{labels}",
            finding.span.map_or("-".to_owned(), place),
            finding.code.0
        )
    };
    report.diagnostics().iter().map(show).collect()
}

fn json(text: &str) -> serde_json::Value {
    let (documents, report, _) = parse(text);
    assert!(!report.has_errors(), "{text}: {:?}", report.diagnostics());
    documents.first().map(Node::to_json).unwrap_or_default()
}

fn kind(text: &str, key: &str) -> (String, ScalarKind) {
    let (documents, ..) = parse(text);
    let scalar = documents[0]
        .get(key)
        .and_then(Node::as_scalar)
        .expect("the key is there")
        .clone();
    (scalar.text, scalar.kind)
}

#[test]
fn disputed_words_stay_text_with_a_warning() {
    for word in ["yes", "No", "ON", "off", "y", "N"] {
        let text = format!("country: {word}\n");
        assert_eq!(kind(&text, "country"), (word.to_owned(), ScalarKind::Text));
        assert_eq!(findings(&text), ["1:10 ST0020 warning"]);
        assert!(codes(&format!("country: '{word}'\n")).is_empty());
    }
    let (_, report, _) = parse("a: NO");
    assert_eq!(
        report.diagnostics()[0].message,
        "plain `NO` is taken as text here; kubectl and Helm would read the boolean false"
    );
    assert_eq!(
        report.diagnostics()[0].help.as_deref(),
        Some("write `false`, or `\"NO\"` for the text")
    );
}

#[test]
fn disputed_numbers_stay_as_written() {
    assert_eq!(findings("mode: 0755"), ["1:7 ST0021 warning"]);
    assert_eq!(
        kind("mode: 0755", "mode"),
        ("0755".into(), ScalarKind::Text)
    );
    assert_eq!(findings("a: 1_000"), ["1:4 ST0022 warning"]);
    assert_eq!(findings("a: 1e3"), ["1:4 ST0024 warning"]);
    assert_eq!(findings("a: 0o17"), ["1:4 ST0026 note"]);
    assert_eq!(findings("a: 18446744073709551616"), ["1:4 ST0023 warning"]);
    assert_eq!(
        kind("a: 9223372036854775808", "a"),
        ("9223372036854775808".into(), ScalarKind::Text)
    );
    assert_eq!(
        kind("a: 10000000", "a"),
        ("10000000".into(), ScalarKind::Integer(10_000_000))
    );
    assert_eq!(kind("a: 1.10", "a"), ("1.10".into(), ScalarKind::Float));
    assert!(
        codes("a: 22:22\nb: 2024-01-31\nc: 1.10\nd: 100m\ne: 10000000\nf: '0755'\n").is_empty()
    );
    assert_eq!(kind("a: 22:22", "a").1, ScalarKind::Text);
}

#[test]
fn keys_are_text_as_written() {
    assert_eq!(
        json("8080: a\ntrue: b\n1.10: c\n"),
        serde_json::json!({"8080": "a", "true": "b", "1.10": "c"})
    );
    assert_eq!(
        findings("y: 1\n\"n\": 2\n0755: 3\n1.10: 4\n8080: 5\n"),
        [
            "1:1 ST0025 warning",
            "3:1 ST0025 warning",
            "4:1 ST0025 warning"
        ]
    );
}

#[test]
fn duplicate_keys_are_errors_with_the_first_shown() {
    assert_eq!(findings("a: 1\nb: 2\na: 3\n"), ["3:1 ST0007 error <1:1>"]);
    assert_eq!(
        findings("x: {a: 1, a: 2, a: 3}\n"),
        ["1:11 ST0007 error <1:5>", "1:17 ST0007 error <1:5>"]
    );
    assert_eq!(findings("a: 1\n'a': 3\n"), ["2:1 ST0007 error <1:1>"]);
}

#[test]
fn anchors_aliases_and_merge_keys_follow_the_specification() {
    let text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nuse: {<<: [*b, *m], z: 5, w: *b}\n";
    assert_eq!(
        json(text)["use"],
        serde_json::json!({"x": 1, "y": 2, "z": 5, "w": {"x": 1, "y": 2}})
    );
    assert_eq!(
        findings("b: &b {x: 1}\nu:\n  x: 2\n  <<: *b\n"),
        ["4:3 ST0011 error <3:3>"]
    );
    assert!(codes("b: &b {x: 1}\nu:\n  z: 2\n  <<: *b\n").is_empty());
    assert_eq!(codes("b: &b {x: 1}\nu: {<<: *b, <<: *b}\n"), ["ST0011"]);
    assert_eq!(codes("u: {<<: 3}\n"), ["ST0011"]);
    assert_eq!(json("'<<': 3\n"), serde_json::json!({"<<": 3}));
    assert_eq!(findings("a: *nobody\n"), ["1:4 ST0008 error"]);
    assert_eq!(codes("a: &a [*a]\n"), ["ST0010"]);
    assert_eq!(
        json("k: &k name\n*k : v\n"),
        serde_json::json!({"k": "name", "name": "v"})
    );
}

#[test]
fn alias_bombs_are_refused() {
    let level = |level: usize| {
        format!(
            "a{}: &a{} [{}]\n",
            level,
            level,
            format!("*a{}, ", level - 1).repeat(9)
        )
    };
    let text: Vec<String> = (1..12).map(level).collect();
    let found = codes(&format!(
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n{}",
        text.concat()
    ));
    assert!(found.contains(&"ST0009"), "{found:?}");
    let level = |at: usize| {
        format!(
            "d{at}: &d{at} [{}*d{}{}]\n",
            "[".repeat(50),
            at - 1,
            "]".repeat(50)
        )
    };
    let deep: Vec<String> = (1..200).map(level).collect();
    assert!(codes(&format!("d0: &d0 x\n{}", deep.concat())).contains(&"ST0006"));
}

#[test]
fn tags_are_known_or_refused() {
    assert_eq!(
        json(
            "a: !!str 12\nb: !!int 3\nc: !!float 3\nd: !!map {}\ne: !!seq []\nf: !!null\ng: !!bool true\n"
        )["a"],
        "12"
    );
    assert_eq!(findings("a: !vault secret\n"), ["1:4 ST0012 error"]);
    assert_eq!(findings("a: !!binary aGk=\n"), ["1:4 ST0012 error"]);
    assert_eq!(codes("a: !!int abc\n"), ["ST0014"]);
    assert_eq!(codes("a: !!map [1]\n"), ["ST0014"]);
}

#[test]
fn tabs_are_named() {
    assert_eq!(
        findings("a:\n\tb: 1\n")[0].split(' ').nth(1),
        Some("ST0005")
    );
    assert_eq!(
        findings("a:\n  b: 1\n\tc: 2\n")[0].split(' ').nth(1),
        Some("ST0005")
    );
    assert_eq!(json("a:\t1\n"), serde_json::json!({"a": 1}));
}

#[test]
fn syntax_errors_end_their_document_only() {
    let (documents, report, _) = parse("a: 1\n---\nbad: [1, 2\n---\nb: 2\n");
    assert_eq!(documents.len(), 2, "{report:?}");
    assert_eq!(report.diagnostics().len(), 1);
    assert_eq!(findings("a: b: c\n"), ["1:5 ST0004 error"]);
    assert_eq!(findings("a: @x\n"), ["1:4 ST0004 error"]);
    assert_eq!(findings("a: `x`\n"), ["1:4 ST0004 error"]);
    assert_eq!(codes("a: \"x\n"), ["ST0004"]);
    assert_eq!(codes("{{ name }}: 1\n"), ["ST0013", "ST0013"]);
    assert_eq!(codes("? [a]\n: 1\n"), ["ST0013"]);
}

#[test]
fn several_and_empty_documents_are_told_apart() {
    assert_eq!(
        parse("---\na: 1\n---\n---\n# nothing\n---\nb: 1\n...\n")
            .0
            .len(),
        2
    );
    for empty in ["", "\n", "# only a comment\n", "---\n", "\u{feff}"] {
        assert!(parse(empty).0.is_empty(), "{empty:?}");
        assert!(parse(empty).1.is_empty(), "{empty:?}");
    }
}

#[test]
fn spans_are_right_with_byte_order_mark_and_carriage_returns() {
    let text =
        "\u{feff}a: 1\r\nbé:\r\n  c: 'x y'\r\n  d:\r\n  e: |\r\n    l1\r\n    l2\r\nf: [1, 2]\r\n";
    let (documents, report, sources) = parse(text);
    assert!(report.is_empty(), "{report:?}");
    let root = &documents[0];
    let slice = |node: &Node| text[node.span.range()].to_owned();
    assert_eq!(slice(root.get("a").unwrap()), "1");
    assert_eq!(slice(root.get("bé").unwrap().get("c").unwrap()), "'x y'");
    assert_eq!(slice(root.get("bé").unwrap().get("d").unwrap()), "d");
    assert_eq!(slice(root.get("f").unwrap()), "[1, 2]");
    assert_eq!(
        root.get("bé").unwrap().get("e").unwrap().as_text(),
        Some("l1\nl2\n")
    );
    let key = root.as_mapping().unwrap().entry("bé").unwrap();
    assert_eq!(&text[key.key_span.range()], "bé");
    assert_eq!(sources.place(root.get("f").unwrap().span), "a.yaml:8:4");
    assert!(slice(root.get("bé").unwrap()).starts_with("c: 'x y'"));
    assert!(slice(root.get("bé").unwrap()).ends_with("l2"));
}

#[test]
fn limits_hold() {
    for open in ["[", "{a: ", "- ", "? "] {
        let found = codes(&open.repeat(100_000));
        assert_eq!(found.first(), Some(&"ST0006"), "{open}: {found:?}");
    }
    let nested: Vec<String> = (0..50_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth % 300)))
        .collect();
    let nested = nested.concat();
    assert!(!codes(&nested).is_empty());
    assert_eq!(codes(&"a: 1\n".repeat(1 << 20)), ["ST0003"]);
    let keys: Vec<String> = (0..20_000).map(|key| format!("k{key}: 1\n")).collect();
    let keys = keys.concat();
    assert_eq!(codes(&keys), ["ST0015"]);
    assert_eq!(codes("a: \"x\"\nb: \0\n"), ["ST0002"]);
    assert_eq!(findings("a: 1\nb: x\u{1b}[31m\n"), ["2:5 ST0002 error"]);
    assert!(parse(&"a: 1\n".repeat(5_000)).1.diagnostics().len() <= 500);
}

#[test]
fn every_code_is_documented_once() {
    let mut names: Vec<&str> = yaml::CODES.iter().map(|(code, _)| code.0).collect();
    assert!(
        yaml::CODES
            .iter()
            .all(|(_, docs)| docs.len() > 60 && docs.ends_with('.'))
    );
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// A file that uses most of what YAML has.
const SEED: &str = "%YAML 1.2\n---\na: &x [1, 2.5, {b: !!str c}]\n\"d\": *x\n? e\n: |+\n  text\n\n  more\nf: >-\n  folded\n  text\n<<: {g: 'h', i: \"\\u00e9\\n\"}\n- j\n...\n---\n- k: yes\n  l: 0755\n- - m\n  - {n: , o}\n# c\n";

fn check(text: &str) {
    let (documents, report, _) = parse(text);
    for finding in report.diagnostics() {
        let span = finding.span.expect("every finding has a place");
        assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    }
    for document in &documents {
        check_spans(document, text);
    }
}

fn check_spans(node: &Node, text: &str) {
    assert!(
        text.get(node.span.range()).is_some(),
        "{:?} in {text:?}",
        node.span
    );
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| check_spans(item, text)),
        Value::Mapping(mapping) => mapping
            .entries()
            .iter()
            .for_each(|entry| check_spans(&entry.value, text)),
        Value::Null | Value::Scalar(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn random_structure_never_panics(text in "[-a:&*!|>{}\\[\\]?,'\"#%@` \t\r\n0-9<]{0,120}") {
        check(&text);
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(text) = yaml::decode("a.yaml", bytes) {
            check(&text);
        }
    }

    #[test]
    fn mutated_yaml_never_panics(edits in proptest::collection::vec((0..SEED.len(), 0..6_usize, "[-a:&*!|>{}\\[\\]?,'\"# \t\n]{0,3}"), 1..6)) {
        let mut text = SEED.to_owned();
        for (at, remove, insert) in edits {
            let start = at.min(text.len());
            let end = (start + remove).min(text.len());
            text.replace_range(start..end, &insert);
        }
        check(&text);
    }
}
