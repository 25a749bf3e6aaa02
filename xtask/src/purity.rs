//! The pure crates name no clock, environment, file system, process, thread or network.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::deps::PURE;
use crate::run::{root, say};

/// What may not be named, with the reason that is shown.
const FORBIDDEN: [(&str, &str); 10] = [
    ("std::fs", "files come in as values"),
    ("std::env", "the environment comes in as values"),
    ("std::process", "pure code starts nothing"),
    ("std::thread", "pure code is synchronous"),
    ("std::net::Tcp", "pure code talks to nobody"),
    ("std::net::Udp", "pure code talks to nobody"),
    ("SystemTime", "time comes in as a value"),
    ("Instant::now", "time comes in as a value"),
    ("Timestamp::now", "time comes in as a value"),
    ("Zoned::now", "time comes in as a value"),
];

/// Checks the sources of the pure crates, tests aside.
pub(crate) fn check() -> Result<()> {
    let mut problems = Vec::new();
    for name in PURE {
        let folder = root()
            .join("crates")
            .join(name.trim_start_matches("steading-"))
            .join("src");
        visit(&folder, &mut problems)?;
    }
    for problem in &problems {
        say(&format!("error: {problem}"));
    }
    if !problems.is_empty() {
        bail!("{} places where a pure crate is not pure", problems.len());
    }
    Ok(())
}

fn visit(folder: &Path, problems: &mut Vec<String>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("could not read `{}`", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            visit(&path, problems)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            problems.extend(impurities(&path, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn impurities(path: &Path, text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    let lines = code
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"));
    let found = lines.flat_map(|(at, line)| {
        let named = FORBIDDEN
            .iter()
            .filter(move |(word, _)| line.contains(word));
        named
            .map(move |(word, reason)| format!("{}:{}: `{word}`: {reason}", path.display(), at + 1))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_in_pure_code_is_found_with_its_line() {
        let found = impurities(
            Path::new("a.rs"),
            "fn f() {\n    jiff::Timestamp::now();\n}\n",
        );
        assert_eq!(
            found,
            ["a.rs:2: `Timestamp::now`: time comes in as a value"]
        );
    }

    #[test]
    fn comments_and_tests_may_name_anything() {
        assert!(
            impurities(
                Path::new("a.rs"),
                "// std::fs\n#[cfg(test)]\nmod tests { use std::fs; }\n"
            )
            .is_empty()
        );
    }
}
