//! Whatever comes in, nothing panics, and what is printed can be read again.

use proptest::prelude::*;
use steading_model::load::{InputFile, load};
use steading_model::resolve::{Overrides, resolve};
use steading_model::{emit, legacy, yaml};

use crate::support::{ESTATE, web};

const OLDER: &str = include_str!("../fixtures/legacy/full.yaml");
const FIRST: &str = include_str!("../fixtures/legacy/first.yaml");
const SERVICE: &str = include_str!("../fixtures/legacy/service.yaml");

/// Words that stand where others are expected.
const WORDS: [&str; 14] = [
    "null",
    "[]",
    "{}",
    "true",
    "-1",
    "0",
    "9223372036854775807",
    "\"\"",
    "'${'",
    "[{}]",
    "{a: b}",
    "[[1]]",
    "99999999999Gi",
    "*a",
];

/// A declaration with some of its values replaced.
fn mutated() -> impl Strategy<Value = String> {
    let current = web(
        "  replicas: 2\n  tier: aux\n  env: { A: \"1\" }\n  storage: { mountPath: /d, size: 1Gi }\n  ingress: [{ host: a, path: /x, auth: { app: own login } }]\n  jobs: { j: { schedule: \"0 3 * * *\", command: [x] } }\n  resources: { memory: 1Gi }\n",
    );
    let seeds = vec![
        current,
        OLDER.to_owned(),
        FIRST.to_owned(),
        SERVICE.to_owned(),
        ESTATE.to_owned(),
    ];
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0..WORDS.len()), 1..4);
    (prop::sample::select(seeds), edits).prop_map(|(seed, edits)| {
        edits.into_iter().fold(seed, |text, (at, word)| {
            replace_value(&text, at, WORDS[word])
        })
    })
}

/// Replaces what stands behind one of the colons.
fn replace_value(text: &str, at: prop::sample::Index, word: &str) -> String {
    let colons: Vec<usize> = text.match_indices(": ").map(|(at, _)| at + 2).collect();
    let Some(start) = (!colons.is_empty()).then(|| *at.get(&colons)) else {
        return text.to_owned();
    };
    let end = text[start..]
        .find([',', '\n', '}', ']'])
        .map_or(text.len(), |end| start + end);
    format!("{}{word}{}", &text[..start], &text[end..])
}

fn run(text: &str) {
    for estate in [ESTATE, text] {
        let (mut declarations, report) = load(vec![
            InputFile::new("estate.yaml", estate),
            InputFile::declaration("a.yaml", text),
            InputFile::base("b.yaml", FIRST),
        ]);
        check_places(&report, &declarations.sources);
        let flag = declarations.overrides(Some("me/x:1"));
        for file in &declarations.applications {
            for environment in file.environments() {
                for overrides in [&flag, &Overrides::default()] {
                    let (application, report) =
                        resolve(&declarations, file, environment, overrides);
                    let said = report.has_errors() || file.has_errors();
                    assert!(
                        application.is_some() != said,
                        "what is wrong is said and stops it:
{text}"
                    );
                    check_places(&report, &declarations.sources);
                }
            }
        }
    }
}

fn check_places(report: &steading_model::Report, sources: &steading_model::Sources) {
    for finding in report.diagnostics() {
        if let Some(span) = finding.span {
            assert!(
                sources.file(span.file).text().get(span.range()).is_some(),
                "{finding:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_declarations_never_panic(text in mutated()) {
        run(&text);
    }

    #[test]
    fn what_was_converted_can_be_read_again(text in mutated()) {
        let mut sources = steading_model::Sources::default();
        let file = sources.add("a.yaml", text);
        for node in yaml::parse(&sources, file).0 {
            if let Some(converted) = legacy::convert(&node).node {
                let file = sources.add("b.yaml", emit::node(&converted));
                let (documents, report) = yaml::parse(&sources, file);
                prop_assert!(!report.has_errors());
                prop_assert_eq!(documents[0].to_json(), converted.to_json());
            }
        }
    }
}
