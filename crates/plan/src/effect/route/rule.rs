//! Rules of routes: the host and path that they stand for.

/// The host and path that a rule stands for, where it says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub(super) host: &'a str,
    /// `/` for the whole host.
    pub(super) path: &'a str,
}

impl<'a> Place<'a> {
    /// Reads a rule of the forms that are derived, and the usual one of other people.
    pub(super) fn parse(rule: &'a str) -> Option<Self> {
        let passed = quoted(rule, "HostSNI(`").filter(|(_, rest)| rest.is_empty());
        if let Some((host, _)) = passed {
            return Some(Self { host, path: "/" });
        }
        let (host, rest) = quoted(rule, "Host(`")?;
        if rest.is_empty() {
            return Some(Self { host, path: "/" });
        }
        let rest = rest.strip_prefix(" && ")?;
        if let Some((path, "")) = quoted(rest, "PathPrefix(`") {
            return Some(Self { host, path });
        }
        let (path, rest) = quoted(rest, "(Path(`")?;
        let (below, end) = quoted(rest, " || PathPrefix(`")?;
        let same = below.strip_suffix('/') == Some(path) && end == ")";
        same.then_some(Self { host, path })
    }

    /// Says whether all requests to another place come here, if nobody else takes them.
    pub(super) fn covers(self, other: Self) -> bool {
        let below = other.path.strip_prefix(self.path);
        let below = below.is_some_and(|rest| {
            rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/')
        });
        self.host.eq_ignore_ascii_case(other.host) && below
    }
}

fn quoted<'a>(text: &'a str, before: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.strip_prefix(before)?;
    let (inside, rest) = rest.split_once('`')?;
    Some((inside, rest.strip_prefix(')')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_say_where_they_stand() {
        let rows = [
            ("Host(`a.b`)", Some(("a.b", "/"))),
            ("HostSNI(`a.b`)", Some(("a.b", "/"))),
            ("Host(`a.b`) && PathPrefix(`/x/`)", Some(("a.b", "/x/"))),
            (
                "Host(`a.b`) && (Path(`/x`) || PathPrefix(`/x/`))",
                Some(("a.b", "/x")),
            ),
            ("Host(`a.b`) && (Path(`/x`) || PathPrefix(`/y/`))", None),
            ("Host(`a.b`) && PathPrefix(`/x`) && Method(`GET`)", None),
            ("Host(`a.b`) || Host(`c.d`)", None),
            ("HostRegexp(`.*`)", None),
        ];
        for (rule, expected) in rows {
            let place = expected.map(|(host, path)| Place { host, path });
            assert_eq!(Place::parse(rule), place, "{rule}");
        }
    }
}
