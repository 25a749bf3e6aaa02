//! Descriptions of custom resources: from definitions, to definitions, written and read.

use serde_json::{Value, json};
use steading_model::{Object, Report, Sources};
use steading_rules::schema::{
    Catalog, Description, custom_definitions, from_definition, own, read, violations, write,
};

fn definition() -> Value {
    let fields = |more: Value| {
        json!({ "openAPIV3Schema": { "type": "object", "required": ["spec"], "properties": {
            "apiVersion": { "type": "string" }, "kind": { "type": "string" }, "metadata": { "type": "object" },
            "spec": { "type": "object", "required": ["size", "mode"], "properties": {
                "size": { "x-kubernetes-int-or-string": true },
                "mode": { "type": "string", "enum": ["", "very fast", "Slow"], "default": "Slow" },
                "odd!": { "type": "string" },
                "tags": { "type": "array", "x-kubernetes-list-type": "set", "items": { "type": "string" } },
                "rules": { "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                    "items": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" }, "weight": { "type": "number" } } } },
                "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                "template": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                "more": more,
            } },
        } } })
    };
    json!({ "kind": "CustomResourceDefinition", "spec": {
        "group": "example.com", "scope": "Namespaced", "names": { "kind": "Widget", "plural": "widgets" },
        "versions": [
            { "name": "v1", "served": true, "schema": fields(json!({ "type": "boolean" })), "subresources": { "status": {} } },
            { "name": "v1beta1", "served": true, "schema": fields(json!({ "type": "boolean" })), "subresources": { "status": {} } },
            { "name": "v1alpha1", "served": true, "schema": fields(json!({ "type": "integer" })) },
            { "name": "v0", "served": false, "schema": fields(json!({ "type": "integer" })) },
        ],
    } })
}

fn reread(descriptions: &[Description]) -> Vec<Description> {
    let mut sources = Sources::default();
    let file = sources.add("schemas/widgets.yaml", write(descriptions));
    let (read, report) = read(&sources, file);
    assert_eq!(report, Report::default(), "{}", write(descriptions));
    read
}

fn problems(catalog: &Catalog, api_version: &str, spec: &Value) -> Vec<String> {
    let json = json!({ "apiVersion": api_version, "kind": "Widget", "metadata": { "name": "a", "namespace": "b" }, "spec": spec });
    let object = Object::from_json(json, None).unwrap();
    violations(catalog, &object)
        .into_iter()
        .map(|violation| format!("{} {}", violation.path, violation.problem))
        .collect()
}

#[test]
fn a_definition_becomes_a_description_that_reads_back() {
    let descriptions = from_definition(&definition()).unwrap();
    let versions: Vec<&[String]> = descriptions
        .iter()
        .map(|description| description.versions.as_slice())
        .collect();
    assert_eq!(
        versions,
        [
            ["v1".to_owned(), "v1beta1".to_owned()].as_slice(),
            ["v1alpha1".to_owned()].as_slice()
        ]
    );
    assert_eq!(reread(&descriptions), descriptions);
}

#[test]
fn kinds_of_the_cluster_are_checked() {
    let catalog = Catalog::with(&from_definition(&definition()).unwrap());
    let spec = json!({ "size": "1Gi", "tags": ["a"], "rules": [{ "name": "a" }], "labels": {}, "template": { "any": 1 }, "odd!": "x", "more": true });
    assert_eq!(
        problems(&catalog, "example.com/v1", &spec),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(&catalog, "example.com/v1alpha1", &spec),
        ["spec.more must be a whole number, not a boolean"]
    );
    assert_eq!(
        problems(&catalog, "example.com/v0", &json!({})),
        ["apiVersion `example.com/v0` does not serve Widget"]
    );
    let bad = json!({ "mode": "fast", "tags": ["a", "a"], "rules": [{ "name": "a" }, { "name": "a", "weight": "x" }] });
    assert_eq!(
        problems(&catalog, "example.com/v1", &bad),
        [
            "spec.mode cannot be `fast`",
            "spec.rules[1].weight must be a number, not text",
            "spec.rules[1] has the same `name` as `spec.rules[0]`",
            "spec.tags[1] has the same value as `spec.tags[0]`",
            "spec.size is required",
        ]
    );
}

#[test]
fn our_definitions_say_what_our_descriptions_say() {
    for (definition, description) in custom_definitions().iter().zip(own()) {
        let [read] = from_definition(definition).unwrap().try_into().unwrap();
        assert_eq!(
            (&read.group, &read.plural, &read.scope, &read.versions),
            (
                &description.group,
                &description.plural,
                &description.scope,
                &description.versions
            )
        );
        assert_eq!(strip(&read), strip(description), "{}", description.kind);
    }
}

/// Returns a description without what a definition read back does not carry.
fn strip(description: &Description) -> Value {
    fn without_docs(value: &mut Value) {
        match value {
            Value::Object(entries) => {
                entries.remove("about");
                entries.values_mut().for_each(without_docs);
            }
            Value::Array(items) => items.iter_mut().for_each(without_docs),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(&description.fields.0).unwrap();
    without_docs(&mut value);
    value
}

#[test]
fn the_release_has_columns_and_a_status_of_its_own() {
    let definitions = custom_definitions();
    let release = definitions
        .iter()
        .find(|definition| definition["metadata"]["name"] == "releases.steading.dev")
        .unwrap();
    let version = &release["spec"]["versions"][0];
    assert_eq!(release["spec"]["names"]["shortNames"], json!(["rel"]));
    assert_eq!(version["subresources"], json!({ "status": {} }));
    let columns: Vec<&Value> = version["additionalPrinterColumns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| &column["name"])
        .collect();
    assert_eq!(columns, ["Application", "Number", "Phase", "Image", "Age"]);
    let open = "/schema/openAPIV3Schema/properties/status/x-kubernetes-preserve-unknown-fields";
    assert_eq!(version.pointer(open), Some(&json!(true)));
}
