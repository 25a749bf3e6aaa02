//! Doc comments as prose.

/// Returns a doc comment as text: paragraphs on one line each, with an empty line between them.
pub(super) fn prose(docs: &str) -> String {
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in docs.lines().map(str::trim) {
        match paragraphs.last_mut() {
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(line);
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn doc_lines_become_paragraphs() {
        assert_eq!(prose(" One\n two.\n\n Three.\n"), "One two.\n\nThree.");
        assert_eq!(prose(""), "");
    }
}
