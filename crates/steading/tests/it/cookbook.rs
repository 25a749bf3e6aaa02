//! The cookbook: each of its pages shows a declaration that the program checks, and what the program really derives from it.
//!
//! The declarations are in `examples/cookbook`, the pages in `docs/cookbook`. A page includes its declaration, and has a block between
//! `<!-- derived -->` and `<!-- end -->` that this test writes: `BLESS=1` writes it anew.

mod derived;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::page::{Page, SECTIONS};
use crate::home::Home;

/// Applications that others use, and that have no page of their own.
const SUPPORT: [&str; 1] = ["queue"];
/// The day on which the cookbook is checked.
const TODAY: &str = "2026-01-31";

#[test]
fn the_whole_cookbook_passes_every_rule() {
    let home = Home::with(&estate());
    let output = home.run(&["check", "--output", "json", "--today", TODAY]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let pages = pages();
    let unexplained: Vec<String> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| !is_explained(finding, &pages))
        .map(ToString::to_string)
        .collect();
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        answer["summary"]["waived"], 0,
        "the cookbook waives no rule"
    );
    assert_eq!(answer["summary"]["applications"], applications().len());
}

#[test]
fn there_is_a_page_for_each_declaration_and_a_declaration_for_each_page() {
    let shown: BTreeSet<String> = pages().into_keys().collect();
    let declared = applications();
    let declared: BTreeSet<String> = declared
        .into_iter()
        .filter(|name| !SUPPORT.contains(&name.as_str()))
        .collect();
    assert_eq!(shown, declared);
    assert_eq!(shown.len(), 20);
}

#[test]
fn every_page_has_its_declaration_and_says_what_to_know() {
    let index = fs::read_to_string(docs().join("README.md")).unwrap();
    for (name, page) in pages() {
        assert_eq!(page.sections(), SECTIONS, "{name}");
        assert!(
            page.includes(&name),
            "{name} does not include its declaration"
        );
        assert!(
            index.contains(&format!("]({name}.md)")),
            "README.md does not lead to {name}"
        );
        let lines =
            fs::read_to_string(estate().join(format!("applications/{name}/application.yaml")));
        let lines = lines.unwrap().lines().count();
        assert!(lines <= 40, "{name} takes {lines} lines");
    }
}

#[test]
fn every_page_tells_what_is_really_derived() {
    let home = Home::with(&estate());
    let mut stale = Vec::new();
    for (name, page) in pages() {
        let output = home.run(&["render", &name, "--env", "prod", "--output", "json"]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {text}");
        let objects: Value = serde_json::from_slice(&output.stdout).unwrap();
        let fresh = page.with_derived(&derived::table(&objects["items"]));
        if fresh == page.text {
            continue;
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(&page.path, fresh).unwrap();
        } else {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "stale, `BLESS=1` writes them anew: {stale:?}"
    );
}

/// Says whether the page of the finding's application names its code.
fn is_explained(finding: &Value, pages: &BTreeMap<String, Page>) -> bool {
    let file = Path::new(finding["file"].as_str().unwrap_or_default());
    let name = file
        .components()
        .nth(1)
        .map(|name| name.as_os_str().to_string_lossy());
    let page = name.and_then(|name| pages.get(name.as_ref()));
    let code = finding["code"].as_str().unwrap_or_default();
    finding["severity"] == "warning" && page.is_some_and(|page| page.text.contains(code))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn estate() -> PathBuf {
    root().join("examples/cookbook")
}

fn docs() -> PathBuf {
    root().join("docs/cookbook")
}

/// Returns the names of the applications.
fn applications() -> Vec<String> {
    names(&estate().join("applications"))
}

/// Returns the pages by name.
fn pages() -> BTreeMap<String, Page> {
    let names = names(&docs()).into_iter();
    let pages = names.filter_map(|name| name.strip_suffix(".md").map(str::to_owned));
    pages
        .filter(|name| name != "README")
        .map(|name| {
            let page = Page::read(docs().join(format!("{name}.md")));
            (name, page)
        })
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the entry can be read").file_name())
        .map(|name| name.into_string().expect("the name is text"))
        .collect();
    names.sort();
    names
}
