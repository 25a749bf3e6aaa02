//! Golden cases: each folder of `tests/cases` is a behaviour.
//!
//! `README.md` says what and why, `repo/` is what the user has, each line of `cmd` is what the user types (`steading …`, or `cat FILE` to
//! look at a file that was written), and `expected.txt` is what comes of it. `BLESS=1` writes `expected.txt` anew.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::home::Home;

#[test]
fn every_case_behaves_as_it_says() {
    let mut problems = Vec::new();
    for case in cases() {
        let transcript = transcript(&case);
        let expected = case.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(expected, transcript).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != transcript {
            problems.push(format!("=== {}\n{transcript}", case.display()));
        }
    }
    let problems = problems.join("\n");
    assert!(
        problems.is_empty(),
        "these cases behave otherwise; `BLESS=1` accepts it\n{problems}"
    );
}

#[test]
fn every_case_says_what_it_is_about() {
    for case in cases() {
        let readme = fs::read_to_string(case.join("README.md")).unwrap_or_default();
        assert!(
            readme.starts_with("# ") && readme.lines().count() > 1,
            "{} needs a README.md",
            case.display()
        );
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    cases.sort();
    assert!(cases.len() > 10, "the cases must be there");
    cases
}

fn transcript(case: &Path) -> String {
    let repo = case.join("repo");
    let home = if repo.exists() {
        Home::with(&repo)
    } else {
        Home::new()
    };
    let commands = fs::read_to_string(case.join("cmd")).expect("a case has a `cmd`");
    let mut text = String::new();
    for line in commands.lines() {
        writeln!(text, "$ {line}").expect("a String takes everything");
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["steading", arguments @ ..] => text.push_str(&run(&home, arguments)),
            ["cat", path] => text.push_str(
                &fs::read_to_string(home.path().join(path))
                    .unwrap_or_else(|_| "(no such file)\n".to_owned()),
            ),
            _ => panic!(
                "{}: a line of `cmd` begins with `steading` or `cat`",
                case.display()
            ),
        }
    }
    text
}

fn run(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(arguments);
    let mut text = home.filtered(&output.stdout);
    if !output.stderr.is_empty() {
        text.push_str("--- standard error\n");
        text.push_str(&home.filtered(&output.stderr));
    }
    let code = output.status.code().expect("the program ended by itself");
    text + &format!("--- exit code {code}\n")
}
