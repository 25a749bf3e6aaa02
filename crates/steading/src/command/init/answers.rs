//! The five questions, and the flags that answer them.

use std::path::Path;

use clap::Args;
use steading_model::name::{EnvironmentName, HostName, LabelName, SubdomainName};

use crate::error::CommandError;
use crate::session::Session;
use crate::settings::Stream;

/// The flags of `steading init`.
#[derive(Args)]
pub(super) struct Flags {
    /// Name of the estate [default: the folder's]
    #[arg(long, value_parser = LabelName::parse)]
    name: Option<LabelName>,

    /// Zone of public hosts
    #[arg(long, value_name = "DOMAIN", value_parser = HostName::parse)]
    domain: Option<HostName>,

    /// Environments, separated by commas
    #[arg(long, value_name = "ENV,…", value_parser = environments)]
    environments: Option<Environments>,

    /// `ClusterIssuer` of cert-manager; empty for none
    #[arg(long, value_name = "NAME", value_parser = optional_name)]
    issuer: Option<OptionalName>,

    /// `StorageClass` for data
    #[arg(long, value_name = "NAME", value_parser = SubdomainName::parse)]
    storage_class: Option<SubdomainName>,

    /// Take the default of every question that no flag answers
    #[arg(short, long)]
    yes: bool,
}

/// What the new estate is like.
pub(super) struct Answers {
    /// Its name.
    pub(super) name: LabelName,
    /// The zone of public hosts.
    pub(super) domain: HostName,
    /// Its environments.
    pub(super) environments: Environments,
    /// The issuer of certificates.
    pub(super) issuer: OptionalName,
    /// The storage class for data.
    pub(super) storage_class: SubdomainName,
}

impl Answers {
    /// Returns the first environment.
    pub(super) fn first_environment(&self) -> &EnvironmentName {
        self.environments
            .0
            .first()
            .expect("there must be at least one environment")
    }
}

/// At least one environment.
#[derive(Clone, Debug)]
pub(super) struct Environments(pub(super) Vec<EnvironmentName>);

/// A name, or none.
#[derive(Clone, Debug)]
pub(super) struct OptionalName(pub(super) Option<SubdomainName>);

/// Where an answer comes from that no flag gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    Ask,
    Default,
}

impl Flags {
    /// Returns the answers: those of the flags, and for the others those of whoever sits at the terminal, or the defaults.
    pub(super) fn answers(self, session: &Session, folder: &Path) -> Result<Answers, CommandError> {
        let Self {
            name,
            domain,
            environments: names,
            issuer,
            storage_class,
            yes,
        } = self;
        let complete = name.is_some()
            && domain.is_some()
            && names.is_some()
            && issuer.is_some()
            && storage_class.is_some();
        let can_ask = session.settings.stdin == Stream::Terminal
            && session.settings.stderr == Stream::Terminal;
        let otherwise = match (yes || complete, can_ask && !session.settings.ci) {
            (true, _) => Otherwise::Default,
            (false, true) => Otherwise::Ask,
            (false, false) => return Err(cannot_ask()),
        };
        let asking = Asking { session, otherwise };
        Ok(Answers {
            name: asking.get(
                name,
                "What is the estate called?",
                &default_name(folder),
                LabelName::parse,
            )?,
            domain: asking.get(
                domain,
                "Below which domain are its public hosts?",
                "example.org",
                HostName::parse,
            )?,
            environments: asking.get(
                names,
                "Which environments does it have?",
                "prod",
                environments,
            )?,
            issuer: asking.get(
                issuer,
                "Which ClusterIssuer of cert-manager makes certificates?",
                "letsencrypt",
                optional_name,
            )?,
            storage_class: asking.get(
                storage_class,
                "Which StorageClass holds data?",
                "standard",
                SubdomainName::parse,
            )?,
        })
    }
}

struct Asking<'a> {
    session: &'a Session,
    otherwise: Otherwise,
}

impl Asking<'_> {
    fn get<T>(
        &self,
        flag: Option<T>,
        question: &str,
        default: &str,
        accept: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CommandError> {
        match (flag, self.otherwise) {
            (Some(value), _) => Ok(value),
            (None, Otherwise::Ask) => self.session.ui.ask(question, default, accept),
            (None, Otherwise::Default) => accept(default)
                .map_err(|problem| CommandError::failure(format!("`{default}` {problem}"))),
        }
    }
}

fn cannot_ask() -> CommandError {
    CommandError::usage("cannot ask questions here: this is not a terminal")
        .hint("`steading init --yes` takes the defaults; `steading init --help` lists the flags")
}

/// The folder's name where it can be a name.
fn default_name(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder
        .file_name()
        .and_then(|name| name.to_str())
        .map(str::to_lowercase);
    name.filter(|name| LabelName::parse(name).is_ok())
        .unwrap_or_else(|| "homestead".to_owned())
}

fn environments(text: &str) -> Result<Environments, String> {
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    let names = names
        .map(EnvironmentName::parse)
        .collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() {
        return Err("must name at least one environment".to_owned());
    }
    Ok(Environments(names))
}

fn optional_name(text: &str) -> Result<OptionalName, String> {
    match text {
        "" | "none" => Ok(OptionalName(None)),
        name => SubdomainName::parse(name).map(|name| OptionalName(Some(name))),
    }
}
