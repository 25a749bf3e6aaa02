//! What may depend on what, under which licence, and in how many versions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{output, say};

/// Licences that need no second look.
const LICENCES: [&str; 14] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT",
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "0BSD",
    "Unlicense",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
];

/// What the pure crates may not reach, however far away.
const IMPURE: [&str; 8] = [
    "tokio",
    "kube",
    "kube-client",
    "k8s-openapi",
    "hyper",
    "reqwest",
    "getrandom",
    "rustix",
];

/// The pure crates.
pub(crate) const PURE: [&str; 4] = [
    "steading-model",
    "steading-compile",
    "steading-rules",
    "steading-plan",
];

/// Which crates of the workspace a crate may use: the arrows of the architecture.
const BORDERS: [(&str, &[&str]); 7] = [
    ("steading-model", &[]),
    ("steading-compile", &["steading-model"]),
    ("steading-rules", &["steading-model"]),
    ("steading-plan", &["steading-model"]),
    ("steading-cluster", &["steading-model", "steading-plan"]),
    ("steading-lab", &[]),
    (
        "steading-testkit",
        &[
            "steading-model",
            "steading-plan",
            "steading-cluster",
            "steading-lab",
        ],
    ),
];

/// Packages that come in more than one version, each with the reason.
const TWICE: [(&str, &str); 6] = [
    (
        "base64",
        "the Kubernetes client and its YAML reader are one version apart",
    ),
    (
        "bit-vec",
        "the grammar below `cel` is behind; the other comes with proptest, in tests only",
    ),
    ("getrandom", "`ring` stays on 0.2"),
    (
        "thiserror",
        "`cel` is on 1: a few traits, and macros at build time",
    ),
    ("thiserror-impl", "with `thiserror`"),
    (
        "syn",
        "macros at build time only: the ecosystem is between 2 and 3",
    ),
];

struct Graph {
    packages: BTreeMap<String, Value>,
    uses: BTreeMap<String, Vec<String>>,
}

/// Checks licences, duplicate versions and borders.
pub(crate) fn check() -> Result<()> {
    let graph = Graph::read()?;
    let mut problems = graph.licences();
    problems.extend(graph.duplicates());
    problems.extend(graph.borders());
    problems.extend(graph.impurities());
    for problem in &problems {
        say(&format!("error: {problem}"));
    }
    if !problems.is_empty() {
        bail!("{} problems with dependencies", problems.len());
    }
    Ok(())
}

impl Graph {
    fn read() -> Result<Self> {
        let json = output(
            "cargo",
            &[
                "metadata",
                "--format-version=1",
                "--locked",
                "--filter-platform=x86_64-unknown-linux-gnu",
            ],
        )?;
        let metadata: Value =
            serde_json::from_slice(&json).context("could not read `cargo metadata`")?;
        let packages = items(&metadata["packages"])
            .map(|package| (text(&package["id"]), package.clone()))
            .collect();
        let uses = items(&metadata["resolve"]["nodes"])
            .map(|node| (text(&node["id"]), normal_uses(node)))
            .collect();
        Ok(Self { packages, uses })
    }

    fn name(&self, id: &str) -> String {
        self.packages
            .get(id)
            .map(|package| text(&package["name"]))
            .unwrap_or_default()
    }

    fn members(&self) -> impl Iterator<Item = (&String, String)> {
        self.packages
            .iter()
            .filter(|(_, package)| package["source"].is_null())
            .map(|(id, package)| (id, text(&package["name"])))
    }

    fn licences(&self) -> Vec<String> {
        let refused = |package: &&Value| {
            !package["source"].is_null() && !is_allowed(&text(&package["license"]))
        };
        let say = |package: &Value| {
            format!(
                "`{}` has the licence `{}`",
                text(&package["name"]),
                text(&package["license"])
            )
        };
        self.packages.values().filter(refused).map(say).collect()
    }

    fn duplicates(&self) -> Vec<String> {
        let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for id in self.reachable(self.members().map(|(id, _)| id.clone())) {
            let package = &self.packages[&id];
            versions
                .entry(text(&package["name"]))
                .or_default()
                .insert(text(&package["version"]));
        }
        let known = |name: &str| TWICE.iter().any(|(twice, _)| *twice == name);
        let twice = versions
            .into_iter()
            .filter(|(name, versions)| versions.len() > 1 && !known(name));
        twice
            .map(|(name, versions)| format!("`{name}` comes in several versions: {versions:?}"))
            .collect()
    }

    fn borders(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (id, name) in self.members() {
            let Some((_, allowed)) = BORDERS.iter().find(|(member, _)| *member == name) else {
                continue;
            };
            let used = self
                .uses
                .get(id)
                .into_iter()
                .flatten()
                .map(|used| self.name(used));
            let crossing = used
                .filter(|used| used.starts_with("steading-") && !allowed.contains(&used.as_str()));
            problems.extend(crossing.map(|used| format!("`{name}` may not use `{used}`")));
        }
        problems
    }

    fn impurities(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (id, name) in self
            .members()
            .filter(|(_, name)| PURE.contains(&name.as_str()))
        {
            let reached = self.reachable([id.clone()].into_iter());
            let impure = reached
                .iter()
                .map(|id| self.name(id))
                .filter(|used| IMPURE.contains(&used.as_str()));
            problems.extend(impure.map(|used| format!("the pure crate `{name}` reaches `{used}`")));
        }
        problems
    }

    fn reachable(&self, from: impl Iterator<Item = String>) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<String> = from.collect();
        while let Some(id) = open.pop() {
            if reached.insert(id.clone()) {
                open.extend(self.uses.get(&id).into_iter().flatten().cloned());
            }
        }
        reached
    }
}

fn normal_uses(node: &Value) -> Vec<String> {
    let is_normal =
        |dependency: &&Value| items(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
    items(&node["deps"])
        .filter(is_normal)
        .map(|dependency| text(&dependency["pkg"]))
        .collect()
}

fn is_allowed(licence: &str) -> bool {
    let plain = licence.replace(['(', ')'], " ").replace('/', " OR ");
    let one = |part: &str| LICENCES.contains(&part.trim());
    plain
        .split(" OR ")
        .any(|choice| choice.split(" AND ").all(one))
        || plain.split(" AND ").all(|all| all.split(" OR ").any(one))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
