//! Links of the built book: each leads to a file and an anchor that are there. Links to other sites are only looked at for their form.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::page::Page;
use crate::run::root;

/// Returns what is wrong with the links of a book, one line each.
pub(super) fn problems(book: &Path) -> Result<Vec<String>> {
    let pages = files(book)?
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "html")
        })
        .map(|path| {
            Ok((
                relative(book, &path)?,
                Page::read(&fs::read_to_string(&path)?),
            ))
        })
        .collect::<Result<BTreeMap<PathBuf, Page>>>()?;
    let mut problems = unlisted(&pages)?;
    // `index.html` is a copy of the first page.
    let written = pages
        .iter()
        .filter(|(from, _)| *from != Path::new("index.html"));
    for (from, page) in written {
        let found = page.links.iter().filter_map(|link| {
            let problem = problem(book, &pages, from, link)?;
            Some(format!("`{}`: {problem}: `{link}`", source(from)))
        });
        problems.extend(found);
    }
    Ok(problems)
}

/// Returns the pages of `docs/` that the book does not have.
fn unlisted(pages: &BTreeMap<PathBuf, Page>) -> Result<Vec<String>> {
    let docs = root().join("docs");
    let mut missing = Vec::new();
    for path in files(&docs)? {
        let path = relative(&docs, &path)?;
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        let is_summary = path == Path::new("SUMMARY.md");
        if is_page && !is_summary && !pages.contains_key(&path.with_extension("html")) {
            missing.push(format!(
                "`docs/{}` is not in `docs/SUMMARY.md`: run `cargo xtask generate`, or add it",
                path.display()
            ));
        }
    }
    Ok(missing)
}

/// Says what is wrong with a link, if anything is.
fn problem(
    book: &Path,
    pages: &BTreeMap<PathBuf, Page>,
    from: &Path,
    link: &str,
) -> Option<&'static str> {
    if let Some((scheme, rest)) = link.split_once(':') {
        return foreign(scheme, rest);
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let Some(to) = target(from, path) else {
        return Some("leads out of the book");
    };
    let Some(page) = pages.get(&to) else {
        return (!book.join(&to).is_file()).then_some("leads nowhere");
    };
    let is_there = anchor.is_empty() || page.anchors.contains(anchor);
    (!is_there).then_some("the page has no such anchor")
}

/// Says what is wrong with a link to elsewhere, going by its form alone.
fn foreign(scheme: &str, rest: &str) -> Option<&'static str> {
    let host = rest.strip_prefix("//").unwrap_or_default();
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let is_url = match scheme {
        "https" | "http" => host.contains('.') || host.starts_with("localhost"),
        "mailto" => rest.contains('@'),
        _ => false,
    };
    let is_text = rest.chars().all(|character| character.is_ascii_graphic());
    (!is_url || !is_text).then_some("is not a URL")
}

/// Returns the file of the book that a link leads to.
fn target(from: &Path, link: &str) -> Option<PathBuf> {
    if link.is_empty() {
        return Some(from.to_owned());
    }
    let mut target = from.parent()?.to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::Normal(name) => target.push(name),
            Component::CurDir => {}
            Component::ParentDir => target.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(target)
}

fn source(page: &Path) -> String {
    format!("docs/{}", page.with_extension("md").display())
}

fn relative(folder: &Path, path: &Path) -> Result<PathBuf> {
    let path = path
        .strip_prefix(folder)
        .context("a file must be in its folder")?;
    Ok(path.to_owned())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let entries =
            fs::read_dir(&next).with_context(|| format!("could not read `{}`", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(link: &str) -> Option<&'static str> {
        let page = |html: &str| Page::read(html);
        let pages = BTreeMap::from([
            (PathBuf::from("index.html"), page("<h1 id=\"top\">")),
            (PathBuf::from("guide/a.html"), page("<h2 id=\"b\">")),
        ]);
        problem(
            Path::new("/no/such/book"),
            &pages,
            Path::new("guide/a.html"),
            link,
        )
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        for link in [
            "",
            "#b",
            "a.html",
            "../index.html#top",
            "https://kubernetes.io/docs",
            "mailto:a@b.org",
        ] {
            assert_eq!(said(link), None, "{link}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        assert_eq!(said("c.html"), Some("leads nowhere"));
        assert_eq!(said("../guide"), Some("leads nowhere"));
        assert_eq!(said("#c"), Some("the page has no such anchor"));
        assert_eq!(said("../index.html#b"), Some("the page has no such anchor"));
        assert_eq!(said("../../README.md"), Some("leads out of the book"));
        assert_eq!(said("/etc/passwd"), Some("leads out of the book"));
        assert_eq!(said("https://"), Some("is not a URL"));
        assert_eq!(said("https://a b.org"), Some("is not a URL"));
        assert_eq!(said("gopher://a.org"), Some("is not a URL"));
    }
}
