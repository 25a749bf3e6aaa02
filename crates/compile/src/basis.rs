//! What all containers have in common: components, sidecars, init steps, jobs and checks become a [`Container`] here; from then on
//! they go through the same code.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use steading_model::application::{
    Component, ContainerFields, FileContent, FileSpec, InitStep, Job, JobScript, Resources, Role,
    Secrets, Security,
};
use steading_model::name::{EnvName, ImageRef, Literal, MountPath};
use steading_model::{FieldPath, Span};

use crate::scope::{Output, Scope};
use crate::secret::{self, Wanted};
use crate::substitute::{self, Fact, Reference};
use crate::uses::{self, Use};
use crate::{certificate, facts};

/// A container before it becomes JSON.
#[derive(Clone)]
pub(crate) struct Container<'a> {
    pub(crate) name: String,
    pub(crate) path: FieldPath,
    /// The component that it starts from, for facts.
    pub(crate) component: Option<&'a Component>,
    pub(crate) image: Option<&'a ImageRef>,
    pub(crate) command: Vec<String>,
    pub(crate) args: Vec<String>,
    pub(crate) working_dir: Option<&'a MountPath>,
    pub(crate) env: BTreeMap<String, Source<'a>>,
    /// Secrets that are environment variables as a whole.
    pub(crate) env_from: BTreeSet<String>,
    pub(crate) files: BTreeMap<String, File<'a>>,
    pub(crate) resources: Option<&'a Resources>,
    pub(crate) security: Option<&'a Security>,
    /// Where `${secrets.KEY}` is.
    pub(crate) secrets: Option<&'a Secrets>,
}

/// Where the value of a variable comes from.
#[derive(Clone)]
pub(crate) enum Source<'a> {
    /// Derived, literal.
    Fixed(String),
    /// The declaration.
    Declared { text: &'a str, path: FieldPath },
    /// Something that is used: text with facts of it, with the place that it comes from.
    Catalogue {
        text: String,
        one: Use<'a>,
        path: FieldPath,
        span: Span,
    },
    /// A Secret.
    Secret { secret: String, key: String },
}

/// A file that a container sees.
#[derive(Clone)]
pub(crate) struct File<'a> {
    pub(crate) content: Content<'a>,
    pub(crate) mode: Option<u32>,
    pub(crate) path: FieldPath,
}

/// Where the content of a file comes from.
#[derive(Clone)]
pub(crate) enum Content<'a> {
    /// The declaration, or a file beside it.
    Bytes(&'a [u8]),
    /// A folder beside the declaration, each file by its path below it.
    Folder(&'a [(String, Vec<u8>)]),
    /// A key of a Secret.
    Secret { secret: String, key: String },
    /// All keys of a Secret, as a folder.
    SecretFolder(String),
}

/// What the facts begin with that are keys of the container's secrets.
pub(crate) const SECRETS: &str = "secrets.";
/// Where scripts are mounted.
const SCRIPTS: &str = "/steading/scripts";
/// Scripts can be run.
const SCRIPT_MODE: u32 = 0o555;

impl<'a> Container<'a> {
    /// Starts with nothing.
    fn empty(name: &str, path: FieldPath) -> Self {
        Self {
            name: name.to_owned(),
            path,
            component: None,
            image: None,
            command: Vec::new(),
            args: Vec::new(),
            working_dir: None,
            env: BTreeMap::new(),
            env_from: BTreeSet::new(),
            files: BTreeMap::new(),
            resources: None,
            security: None,
            secrets: None,
        }
    }

    /// Returns a container as it was resolved; what it tells of derived facts is told of `component`.
    ///
    /// What the application uses is for its own programs: a sidecar is another program, unless it says that it is like one of them.
    pub(crate) fn of(
        scope: &Scope<'a>,
        (role, declared): (Role, &'a Component),
        component: Option<&'a Component>,
        output: &mut Output,
    ) -> Self {
        let fields: &ContainerFields = &declared.fields;
        let mut container = Self::empty(declared.name.as_str(), declared.path.clone());
        container.component = component;
        container.image = fields.image.as_ref();
        container.command = literals(&fields.command);
        container.args = literals(&fields.args);
        container.working_dir = fields.working_dir.as_ref();
        container.resources = fields.resources.as_ref();
        container.security = fields.security.as_ref();
        if let Some((_, port)) = fields.first_port() {
            let port = Source::Fixed(port.port.to_string());
            container.env.insert("PORT".to_owned(), port);
        }
        if role != Role::Sidecar || fields.like.is_some() {
            let owner = uses::owner(scope, &declared.path);
            uses::secret::bring(scope, owner, output);
            uses::variables(scope, owner, &mut container.env);
        }
        container.declare(&fields.env, &declared.field("env"));
        let secrets = fields.secrets.as_ref();
        container.secrets = secrets;
        container.read_secrets(scope, secrets, &declared.field("secrets"), output);
        container.mentioned_secrets(scope, output);
        let files = declared.field("files");
        container.files(scope, secrets, &fields.files, &files, output);
        container
    }

    /// Returns the container of a component.
    pub(crate) fn of_component(
        scope: &Scope<'a>,
        component: &'a Component,
        output: &mut Output,
    ) -> Self {
        Self::of(scope, (Role::Component, component), Some(component), output)
    }

    /// Returns the container of an init step of a component.
    pub(crate) fn of_step(
        scope: &Scope<'a>,
        component: &'a Component,
        step: &'a InitStep,
        output: &mut Output,
    ) -> Self {
        let container = (Role::Init, &step.container);
        let mut container = Self::of(scope, container, Some(component), output);
        if let Some(script) = &step.own.script {
            container.script(script, &step.container.field("script"));
        }
        container
    }

    /// Returns the container of a job.
    pub(crate) fn of_job(scope: &Scope<'a>, job: &'a Job, output: &mut Output) -> Self {
        let component = component_like(scope, &job.container);
        let mut container = Self::of(scope, (Role::Job, &job.container), component, output);
        if let Some(script) = &job.own.script {
            container.script(script, &job.container.field("script"));
        }
        container
    }

    /// Returns a container that does what a component does not, of the same image: a check.
    pub(crate) fn starting_from(
        scope: &Scope<'a>,
        component: Option<&'a Component>,
        name: &str,
        output: &mut Output,
    ) -> Self {
        match component {
            Some(component) => Self::of_component(scope, component, output),
            None => Self::empty(name, FieldPath::default()),
        }
    }

    /// Runs a script beside the declaration.
    pub(crate) fn script(&mut self, script: &'a JobScript, path: &FieldPath) {
        let file = script.from_file.as_str();
        let name = file.rsplit('/').next().unwrap_or(file);
        let place = format!("{SCRIPTS}/{name}");
        let file = File {
            content: Content::Bytes(&script.loaded),
            mode: Some(SCRIPT_MODE),
            path: path.clone(),
        };
        self.command = vec![place.clone()];
        self.files.insert(place, file);
    }

    /// Declares variables over those that are there.
    fn declare(&mut self, env: &'a BTreeMap<EnvName, Literal>, path: &FieldPath) {
        for (name, text) in env {
            let source = Source::Declared {
                text: text.as_str(),
                path: path.key(name.as_str()),
            };
            self.env.insert(name.to_string(), source);
        }
    }

    fn read_secrets(
        &mut self,
        scope: &Scope<'a>,
        secrets: Option<&'a Secrets>,
        path: &FieldPath,
        output: &mut Output,
    ) {
        let Some(secrets) = secrets else { return };
        for key in &secrets.generate {
            let source = secret::generated(scope, key.as_str(), output);
            self.env.insert(key.to_string(), source);
        }
        for place in secrets.places().iter().filter(|place| reads(place)) {
            let path = match &place.path {
                Some(other) if secrets.from.contains_key(other) => {
                    path.key("from").key(other.as_str())
                }
                _ => path.clone(),
            };
            self.read_place(scope, place, &path, output);
        }
    }

    fn read_place(
        &mut self,
        scope: &Scope<'a>,
        place: &Secrets,
        path: &FieldPath,
        output: &mut Output,
    ) {
        let keys = place.env.0.values().chain(place.files.values());
        let wanted = match place.all {
            Some(true) => Wanted::All,
            Some(false) | None => Wanted::Keys(keys.map(ToString::to_string).collect()),
        };
        let Some(secret) = secret::place(scope, Some(place), (path, wanted), output) else {
            return;
        };
        for (name, key) in &place.env.0 {
            let (secret, key) = (secret.clone(), key.to_string());
            self.env
                .insert(name.to_string(), Source::Secret { secret, key });
        }
        for (at, key) in &place.files {
            let (secret, key) = (secret.clone(), key.to_string());
            let content = Content::Secret { secret, key };
            let path = path.key("files").key(at.as_str());
            let file = File {
                content,
                mode: None,
                path,
            };
            self.files.insert(at.to_string(), file);
        }
        if place.all == Some(true) {
            self.env_from.insert(secret);
        }
    }

    /// Sees to it that what `${secrets.KEY}` names in a variable is there.
    fn mentioned_secrets(&self, scope: &Scope<'a>, output: &mut Output) {
        for source in self.env.values() {
            let Source::Declared { text, path } = source else {
                continue;
            };
            for key in secrets_named(text) {
                let made = self.secrets.is_some_and(|secrets| {
                    let mut made = secrets.generate.iter();
                    made.any(|made| made.as_str() == key)
                });
                if !made {
                    let wanted = Wanted::Keys(vec![key]);
                    secret::place(scope, self.secrets, (path, wanted), output);
                }
            }
        }
    }

    /// Returns a fact about this container.
    pub(crate) fn fact(&self, scope: &Scope<'_>, name: &str) -> Option<Fact> {
        match name.strip_prefix(SECRETS) {
            Some(key) => secret::fact(scope, self.secrets, key),
            None => facts::fact(scope, self.component, name),
        }
    }

    fn files(
        &mut self,
        scope: &Scope<'a>,
        secrets: Option<&'a Secrets>,
        files: &'a BTreeMap<MountPath, FileSpec>,
        path: &FieldPath,
        output: &mut Output,
    ) {
        for (at, file) in files {
            let path = path.key(at.as_str());
            let content = match &file.content {
                FileContent::Inline(text) => Content::Bytes(text.as_bytes()),
                FileContent::FromFile { loaded, .. } => match loaded.as_slice() {
                    [(below, bytes)] if below.is_empty() => Content::Bytes(bytes),
                    folder => Content::Folder(folder),
                },
                FileContent::Secret(key) => match secret::place(
                    scope,
                    secrets,
                    (&path, Wanted::Keys(vec![key.to_string()])),
                    output,
                ) {
                    Some(secret) => Content::Secret {
                        secret,
                        key: key.to_string(),
                    },
                    None => continue,
                },
                FileContent::ExistingSecret(name) => Content::SecretFolder(name.to_string()),
                FileContent::Certificate(host) => {
                    match certificate::of_host(scope, host, &path, output) {
                        Some(secret) => Content::SecretFolder(secret),
                        None => continue,
                    }
                }
            };
            self.files.insert(
                at.to_string(),
                File {
                    content,
                    mode: file.mode,
                    path,
                },
            );
        }
    }

    /// Returns the names of the Secrets whose change restarts it.
    pub(crate) fn secret_names(&self, scope: &Scope<'_>) -> BTreeSet<String> {
        let generated = secret::generated_name(scope);
        let from_env = self.env.values().flat_map(|source| match source {
            Source::Secret { secret, .. } => vec![secret.clone()],
            Source::Fixed(_) => Vec::new(),
            Source::Declared { text, .. } => secrets_in(text, |name| self.fact(scope, name)),
            Source::Catalogue { text, one, .. } => {
                secrets_in(text, |name| uses::facts::in_text(scope, one, name))
            }
        });
        let from_files = self.files.values().filter_map(|file| match &file.content {
            Content::Secret { secret, .. } | Content::SecretFolder(secret) => Some(secret.clone()),
            Content::Bytes(_) | Content::Folder(_) => None,
        });
        let names = from_env
            .chain(from_files)
            .chain(self.env_from.iter().cloned());
        names.filter(|name| *name != generated).collect()
    }
}

/// Returns the keys that a text names as `${secrets.KEY}`.
fn secrets_named(text: &str) -> Vec<String> {
    let found = RefCell::new(Vec::new());
    let lookup = |name: &str| {
        let key = name.strip_prefix(SECRETS);
        found.borrow_mut().extend(key.map(str::to_owned));
        Some(Fact::Text(String::new()))
    };
    // What is wrong with the text is found when it is written.
    drop(substitute::fill(text, lookup));
    found.into_inner()
}

/// Returns the Secrets that a text refers to; what is wrong with it is found when it is written.
fn secrets_in(text: &str, lookup: impl Fn(&str) -> Option<Fact>) -> Vec<String> {
    let references = match substitute::fill(text, lookup) {
        Ok(substitute::Filled::Text(_, references)) => references,
        Ok(substitute::Filled::Reference(reference)) => BTreeSet::from([reference]),
        Err(_) => BTreeSet::new(),
    };
    let secret = |reference: Reference| match reference {
        Reference::Secret(fact) => Some(fact.secret),
        Reference::Pod(_) => None,
    };
    references.into_iter().filter_map(secret).collect()
}

/// Returns the component that a job is about: the one that `like` names, else the main one.
pub(crate) fn component_like<'a>(
    scope: &Scope<'a>,
    container: &Component,
) -> Option<&'a Component> {
    let like = container.fields.like.as_ref();
    let mut components = scope.application.components.iter();
    let named = like.and_then(|like| components.find(|component| component.name == *like));
    named.or_else(|| scope.application.main_component())
}

/// Says whether anything is read from the backend.
fn reads(secrets: &Secrets) -> bool {
    !secrets.env.0.is_empty() || !secrets.files.is_empty() || secrets.all == Some(true)
}

fn literals(literals: &[Literal]) -> Vec<String> {
    literals.iter().map(ToString::to_string).collect()
}
