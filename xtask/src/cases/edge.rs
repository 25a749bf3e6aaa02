//! Each hostile input behaves as its `want` says.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::Verdict;
use super::declarations::parse;
use super::pipeline::{Case, Outcome};

/// What an input must lead to.
enum Want {
    /// An error that says this.
    Error(&'static [&'static str]),
    /// An object of this kind that has this value at this place.
    Has(&'static str, &'static str, Value),
    /// No object of this kind.
    None(&'static str),
    /// So many objects of this kind, all with names of their own.
    Distinct(&'static str, usize),
    /// A variable of the main container with this value, once.
    Variable(&'static str, &'static str),
    /// No such variable.
    NoVariable(&'static str),
    /// An image other than the one of the environment.
    NotTheImage(&'static str),
}

/// What each input must lead to, by its name.
fn wants() -> Vec<(&'static str, Vec<Want>)> {
    use Want::{Distinct, Error, Has, NoVariable, None, NotTheImage, Variable};
    let limit = "/spec/template/spec/containers/0/resources/limits/memory";
    vec![
        ("public-as-quoted-string", vec![Error(&["public", "true"])]),
        (
            "unknown-spec-keys",
            vec![Error(&["memroy"]), Error(&["ingres", "ingress"])],
        ),
        (
            "replicas-zero",
            vec![Has("Deployment", "/spec/replicas", json!(0))],
        ),
        (
            "memory-fractional",
            vec![Has("Deployment", limit, json!("1Gi"))],
        ),
        (
            "memory-decimal-units",
            vec![Has("Deployment", limit, json!("1G"))],
        ),
        ("env-port-collides", vec![Variable("PORT", "8080")]),
        ("env-and-secret-same-key", vec![Error(&["`A`"])]),
        ("secret-keys-without-path", vec![Error(&["path"])]),
        ("env-large-integer", vec![Variable("D", "10000000")]),
        ("env-null", vec![NoVariable("E")]),
        ("host-slug-collision", vec![Distinct("Certificate", 2)]),
        (
            "host-uppercase",
            vec![Has(
                "Certificate",
                "/spec/dnsNames/0",
                json!("foo.example.com"),
            )],
        ),
        ("path-without-slash", vec![Error(&["start with `/`"])]),
        (
            "redirect-trailing-slash",
            vec![Has(
                "Middleware",
                "/spec/redirectRegex/replacement",
                json!("https://n.com/${1}"),
            )],
        ),
        ("storage-with-two-replicas", vec![Error(&["replicas"])]),
        ("environment-image-override", vec![NotTheImage("evil/x:1")]),
        (
            "private-redirect",
            vec![Has(
                "Middleware",
                "/spec/ipAllowList/sourceRange/0",
                json!("100.64.0.0/10"),
            )],
        ),
        (
            "environment-empty-ingress",
            vec![None("IngressRoute"), None("Certificate")],
        ),
        (
            "environment-secrets-list-replaces",
            vec![Variable("C", ""), NoVariable("A")],
        ),
        ("undeclared-environment", vec![Error(&["prd", "prod"])]),
        ("storage-missing-size", vec![Error(&["size"])]),
        ("storage-missing-mount", vec![Error(&["mountPath"])]),
        (
            "run-as-root",
            vec![Has(
                "Deployment",
                "/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation",
                json!(false),
            )],
        ),
    ]
}

/// Judges all inputs of the file; one that has no row here is a problem.
pub(super) fn judge(file: &Path) -> Result<Verdict> {
    let node = parse(&fs::read(file)?).map_err(|problem| anyhow!(problem))?;
    let mut wants = wants();
    let mut verdict = Verdict::default();
    for case in node.as_list().unwrap_or_default() {
        let case = case.to_json();
        let id = case["id"].as_str().unwrap_or_default();
        let Some(at) = wants.iter().position(|(known, _)| *known == id) else {
            verdict.judge(id, Err("nobody says what is wanted here".to_owned()));
            continue;
        };
        let (_, wanted) = wants.remove(at);
        verdict.judge(id, judge_input(&case["input"], &wanted));
    }
    Ok(verdict)
}

fn judge_input(input: &Value, wanted: &[Want]) -> Result<(), String> {
    let environment = input["environment"].as_str().unwrap_or("prod");
    let text = serde_json::to_vec(&manifest(input)).map_err(|error| error.to_string())?;
    let case = Case {
        text,
        environments: vec!["prod".to_owned()],
        catalogue: Vec::new(),
    };
    let outcome = case
        .compile(environment)
        .map_err(|error| error.to_string())?;
    wanted.iter().try_for_each(|want| want.judge(&outcome))
}

/// The base manifest with the input merged over it.
fn manifest(input: &Value) -> Value {
    let mut manifest = json!({
        "apiVersion": "older.example/v1",
        "kind": "Application",
        "metadata": { "name": "web" },
        "spec": { "image": "r/web:1", "port": 3000, "health": { "path": "/" } },
        "environments": { "prod": {} },
    });
    for part in ["spec", "environments"] {
        for (key, value) in input[part].as_object().into_iter().flatten() {
            manifest[part][key] = value.clone();
        }
    }
    manifest
}

impl Want {
    fn judge(&self, outcome: &Outcome) -> Result<(), String> {
        if let Self::Error(words) = self {
            let says = |line: &String| {
                line.starts_with("Error") && words.iter().all(|word| line.contains(word))
            };
            return ensure(outcome.findings.iter().any(says), || {
                format!(
                    "wanted an error with {words:?}, got: {}",
                    outcome.findings.join("; ")
                )
            });
        }
        ensure(!outcome.failed, || {
            format!("did not expect errors: {}", outcome.errors())
        })?;
        ensure(self.holds(outcome), || {
            format!("{} does not hold", self.describe())
        })
    }

    fn holds(&self, outcome: &Outcome) -> bool {
        match self {
            Self::Error(_) => false,
            Self::Has(kind, pointer, value) => of_kind(outcome, kind)
                .iter()
                .any(|object| object.pointer(pointer) == Some(value)),
            Self::None(kind) => of_kind(outcome, kind).is_empty(),
            Self::Distinct(kind, count) => of_kind(outcome, kind).len() == *count,
            Self::Variable(name, value) => {
                matches!(variables(outcome, name).as_slice(), [one] if one == value)
            }
            Self::NoVariable(name) => variables(outcome, name).is_empty(),
            Self::NotTheImage(image) => {
                let pointer = "/spec/template/spec/containers/0/image";
                of_kind(outcome, "Deployment")
                    .iter()
                    .all(|object| object.pointer(pointer) != Some(&json!(image)))
            }
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Error(words) => format!("an error with {words:?}"),
            Self::Has(kind, pointer, value) => format!("a {kind} with {value} at {pointer}"),
            Self::None(kind) => format!("no {kind}"),
            Self::Distinct(kind, count) => format!("{count} of {kind}"),
            Self::Variable(name, value) => format!("the variable {name} once with {value:?}"),
            Self::NoVariable(name) => format!("no variable {name}"),
            Self::NotTheImage(image) => format!("another image than {image}"),
        }
    }
}

fn of_kind<'a>(outcome: &'a Outcome, kind: &str) -> Vec<&'a Value> {
    outcome
        .objects
        .iter()
        .filter(|object| object.id.kind.kind == kind)
        .map(|object| &object.json)
        .collect()
}

/// Returns the values of a variable of the main container; of a secret one, no text.
fn variables(outcome: &Outcome, name: &str) -> Vec<String> {
    let deployments = of_kind(outcome, "Deployment");
    let pods = deployments.iter().filter_map(|object| {
        object
            .pointer("/spec/template/spec/containers/0/env")?
            .as_array()
    });
    let named = pods.flatten().filter(|variable| variable["name"] == name);
    named
        .map(|variable| variable["value"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem()) }
}
