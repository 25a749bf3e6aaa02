//! The table of contents: written by hand, except for the blocks that list the pages of a folder.
//!
//! A block begins with `<!-- pages of FOLDER -->` and ends with `<!-- end -->`; between them stands a line for each page of the folder but its
//! `README.md`, in the order of their names.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Where the table of contents is, from the root.
pub(crate) const SUMMARY: &str = "docs/SUMMARY.md";
const START: &str = "<!-- pages of ";
const END: &str = "<!-- end -->";

/// Returns the table of contents with all blocks as they have to be now; `reference` holds the pages of `reference`.
pub(crate) fn fresh(root: &Path, reference: &Path) -> Result<String> {
    let written = fs::read_to_string(root.join(SUMMARY))?;
    let docs = root.join("docs");
    let mut fresh = String::new();
    let mut lines = written.lines();
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        let Some(folder) = line.trim().strip_prefix(START) else {
            continue;
        };
        let folder = folder.trim_end_matches(" -->");
        let indent = &line[..line.len() - line.trim_start().len()];
        if !lines.any(|line| line.trim() == END) {
            bail!("`{SUMMARY}`: the block of `{folder}` does not end");
        }
        let place = match folder.strip_prefix("reference") {
            Some(rest) => reference.join(rest.trim_start_matches('/')),
            None => docs.join(folder),
        };
        for (name, title) in pages(&place)? {
            fresh.push_str(indent);
            fresh.push_str(&entry(folder, &name, &title));
        }
        fresh.push_str(indent);
        fresh.push_str(END);
        fresh.push('\n');
    }
    Ok(fresh)
}

fn entry(folder: &str, name: &str, title: &str) -> String {
    format!("- [{title}]({folder}/{name})\n")
}

/// Returns the pages of a folder with their titles.
fn pages(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut pages = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("could not read `{}`", folder.display()))?;
    for entry in entries {
        let name = entry?.file_name().into_string().unwrap_or_default();
        let is_page = Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "md");
        if is_page && name != "README.md" {
            let text = fs::read_to_string(folder.join(&name))?;
            let title = text.lines().find_map(|line| line.strip_prefix("# "));
            let title = title.with_context(|| format!("`{name}` has no title"))?;
            pages.push((name, title.replace(['[', ']'], "")));
        }
    }
    pages.sort();
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_filled_and_the_rest_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("docs/rooms/README.md", "# Rooms\n");
        write("docs/rooms/b.md", "<!-- x -->\n\n# Barn\n");
        write("docs/rooms/a.md", "# Attic\n");
        write(
            SUMMARY,
            "# S\n\n- [R](rooms/README.md)\n  <!-- pages of rooms -->\n  - [Old](rooms/old.md)\n  <!-- end -->\n- [X](x.md)\n",
        );
        let found = fresh(root.path(), root.path()).unwrap();
        assert_eq!(
            found,
            "# S\n\n- [R](rooms/README.md)\n  <!-- pages of rooms -->\n  - [Attic](rooms/a.md)\n  - [Barn](rooms/b.md)\n  <!-- end -->\n- [X](x.md)\n"
        );
    }
}
