//! A page for each command, from its help.

use clap::Command;

use super::GENERATED;
use crate::args;

/// The width of help in pages.
const WIDTH: usize = 100;

/// Returns the pages by path.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut program = args::definition().term_width(WIDTH);
    program.build();
    let mut pages = vec![
        ("commands/README.md".to_owned(), index(&program)),
        (
            "commands/steading.md".to_owned(),
            page(&program, "steading", &[]),
        ),
    ];
    for command in shown(&program) {
        let name = command.get_name();
        let below: Vec<&Command> = shown(command).collect();
        pages.push((
            format!("commands/{name}.md"),
            page(command, &format!("steading {name}"), &below),
        ));
    }
    pages
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
}

fn index(program: &Command) -> String {
    let head = format!(
        "{GENERATED}# Commands\n\n| command | |\n|---|---|\n| [steading](steading.md) | settings of all commands, exit codes |\n"
    );
    let line = |command: &Command| {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string);
        format!(
            "| [steading {name}]({name}.md) | {} |\n",
            about.unwrap_or_default()
        )
    };
    std::iter::once(head)
        .chain(shown(program).map(line))
        .collect()
}

fn page(command: &Command, title: &str, below: &[&Command]) -> String {
    let head = format!("{GENERATED}# {title}\n\n{}", block(command));
    let section =
        |command: &&Command| format!("\n## {title} {}\n\n{}", command.get_name(), block(command));
    std::iter::once(head)
        .chain(below.iter().map(section))
        .collect()
}

fn block(command: &Command) -> String {
    let help = command.clone().render_long_help().to_string();
    let lines = help.lines().map(|line| format!("{}\n", line.trim_end()));
    format!("```text\n{}```\n", lines.collect::<String>())
}
