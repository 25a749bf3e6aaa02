//! Files that a container sees.

use crate::name::{HostName, RelativePath, SecretKey, SubdomainName};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::record;
use crate::shape::Shape;

/// A file: its content, or where that comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct FileSpec {
    /// Where the content comes from.
    pub content: FileContent,
    /// The mode, such as 0o644 or 0o755.
    pub mode: Option<u32>,
}

/// Where a file's content comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// Written in the declaration.
    Inline(String),
    /// A file or folder beside the declaration; after loading, the files in it by their path below it (`""` for a single file).
    FromFile {
        /// The path as written.
        path: RelativePath,
        /// What was loaded, filled in by the resolver.
        loaded: Vec<(String, Vec<u8>)>,
    },
    /// A key of the application's secret.
    Secret(SecretKey),
    /// A Secret that exists already: the path is a folder with a file for each of its keys.
    ExistingSecret(SubdomainName),
    /// A certificate for a host: the path is a folder with `tls.crt` and `tls.key`.
    Certificate(HostName),
}

record! {
    /// A file by its source. One of `content`, `fromFile`, `secret`, `existingSecret` and `certificate`.
    pub struct FileFields {
        /// The content. Default: none. Example: `"listen: 8080"`.
        "content" content: Option<String>,
        /// A file, or a folder as a whole, beside the declaration. Default: none. Example: `config/app.yaml`.
        "fromFile" from_file: Option<RelativePath>,
        /// A key of the application's secret (`secrets.path`). Default: none. Example: `tls-key`.
        "secret" secret: Option<SecretKey>,
        /// A Secret that exists already in the namespace: the path is a folder with a file for each of its keys. Default: none. Example:
        /// `gateway-tls`.
        "existingSecret" existing_secret: Option<SubdomainName>,
        /// A host: the path is a folder with its certificate (`tls.crt`) and key (`tls.key`), for what opens TLS itself. Default: none.
        /// Example: `mail.example.org`. Derives: a `Certificate` of the estate's issuer.
        "certificate" certificate: Option<HostName>,
        /// The mode in octal, quoted. Default: `"0444"`; `"0555"` for a script. Example: `"0755"`. Derives: `mode` or `defaultMode` of the
        /// volume.
        "mode" mode: Option<FileMode>,
    }
}

/// A file mode, written in octal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMode(pub u32);

impl Read for FileMode {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| {
            let digits = text.trim_start_matches("0o");
            u32::from_str_radix(digits, 8)
                .ok()
                .filter(|mode| *mode <= 0o777)
                .map(Self)
                .ok_or_else(|| format!("must be a mode in octal such as `\"0755\"`, not `{text}`"))
        })
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "file-mode",
            about: "a mode in octal",
            example: "0755",
        }
    }
}

impl Read for FileSpec {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_none() {
            return Some(Self {
                content: FileContent::Inline(String::read(node, reader)?),
                mode: None,
            });
        }
        let fields = FileFields::read(node, reader)?;
        let mode = fields.mode.map(|mode| mode.0);
        let content = match (
            fields.content,
            fields.from_file,
            fields.secret,
            fields.existing_secret,
            fields.certificate,
        ) {
            (Some(content), None, None, None, None) => FileContent::Inline(content),
            (None, Some(path), None, None, None) => FileContent::FromFile {
                path,
                loaded: Vec::new(),
            },
            (None, None, Some(key), None, None) => FileContent::Secret(key),
            (None, None, None, Some(name), None) => FileContent::ExistingSecret(name),
            (None, None, None, None, Some(host)) => FileContent::Certificate(host),
            _ => {
                reader.invalid(
                    node,
                    "must have exactly one of `content`, `fromFile`, `secret`, `existingSecret` and `certificate`",
                );
                return None;
            }
        };
        Some(Self { content, mode })
    }

    fn shape() -> Shape {
        Shape::Either(vec![String::shape(), FileFields::shape()])
    }
}
