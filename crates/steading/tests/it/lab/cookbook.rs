//! The examples on a real API server: each application of them is applied and gets ready. What needs a component that a lab does not have
//! says so on its page, fails without it for that reason alone, and gets ready with a stand-in for it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::copy::{applied, copy, environments, released, rendered};
use super::ground::Ground;
use super::lent::Lent;

/// The cookbook alone has so many.
const LEAST: usize = 20;
/// What a lab does not have.
const COMPONENTS: [Component; 2] = [
    Component {
        needs: |objects| Lent::of(objects).counted.contains("nvidia.com/gpu"),
        missing: "no nvidia.com/gpu",
        words: "NVIDIA's device plugin",
    },
    Component {
        needs: |objects| objects.iter().any(|object| object["kind"] == "Cluster"),
        missing: "`Cluster ",
        words: "CloudNativePG",
    },
];

/// A component that an application may need.
struct Component {
    /// Says whether objects need it.
    needs: fn(&[Value]) -> bool,
    /// What a release without it says.
    missing: &'static str,
    /// With which words a page says that it is needed.
    words: &'static str,
}

#[test]
fn examples() {
    let ground = Ground::begin();
    let (mut count, mut problems) = (0, Vec::new());
    for (number, example) in folders().into_iter().enumerate() {
        for environment in environments(&example) {
            without_components(&ground, &example, &environment);
            let place = format!("example{number}-{environment}");
            match applied(&ground, &example, &environment, &place) {
                Ok(applications) => count += applications.len(),
                Err(problem) => problems.push(format!("{}: {problem}", example.display())),
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count >= LEAST, "{count} applications were applied");
}

/// Applies what needs a component to a lab that has none.
fn without_components(ground: &Ground, example: &Path, environment: &str) {
    const NAME: &str = "bare";
    let place = copy(ground, example, environment, NAME);
    let all = rendered(&place);
    for application in released(&all, NAME) {
        let is_its = |object: &&Value| {
            object["metadata"]["labels"]["steading.dev/application"] == *application
        };
        let objects: Vec<Value> = all.iter().filter(is_its).cloned().collect();
        let needed = COMPONENTS
            .iter()
            .filter(|component| (component.needs)(&objects));
        for component in needed {
            let page = page(example, &application);
            assert!(
                page.contains(component.words),
                "{application}: {}",
                component.words
            );
            Lent::of(&objects).without_devices().to(ground);
            let context = ground.context();
            let line = format!(
                "apply {application} --yes --wait 5s --accept-deletes 1000 --context {context}"
            );
            place.run(&line).code(1).out(component.missing);
        }
    }
}

/// Returns what an application of an example says about itself.
fn page(example: &Path, application: &str) -> String {
    let name = example.file_name().expect("an example has a name");
    let docs = example.join("../../docs").join(name);
    let pages = [
        docs.join(format!("{application}.md")),
        example.join("README.md"),
    ];
    let text = pages.iter().find_map(|page| fs::read_to_string(page).ok());
    text.unwrap_or_default()
}

fn folders() -> BTreeSet<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let entries = fs::read_dir(root).expect("there are examples");
    let folders = entries.map(|entry| entry.expect("the entry can be read").path());
    folders
        .filter(|folder| folder.join("estate.yaml").exists())
        .collect()
}
