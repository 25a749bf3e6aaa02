//! Names within texts: URLs, addresses, command lines.

/// Says whether a text holds an address in a namespace: `db.shop-prod.svc`, `http://db.shop-prod:5432`.
pub(super) fn holds_address(text: &str, namespace: &str) -> bool {
    places(text, namespace).any(|(before, after)| {
        let is_part = before.ends_with('.') && before.len() > 1;
        let is_service =
            after == ".svc" || after.starts_with(".svc.") || after.starts_with(".svc:");
        let ends = after.is_empty() || after.starts_with([':', '/', ',', ' ', '"']);
        is_part && (is_service || after.starts_with(".svc/") || ends)
    })
}

/// Says whether a text holds a host, and not one that ends or begins with it.
pub(super) fn holds_host(text: &str, host: &str) -> bool {
    let continues = |character: char| character.is_ascii_alphanumeric() || "-.".contains(character);
    places(text, host).any(|(before, after)| {
        let is_longer = after.trim_start_matches('.').starts_with(continues);
        !before.ends_with(continues) && !is_longer
    })
}

/// Returns what is before and after each place of a part.
fn places<'t>(text: &'t str, part: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let found = text.match_indices(part);
    found
        .filter(|(_, part)| !part.is_empty())
        .map(|(at, part)| (&text[..at], &text[at + part.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_their_forms() {
        for (text, expected) in [
            ("db.prod-wiki.svc", true),
            ("db.prod-wiki.svc.cluster.local:5432", true),
            ("http://wiki.prod-wiki:8080/api", true),
            ("wiki.prod-wiki", true),
            ("http://wiki.prod-wiki.svc/api", true),
            ("wiki.prod-wiki.svc:80", true),
            ("prod-wiki", false),
            ("wiki.prod-wiki.example.org", false),
            ("wiki.prod-wikis.svc", false),
            ("wiki.my-prod-wiki.svc", false),
            ("", false),
        ] {
            assert_eq!(holds_address(text, "prod-wiki"), expected, "{text}");
        }
    }

    #[test]
    fn a_host_is_not_part_of_a_longer_one() {
        for (text, expected) in [
            ("https://wiki.example.org/start", true),
            ("wiki.example.org", true),
            ("see wiki.example.org.", true),
            ("my.wiki.example.org", false),
            ("wiki.example.organic", false),
            ("wiki.example.org.uk", false),
        ] {
            assert_eq!(holds_host(text, "wiki.example.org"), expected, "{text}");
        }
    }
}
