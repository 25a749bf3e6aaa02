//! What comes in.

/// One file as it was found.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// The path relative to the root, with `/` between its parts.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// What it is.
    pub role: Role,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its path says: `estate.yaml`, `applications/NAME/application.yaml`, `policies/NAME.yaml`, `.deploy/manifest.yaml`; any other is for `fromFile`.
    ByPath,
    /// A declaration, whatever its path: the user named it.
    Declaration,
    /// Values of the older format that lie under every declaration of that format which follows, as with `helm -f a -f b`.
    Base,
}

impl InputFile {
    /// Makes a file whose path says what it is.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            bytes: bytes.into(),
            role: Role::ByPath,
        }
    }

    /// Makes a file that is a declaration.
    pub fn declaration(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            role: Role::Declaration,
            ..Self::new(path, bytes)
        }
    }

    /// Makes values of the older format for the declarations that follow.
    pub fn base(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            role: Role::Base,
            ..Self::new(path, bytes)
        }
    }

    /// Says whether it is read as YAML.
    pub(super) fn is_declaration(&self) -> bool {
        match self.role {
            Role::Declaration | Role::Base => true,
            Role::ByPath => is_declaration_path(&self.path),
        }
    }
}

fn is_declaration_path(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_start_matches("./").split('/').collect();
    match parts.as_slice() {
        ["estate.yaml" | "estate.yml"]
        | ["applications", _, "application.yaml" | "application.yml"] => true,
        ["policies", .., file] => has_yaml_name(file),
        [.., ".deploy", "manifest.yaml" | "manifest.yml"]
        | [.., ".infrastructure", "application.yaml"] => parts.len() <= 2,
        _ => false,
    }
}

fn has_yaml_name(file: &str) -> bool {
    [".yaml", ".yml"]
        .iter()
        .any(|end| file.len() > end.len() && file.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::is_declaration_path;

    #[test]
    fn declarations_are_known_by_their_paths() {
        for path in [
            "estate.yaml",
            "./estate.yaml",
            "applications/web/application.yaml",
            "policies/no-latest.yaml",
            "policies/images/pinned.yml",
            ".deploy/manifest.yaml",
            ".infrastructure/application.yaml",
        ] {
            assert!(is_declaration_path(path), "{path}");
        }
        for path in [
            "applications/web/config/application.yaml",
            "applications/web/values.yaml",
            "a/b/.deploy/manifest.yaml",
            "x/estate.yaml",
            "README.md",
            "policies/README.md",
            "applications/web/policies/rule.yaml",
        ] {
            assert!(!is_declaration_path(path), "{path}");
        }
    }
}
