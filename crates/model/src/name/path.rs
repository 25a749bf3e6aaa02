//! Paths: in URLs, in containers, beside a declaration, in a secret store.

use crate::text;

text! {
    /// The path of a URL; it begins with `/`.
    pub struct HttpPath("http-path", about = "begins with `/`", example = "/api") = parse_http;
}

text! {
    /// The path of a URL, perhaps with a query.
    pub struct ProbePath("probe-path", about = "begins with `/`; a query may follow", example = "/health?full=true") = parse_probe;
}

impl ProbePath {
    /// Returns it without the query.
    pub fn path(&self) -> &str {
        self.as_str().split('?').next().unwrap_or_default()
    }
}

text! {
    /// An absolute path in a container or on a host.
    pub struct MountPath("absolute-path", about = "begins with `/`, without `..`", example = "/data") = parse_mount;
}

text! {
    /// A path relative to the declaration's folder, which it cannot leave.
    pub struct RelativePath("relative-path", about = "relative to the declaration's folder, without `..`", example = "config/app.toml") = parse_relative;
}

text! {
    /// A place in the secret backend.
    pub struct SecretPath("secret-path", about = "a place in the secret backend", example = "/linkwarden") = parse_secret;
}

fn parse_http(text: &str) -> Result<String, String> {
    if !text.starts_with('/') {
        return Err(format!("must start with `/`: write `/{text}`"));
    }
    if text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "`?#".contains(c))
    {
        return Err(format!(
            "must be a plain path without spaces, backquotes, `?` or `#`: `{text}`"
        ));
    }
    Ok(text.to_owned())
}

fn parse_probe(text: &str) -> Result<String, String> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    parse_http(path)?;
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"`#".contains(c);
    if !query.chars().all(is_plain) {
        return Err(format!(
            "must have a query without spaces, backquotes or `#`: `{text}`"
        ));
    }
    Ok(text.to_owned())
}

fn parse_mount(text: &str) -> Result<String, String> {
    if !text.starts_with('/') {
        return Err(format!("must be an absolute path: `{text}`"));
    }
    if text.split('/').any(|part| part == "..") || text.contains(['\0', ':']) {
        return Err(format!("must not hold `..` or `:`: `{text}`"));
    }
    Ok(if text.len() > 1 {
        text.trim_end_matches('/').to_owned()
    } else {
        text.to_owned()
    })
}

fn parse_relative(text: &str) -> Result<String, String> {
    if text.is_empty()
        || text.starts_with('/')
        || text.split(['/', '\\']).any(|part| part == "..")
        || text.contains('\0')
    {
        return Err(format!(
            "must be a path below the declaration's folder: `{text}`"
        ));
    }
    Ok(text
        .trim_start_matches("./")
        .trim_end_matches('/')
        .to_owned())
}

fn parse_secret(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(char::is_whitespace) {
        return Err(format!(
            "must be a place in the secret backend such as `/linkwarden`, not `{text}`"
        ));
    }
    Ok(text.to_owned())
}
