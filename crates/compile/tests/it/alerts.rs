//! The derived alerts, judged by Prometheus itself: `promtool` checks the rules, and runs them on series that are written down in
//! `tests/alerts`. What fires and what stays silent is said there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use steading_compile::{MonitoringFiles, alerts_page, compile, monitoring_files};
use steading_model::application::BuiltInAlert;
use steading_model::{Sources, emit, yaml};

use crate::estates;
use crate::program::promtool;

/// What comes of the case that the tests are about.
static FILES: LazyLock<MonitoringFiles> = LazyLock::new(|| {
    let case = estates::cases()
        .into_iter()
        .find(|case| case.ends_with("monitoring-operator"))
        .unwrap();
    let loaded = estates::read(&case.join("repo"));
    let (desired, _) = compile(loaded.estate(), &loaded.applications);
    monitoring_files(loaded.estate(), &loaded.applications, &desired)
});

/// A folder with the rule files and the tests, for as long as a test runs.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("steading-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in &FILES.rules {
            std::fs::write(path.join(name), text).unwrap();
            std::fs::write(path.join(format!("bare.{name}")), bare(text)).unwrap();
        }
        Self(path)
    }
}

/// Returns rules without annotations: most tests are about when an alert fires, not about what it says.
fn bare(rules: &str) -> String {
    let mut rules = json(rules);
    for group in rules["groups"].as_array_mut().unwrap() {
        for rule in group["rules"].as_array_mut().unwrap() {
            rule.as_object_mut().unwrap().remove("annotations");
        }
    }
    emit::value(&rules)
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn run(folder: &Folder, arguments: &[&str]) {
    let output = Command::new(promtool())
        .args(arguments)
        .current_dir(&folder.0)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn tests() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alerts");
    let mut tests: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    tests.sort();
    tests
}

fn json(text: &str) -> Value {
    let mut sources = Sources::default();
    let file = sources.add("text", text);
    let (documents, report) = yaml::parse(&sources, file);
    assert!(!report.has_errors(), "{report:?}");
    documents[0].to_json()
}

#[test]
fn prometheus_accepts_the_rules_and_what_to_scrape() {
    let folder = Folder::new("rules");
    let names: Vec<&str> = FILES.rules.keys().map(String::as_str).collect();
    assert!(names.len() > 2, "there must be rules: {names:?}");
    run(&folder, &[["check", "rules"].as_slice(), &names].concat());
    std::fs::write(folder.0.join("scrape.yaml"), &FILES.scrape).unwrap();
    let config = "scrape_config_files: [scrape.yaml]\nrule_files: ['*.rules']\n";
    std::fs::write(folder.0.join("prometheus.yml"), config).unwrap();
    run(&folder, &["check", "config", "prometheus.yml"]);
}

#[test]
fn alerts_fire_when_they_should_and_only_then() {
    let folder = Folder::new("alerts");
    let mut names = Vec::new();
    for test in tests() {
        let name = test.file_name().unwrap().to_str().unwrap().to_owned();
        std::fs::copy(&test, folder.0.join(&name)).unwrap();
        names.push(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    run(&folder, &[["test", "rules"].as_slice(), &names].concat());
}

/// Returns the alerts that fire in some test and those that are silent in some.
fn expectations() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut firing, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for test in tests() {
        let test = json(&std::fs::read_to_string(test).unwrap());
        let groups = test["tests"].as_array().unwrap();
        for case in groups
            .iter()
            .filter_map(|group| group["alert_rule_test"].as_array())
            .flatten()
        {
            let name = case["alertname"].as_str().unwrap().to_owned();
            let fires = case["exp_alerts"]
                .as_array()
                .is_some_and(|alerts| !alerts.is_empty());
            if fires { &mut firing } else { &mut silent }.insert(name);
        }
    }
    (firing, silent)
}

#[test]
fn every_alert_has_a_firing_and_a_silent_test() {
    let all: BTreeSet<String> = BuiltInAlert::WORDS
        .iter()
        .map(|(word, _)| (*word).to_owned())
        .collect();
    let (firing, silent) = expectations();
    assert_eq!(firing, all);
    assert_eq!(silent, all);
}

#[test]
fn every_alert_has_a_section_to_link_to() {
    let page = alerts_page();
    for (word, _) in BuiltInAlert::WORDS {
        assert!(
            page.contains(&format!("\n<a id=\"{word}\"></a>\n\n## {word}\n")),
            "{word}"
        );
    }
}
