//! Every declaration in the older format imports, resolves, compiles and validates.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;
use steading_model::{Node, Object, Sources};

use super::pipeline::Case;
use super::{Verdict, yaml_files};

/// Names of files that are shared by several others and merged under them, by how they end.
const SHARED: &str = ".config.yaml";

/// Judges all declarations; adds the custom resources that came of them.
pub(super) fn judge(folder: &Path, resources: &mut Vec<Object>) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    for folder in [folder.join("apps"), folder.join("later")] {
        let files = yaml_files(&folder)?;
        let shared = files
            .iter()
            .find(|file| is_shared(file))
            .map(fs::read)
            .transpose()?;
        for file in files.iter().filter(|file| !is_shared(file)) {
            let text = complete(fs::read(file)?, shared.as_deref());
            verdict.judge(
                &file.display().to_string(),
                text.and_then(|text| judge_file(&text, resources)),
            );
        }
    }
    Ok(verdict)
}

/// Merges a file over the shared one where it names no environment of its own, as its owner does.
fn complete(text: Vec<u8>, shared: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let node = parse(&text)?;
    let on_its_own = ["environment", "environments", "name"]
        .iter()
        .any(|key| node.get(key).is_some());
    match shared {
        Some(shared) if !on_its_own => {
            let merged = steading_model::legacy::merge(parse(shared)?, &node);
            Ok(steading_model::emit::node(&merged).into_bytes())
        }
        _ => Ok(text),
    }
}

fn judge_file(text: &[u8], resources: &mut Vec<Object>) -> Result<(), String> {
    let node = parse(text)?;
    let case = Case {
        text: text.to_vec(),
        environments: environments(&node),
        catalogue: catalogue(&node),
    };
    for environment in environments(&node) {
        let outcome = case
            .compile(&environment)
            .map_err(|error| error.to_string())?;
        if outcome.failed && !outcome.is_rightly_refused() {
            return Err(format!("in {environment}: {}", outcome.errors()));
        }
        resources.extend(outcome.objects.into_iter().filter(is_custom));
    }
    Ok(())
}

/// Adds the custom resources of the examples.
pub(super) fn add_examples(folder: &Path, resources: &mut Vec<Object>) -> Result<()> {
    for example in fs::read_dir(folder)? {
        let example = example?.path();
        if example.join("estate.yaml").exists() {
            resources.extend(example_objects(&example)?.into_iter().filter(is_custom));
        }
    }
    Ok(())
}

fn example_objects(example: &Path) -> Result<Vec<Object>> {
    let program = crate::programs::steading(crate::programs::Profile::Dev)?;
    let estate = parse(&fs::read(example.join("estate.yaml"))?).map_err(anyhow::Error::msg)?;
    let estate = estate.get("spec").map(environments).unwrap_or_default();
    let example = example.display().to_string();
    let mut objects = Vec::new();
    for environment in &estate {
        let rendered = crate::run::output(
            &program.display().to_string(),
            &[
                "render",
                "--env",
                environment,
                "--estate",
                &example,
                "--output",
                "json",
            ],
        )?;
        let rendered: serde_json::Value = serde_json::from_slice(&rendered)?;
        let items = rendered["items"].as_array().cloned().unwrap_or_default();
        objects.extend(
            items
                .into_iter()
                .filter_map(|json| Object::from_json(json, None)),
        );
    }
    Ok(objects)
}

/// Says whether no API server knows the kind by itself; Gateway API's are in a group of Kubernetes' own and come with a definition.
pub(super) fn is_custom(object: &Object) -> bool {
    let group = object.id.kind.group.as_str();
    let is_built_in = group.ends_with(".k8s.io") && group != "gateway.networking.k8s.io";
    group.contains('.') && !is_built_in && group != "steading.dev"
}

pub(super) fn parse(text: &[u8]) -> Result<Node, String> {
    let mut sources = Sources::default();
    let file = sources.add("case.yaml", String::from_utf8_lossy(text));
    let (documents, _) = steading_model::yaml::parse(&sources, file);
    documents
        .into_iter()
        .next()
        .ok_or_else(|| "holds no document".to_owned())
}

/// Returns the environments that a declaration names; `prod` where it names none.
pub(super) fn environments(node: &Node) -> Vec<String> {
    let written = node.get("environments").and_then(Node::as_mapping);
    let names: Vec<String> = written
        .into_iter()
        .flat_map(steading_model::Mapping::entries)
        .map(|entry| entry.key.clone())
        .collect();
    if names.is_empty() {
        vec!["prod".to_owned()]
    } else {
        names
    }
}

/// Returns what a declaration uses of the platform.
fn catalogue(node: &Node) -> Vec<String> {
    let spec = node.get("spec");
    let lists = [
        spec.and_then(|spec| spec.get("platformServices")),
        spec.and_then(|spec| spec.get("networkPolicy"))
            .and_then(|policy| policy.get("allowedServices")),
    ];
    let items = lists
        .into_iter()
        .flatten()
        .filter_map(Node::as_list)
        .flatten();
    let names: BTreeSet<String> = items.filter_map(Node::as_text).map(str::to_owned).collect();
    names.into_iter().collect()
}

/// Says whether a file is only there to be merged under others.
fn is_shared(file: &Path) -> bool {
    file.to_string_lossy().ends_with(SHARED)
}
