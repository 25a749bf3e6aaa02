//! Laws of the validator and of the notation.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use steading_model::{Object, Report, Sources};
use steading_rules::schema::{
    Catalog, Description, Field, Fields, List, ListStyle, Need, Record, Rest, ScopeWord, Structure,
    compact, read, violations,
};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("spec".to_owned()),
        Just("metadata".to_owned()),
        Just("template".to_owned()),
        Just("containers".to_owned()),
        Just("env".to_owned()),
        Just("labels".to_owned()),
        Just("annotations".to_owned()),
        Just("name".to_owned()),
        Just("ports".to_owned()),
        Just("openAPIV3Schema".to_owned()),
        Just("versions".to_owned()),
        Just("schema".to_owned()),
        Just("properties".to_owned()),
        Just("routes".to_owned()),
        ".{0,6}",
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn structure() -> impl Strategy<Value = Structure> {
    let word = "[ -~]{0,8}";
    let leaf = prop_oneof![
        Just(Structure::Anything),
        Just(Structure::Text),
        Just(Structure::Base64),
        Just(Structure::Boolean),
        Just(Structure::Integer),
        Just(Structure::Number),
        Just(Structure::IntegerOrText),
        Just(Structure::Quantity),
        prop::collection::vec(word, 1..4).prop_map(Structure::Choice),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let list = |item: Structure| {
            Structure::List(Box::new(List {
                item,
                style: ListStyle::Atomic,
            }))
        };
        prop_oneof![
            inner.clone().prop_map(list),
            inner
                .clone()
                .prop_map(|value| Structure::Map(Box::new(value))),
            record(inner).prop_map(Structure::Record),
        ]
    })
}

fn record(inner: impl Strategy<Value = Structure>) -> impl Strategy<Value = Record> {
    let field = (inner, any::<bool>()).prop_map(|(structure, required)| Field {
        structure,
        need: if required {
            Need::Required
        } else {
            Need::Optional
        },
        about: String::new(),
    });
    (
        prop::collection::btree_map("[a-zA-Z$_-]{1,8}", field, 0..4),
        any::<bool>(),
        "[a-z ]{0,12}",
    )
        .prop_map(
            |(fields, open, about): (BTreeMap<String, Field>, bool, String)| Record {
                fields,
                rest: if open { Rest::Open } else { Rest::Closed },
                about,
            },
        )
}

proptest! {
    #[test]
    fn validating_never_panics(
        kind in prop::sample::select(vec![
            ("apps/v1", "Deployment"), ("v1", "Secret"), ("v1", "Namespace"), ("batch/v1", "CronJob"),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("traefik.io/v1alpha1", "IngressRoute"), ("example.com/v1", "Nothing"), ("", ""),
        ]),
        name in ".{0,80}",
        body in value(),
    ) {
        let mut json = match body { Value::Object(_) => body, other => json!({ "spec": other }) };
        json["apiVersion"] = kind.0.into();
        json["kind"] = kind.1.into();
        if !json["metadata"].is_object() {
            json["metadata"] = json!({});
        }
        json["metadata"]["name"] = name.into();
        let object = Object::from_json(json, None).unwrap();
        for violation in violations(Catalog::shipped(), &object) {
            prop_assert!(!violation.problem.is_empty());
        }
    }

    #[test]
    fn descriptions_read_back_as_written(root in record(structure())) {
        let description = Description {
            group: "example.com".to_owned(), kind: "Widget".to_owned(), plural: "widgets".to_owned(), scope: ScopeWord::Cluster,
            versions: vec!["v1".to_owned()], short: Vec::new(), about: None, status: None, columns: Vec::new(), fields: Fields(root),
        };
        let mut sources = Sources::default();
        let file = sources.add("written.yaml", description.write());
        let (read, report) = read(&sources, file);
        prop_assert_eq!(report, Report::default());
        prop_assert_eq!(read, [description]);
    }

    #[test]
    fn reading_a_description_never_panics(text in "[ -~\n]{0,200}") {
        let mut sources = Sources::default();
        let file = sources.add("any.yaml", format!("group: a\nkind: A\nplural: as\nscope: cluster\nversions: [v1]\nfields: {{ a: {text} }}\n"));
        let (_, _report) = read(&sources, file);
    }
}

#[test]
fn packing_does_not_depend_on_the_order_of_documents() {
    let kind = |name: &str| {
        let answer = json!({ "200": { "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } } });
        json!({
            "paths": { format!("/apis/a/v1/namespaces/{{namespace}}/{name}s/{{name}}"): { "get": {
                "x-kubernetes-action": "get", "x-kubernetes-group-version-kind": { "group": "a", "version": "v1", "kind": name }, "responses": answer } } },
            "components": { "schemas": {
                name: { "type": "object", "properties": { "metadata": { "$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" } } },
                "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": { "type": "object", "properties": { "name": { "type": "string" } } },
            } },
        })
    };
    let (one, other) = (
        ("apis/a/v1".to_owned(), kind("One")),
        ("apis/b/v1".to_owned(), kind("Two")),
    );
    let packed = compact(&[one.clone(), other.clone()]).unwrap();
    assert_eq!(packed, compact(&[other, one]).unwrap());
    assert!(compact(&[("apis/a/v1".to_owned(), json!({ "paths": {} }))]).is_err());
}
