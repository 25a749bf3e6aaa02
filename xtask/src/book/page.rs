//! One page of the book: which anchors it has and where it leads to. Only for HTML that mdBook wrote.

use std::collections::BTreeSet;

/// A page of the book.
pub(super) struct Page {
    /// The anchors that links can lead to.
    pub(super) anchors: BTreeSet<String>,
    /// What its links lead to, as written.
    pub(super) links: BTreeSet<String>,
}

impl Page {
    /// Reads the attributes of a page.
    pub(super) fn read(html: &str) -> Self {
        let values = |name: &str| {
            let start = format!(" {name}=\"");
            html.split(start.as_str())
                .skip(1)
                .filter_map(|rest| rest.split_once('"'))
                .map(|(value, _)| unescaped(value))
                .collect::<BTreeSet<_>>()
        };
        let mut links = values("href");
        links.extend(values("src"));
        Self {
            anchors: values("id"),
            links,
        }
    }
}

fn unescaped(value: &str) -> String {
    value
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn links_and_anchors_are_read() {
        let page = Page::read(
            "<h1 id=\"a\">x</h1><a href=\"b.html?x=1&amp;y=2#c\">y</a><img src=\"d.png\">",
        );
        assert!(page.anchors.iter().eq(["a"]));
        assert!(page.links.iter().eq(["b.html?x=1&y=2#c", "d.png"]));
    }
}
