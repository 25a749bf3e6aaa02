//! Where secret values come from and how a container gets them.

use std::collections::BTreeMap;

use crate::name::{EnvName, LabelName, MountPath, SecretKey, SecretPath};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::record;
use crate::shape::Shape;

record! {
    /// Secret values: from the estate's secret backend, or made once.
    pub struct Secrets {
        /// The place in the backend: a folder, or the name of an existing Secret. Default: the application's name. Example: `miniflux`.
        "path" path: Option<SecretPath>,
        /// The environment of the backend to read from. Default: the estate's for this environment. Example: `prod`.
        "environment" environment: Option<LabelName>,
        /// Keys that become environment variables: a list of keys, or a mapping of variable to key. Default: none. Example: `{
        /// DATABASE_URL: url }`. Derives: `env` with `secretKeyRef`.
        "env" env: SecretEnv,
        /// Keys that become files, by path. Default: none. Example: `{ /etc/app/key.pem: tls-key }`. Derives: a volume of the Secret and a
        /// mount for each path.
        "files" files: BTreeMap<MountPath, SecretKey>,
        /// Makes every key of the secret an environment variable. Default: `false`. Derives: `envFrom` with the whole Secret.
        "all" all: Option<bool>,
        /// Keys that Steading makes once, at random, and keeps; they become environment variables. Default: none. Example: `[SESSION_KEY]`.
        /// Derives: a Secret that is made at the first release and kept, and `env` with `secretKeyRef`.
        "generate" generate: Vec<EnvName>,
        /// Values from other places of the backend than `path`, such as those that several applications share. Default: none. Example: `{
        /// /shared/mail: { env: { SMTP_PASSWORD: password } } }`. Derives: as `env` and `files`, from the Secret of that place.
        "from" from: BTreeMap<SecretPath, OtherSecrets>,
    }
}

record! {
    /// Secret values from another place of the backend.
    pub struct OtherSecrets {
        /// Keys that become environment variables: a list of keys, or a mapping of variable to key. Default: none. Example: `{
        /// SMTP_PASSWORD: password }`. Derives: `env` with `secretKeyRef`.
        "env" env: SecretEnv,
        /// Keys that become files, by path. Default: none. Example: `{ /etc/app/key.pem: tls-key }`. Derives: a volume of the Secret and a
        /// mount for each path.
        "files" files: BTreeMap<MountPath, SecretKey>,
        /// Makes every key of the secret an environment variable. Default: `false`. Derives: `envFrom` with the whole Secret.
        "all" all: Option<bool>,
    }
}

impl Secrets {
    /// Returns all places with what is read there: its own first, then those of `from`.
    pub fn places(&self) -> Vec<Self> {
        let own = Self {
            from: BTreeMap::new(),
            ..self.clone()
        };
        let others = self.from.iter().map(|(path, other)| Self {
            path: Some(path.clone()),
            env: other.env.clone(),
            files: other.files.clone(),
            all: other.all,
            generate: Vec::new(),
            from: BTreeMap::new(),
            environment: self.environment.clone(),
        });
        std::iter::once(own).chain(others).collect()
    }
}

/// Variables by name with the key of each, written as a list of keys or as a mapping of variable to key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretEnv(pub BTreeMap<EnvName, SecretKey>);

impl Read for SecretEnv {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_some() {
            return BTreeMap::read(node, reader).map(Self);
        }
        let names = Vec::<EnvName>::read(node, reader)?;
        names
            .into_iter()
            .map(|name| Some((name.clone(), SecretKey::parse(name.as_str()).ok()?)))
            .collect::<Option<_>>()
            .map(Self)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            Vec::<EnvName>::shape(),
            BTreeMap::<EnvName, SecretKey>::shape(),
        ])
    }
}
