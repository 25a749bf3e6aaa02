//! Every custom resource is accepted by the definition that its project publishes: offline, and by a real API server.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use steading_model::Object;
use steading_rules::schema::{Catalog, from_definition, violations};

use super::{Verdict, yaml_files};
use crate::lab::Lab;
use crate::programs::{Profile, steading};

/// Judges the custom resources.
pub(super) fn judge(folder: &Path, resources: &[Object]) -> Result<Verdict> {
    let files = yaml_files(folder)?;
    let definitions = files
        .iter()
        .map(|file| Ok(definitions(&fs::read(file)?)))
        .collect::<Result<Vec<_>>>()?
        .concat();
    let mut verdict = Verdict::default();
    offline(&definitions, resources, &mut verdict)?;
    let lab = Lab::up(&steading(Profile::Dev)?, "cases")?;
    let installed =
        lab.file(&json!({ "apiVersion": "v1", "kind": "List", "items": definitions }))?;
    lab.kubectl(&[
        "apply",
        "--server-side",
        "--force-conflicts",
        "-f",
        installed.path().to_str().context("not text")?,
    ])?;
    lab.kubectl(&[
        "wait",
        "--for=condition=Established",
        "crd",
        "--all",
        "--timeout=60s",
    ])?;
    let groups: BTreeSet<&str> = definitions
        .iter()
        .filter_map(|definition| definition["spec"]["group"].as_str())
        .collect();
    let defined = resources.iter();
    let defined = defined.filter(|object| groups.contains(object.id.kind.group.as_str()));
    online(&lab, &defined.collect::<Vec<_>>(), &mut verdict)?;
    Ok(verdict)
}

/// Returns the definitions in a file of several documents.
fn definitions(text: &[u8]) -> Vec<Value> {
    let mut sources = steading_model::Sources::default();
    let file = sources.add("definitions.yaml", String::from_utf8_lossy(text));
    let (documents, _) = steading_model::yaml::parse(&sources, file);
    let json = documents.iter().map(steading_model::Node::to_json);
    json.filter(|document| document["kind"] == "CustomResourceDefinition")
        .collect()
}

fn offline(definitions: &[Value], resources: &[Object], verdict: &mut Verdict) -> Result<()> {
    let described = definitions
        .iter()
        .map(|definition| from_definition(definition).map_err(anyhow::Error::msg));
    let described = described.collect::<Result<Vec<_>>>()?.concat();
    let catalog = Catalog::with(&described);
    for object in resources {
        let problems: Vec<String> = violations(&catalog, object)
            .iter()
            .map(|one| format!("{}: {}", one.path, one.problem))
            .collect();
        let result = if problems.is_empty() {
            Ok(())
        } else {
            Err(problems.join("; "))
        };
        verdict.judge(&format!("offline: {}", object.id), result);
    }
    Ok(())
}

/// Only what a definition is published for: the others were judged by the descriptions of this project.
fn online(lab: &Lab, resources: &[&Object], verdict: &mut Verdict) -> Result<()> {
    let namespaces: BTreeSet<&str> = resources
        .iter()
        .filter_map(|object| object.id.namespace.as_deref())
        .collect();
    for namespace in namespaces {
        lab.kubectl(&["create", "namespace", namespace])?;
    }
    for object in resources {
        let file = lab.file(&object.json)?;
        let path = file.path().to_str().context("not text")?;
        let applied = lab.kubectl(&[
            "apply",
            "--server-side",
            "--force-conflicts",
            "--validate=strict",
            "-f",
            path,
        ]);
        verdict.judge(
            &format!("API server: {}", object.id),
            applied.map(drop).map_err(|error| error.to_string()),
        );
    }
    Ok(())
}
