//! The estate as read from disk.

use steading_model::estate::{Environment, Estate};
use steading_model::load::{ApplicationFile, Declarations, InputFile, load};
use steading_model::name::{AppName, EnvironmentName};
use steading_model::resolve::{NO_ESTATE, Overrides};
use steading_model::{Diagnostic, Report, Sources, Span};
use steading_rules::policy::Policies;
use steading_rules::schema::Catalog;

use crate::diagnostics::{Findings, Place};
use crate::error::CommandError;
use crate::estate::{self, schemas};
use crate::names;
use crate::session::Session;

/// The estate as loaded, and what is wrong with it for all environments.
pub(crate) struct Loaded {
    /// The declarations.
    pub(crate) declarations: Declarations,
    /// What reading and loading found.
    pub(crate) report: Report,
    /// The kinds of the cluster, where the estate has their schemas.
    catalog: Option<Catalog>,
    /// The estate's own rules.
    policies: Policies,
    /// What stands before paths when they are shown.
    pub(crate) prefix: String,
    /// What the command line says about an application.
    pub(super) overrides: Option<(AppName, Overrides)>,
}

impl Loaded {
    /// Reads and loads the estate of a session.
    pub(crate) fn read(session: &Session) -> Result<Self, CommandError> {
        let directory = session.estate()?;
        let (files, report) = estate::read(&directory);
        Ok(Self::of_files(files, report, directory.shown().to_owned()))
    }

    /// Loads files; `prefix` stands before their paths when they are shown.
    pub(crate) fn of_files(files: Vec<InputFile>, mut report: Report, prefix: String) -> Self {
        let (schemas, files) = schemas::split(files);
        let (mut declarations, findings) = load(files);
        report.extend(findings);
        let (catalog, findings) = schemas::catalog(schemas, &mut declarations.sources);
        report.extend(findings);
        let (policies, findings) = Policies::compile(
            &declarations.rules,
            declarations.estate.as_ref(),
            &declarations.sources,
            catalog.as_ref().unwrap_or_else(|| Catalog::shipped()),
        );
        report.extend(findings);
        if declarations.estate.is_none() && !report.has_errors() {
            let finding = Diagnostic::error(NO_ESTATE, "`estate.yaml` declares no estate");
            report.push(
                finding
                    .help("write `kind: Estate`, or start one elsewhere with `steading init DIR`"),
            );
        }
        Self {
            declarations,
            report,
            catalog,
            policies,
            prefix,
            overrides: None,
        }
    }

    /// Drops the applications' declarations, for commands that need no more than what was compiled of them: there may be thousands.
    pub(crate) fn shed_applications(&mut self) {
        self.declarations.applications = Vec::new();
    }

    /// Takes an image from the command line, which wins over everything; it must be clear whose image it is.
    pub(crate) fn override_image(
        &mut self,
        image: Option<&str>,
        applications: &[String],
    ) -> Result<(), CommandError> {
        let Some(image) = image else {
            return Ok(());
        };
        let file = match applications {
            [name] => self.declarations.application(name),
            _ => {
                return Err(CommandError::usage(
                    "`--image` needs exactly one application",
                ));
            }
        };
        if let Some(name) = file.map(|file| file.name.clone()) {
            self.overrides = Some((name, self.declarations.overrides(Some(image))));
        }
        Ok(())
    }

    /// Returns the files, for places.
    pub(crate) fn sources(&self) -> &Sources {
        &self.declarations.sources
    }

    /// Returns findings with what is needed to print them.
    pub(crate) fn findings<'a>(&'a self, report: &'a Report) -> Findings<'a> {
        Findings {
            report,
            sources: self.sources(),
            prefix: &self.prefix,
        }
    }

    /// Returns a place as it is printed.
    pub(crate) fn place(&self, span: Span) -> Place {
        self.findings(&Report::default()).place(span)
    }

    /// Returns the kinds that objects are checked against.
    pub(crate) fn catalog(&self) -> &Catalog {
        self.catalog.as_ref().unwrap_or_else(|| Catalog::shipped())
    }

    /// Returns the estate's own rules.
    pub(crate) fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Returns the estate; `None` where it could not be read, which is a finding.
    pub(crate) fn estate(&self) -> Option<&Estate> {
        self.declarations.estate.as_ref()
    }

    /// Returns the estate, where a command is nothing without it.
    pub(crate) fn needed_estate(&self) -> Result<&Estate, CommandError> {
        self.estate().ok_or_else(unreadable)
    }

    /// Returns an environment; a name that the estate does not have is an error.
    pub(crate) fn environment(&self, name: &str) -> Result<Environment<'_>, CommandError> {
        self.environments(Some(name))?;
        let estate = self.needed_estate()?;
        let mut names = estate.fields.environments.keys();
        let known = names.find(|known| known.as_str() == name);
        known
            .and_then(|name| estate.environment(name))
            .ok_or_else(unreadable)
    }

    /// Returns the environments that were asked for: the one that was named, else all.
    pub(crate) fn environments(&self, named: Option<&str>) -> Result<Vec<&str>, CommandError> {
        let environments = self.estate().map(|estate| &estate.fields.environments);
        let all: Vec<&str> = environments
            .into_iter()
            .flat_map(|all| all.keys())
            .map(EnvironmentName::as_str)
            .collect();
        match named {
            None => Ok(all),
            // Without an estate nothing is known, and the findings say why.
            Some(_) if self.estate().is_none() => Ok(Vec::new()),
            Some(named) => match all.iter().find(|name| **name == named) {
                Some(name) => Ok(vec![name]),
                None => Err(names::unknown("environment", named, &all)),
            },
        }
    }

    /// Returns the applications that have an environment, by name.
    pub(crate) fn applications_of(
        &self,
        environment: &str,
    ) -> impl Iterator<Item = &ApplicationFile> {
        let all = self.declarations.applications.iter();
        all.filter(move |file| file.environments().contains(&environment))
    }

    /// Returns the folder of an application's file.
    pub(crate) fn folder(&self, file: &ApplicationFile) -> &str {
        let path = self.sources().path(file.file());
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

fn unreadable() -> CommandError {
    CommandError::failure("the estate cannot be read")
        .hint("`steading check` says what is wrong with it")
}
