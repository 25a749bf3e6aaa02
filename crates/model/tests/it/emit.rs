//! Writing YAML: what is read back is what was written.

use proptest::prelude::*;
use serde_json::{Value, json};
use steading_model::{Node, ScalarKind, Sources, emit, yaml};

fn read(text: &str) -> Node {
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text);
    let (mut documents, report) = yaml::parse(&sources, file);
    assert!(report.is_empty(), "{report:?}\n{text}");
    documents.pop().unwrap_or_else(|| {
        Node::new(
            steading_model::Value::Null,
            steading_model::Span {
                file,
                start: 0,
                end: 0,
            },
        )
    })
}

/// Values as declarations and objects have them: integral floats are integers on the way to Kubernetes.
fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "\\PC{0,20}",
        "[-a:&*!|>{}\\[\\]?,'\"#%@` \t\r\n0-9<~=yn.]{0,12}",
        "(yes|no|on|off|y|n|null|~|0755|1e3|1_0|2024-01-01|12:30|.inf|0x1F|<<|=)",
        "( ?[a-z]{0,3} ?\n){0,4}[a-z]?",
        any::<String>()
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_000_000_000_i64..9_000_000_000).prop_map(Value::from),
        text.clone().prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(text.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_come_back(value in values()) {
        let text = emit::value(&value);
        prop_assert_eq!(read(&text).to_json(), value, "{}", text);
    }

    #[test]
    fn nodes_come_back(value in values()) {
        let node = read(&emit::value(&value));
        let again = read(&emit::node(&node));
        prop_assert_eq!(again.to_json(), value);
    }

    #[test]
    fn no_literal_holds_a_tab_or_a_trailing_space(text in "[a \t\n\r]{0,20}") {
        let written = emit::value(&json!({ "a": text }));
        prop_assert!(!written.contains('\t'));
        prop_assert!(written.lines().all(|line| !line.ends_with(' ')), "{}", written);
    }
}

#[test]
fn scalars_keep_their_spelling() {
    let node = read("a: 1.10\nb: \"0755\"\nc: TRUE\nd: +5\n");
    assert_eq!(emit::node(&node), "a: 1.10\nb: \"0755\"\nc: TRUE\nd: +5\n");
    assert_eq!(
        read(&emit::node(&node))
            .get("c")
            .unwrap()
            .as_scalar()
            .unwrap()
            .kind,
        ScalarKind::Boolean(true)
    );
}

#[test]
fn very_long_keys_come_back() {
    let value = json!({ "é".repeat(2_000): { "x": [1] }, "b": 1 });
    assert_eq!(read(&emit::value(&value)).to_json(), value);
}

#[test]
fn many_objects_are_written_quickly() {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "prod-web", "labels": { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "prod-web" } },
        "spec": {
            "replicas": 2, "selector": { "matchLabels": { "app.kubernetes.io/name": "web" } },
            "template": { "metadata": { "labels": { "app.kubernetes.io/name": "web" } }, "spec": { "containers": [{
                "name": "web", "image": "ghcr.io/me/web:1.2.3@sha256:abc", "ports": [{ "containerPort": 3000, "name": "http" }],
                "env": [{ "name": "A", "value": "1" }, { "name": "URL", "value": "https://a.example.org/x" }, { "name": "ON", "value": "yes" }],
                "resources": { "requests": { "cpu": "100m", "memory": "256Mi" }, "limits": { "memory": "512Mi" } },
                "readinessProbe": { "httpGet": { "path": "/health", "port": "http" }, "timeoutSeconds": 5 },
            }] } },
        },
    });
    let start = std::time::Instant::now();
    let bytes: usize = (0..8_000).map(|_| emit::kubernetes(&object).len()).sum();
    println!("{bytes} bytes in {:?}", start.elapsed());
    let limit = if cfg!(debug_assertions) { 15.0 } else { 0.3 };
    assert!(
        start.elapsed().as_secs_f64() < limit,
        "{:?}",
        start.elapsed()
    );
}
