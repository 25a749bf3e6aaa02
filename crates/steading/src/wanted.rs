//! What a run wants in the cluster: declarations, checked, of the applications that were named or of all.

use steading_model::estate::{Environment, Estate};
use steading_model::name::EnvironmentName;
use steading_model::{Desired, Report, Severity};

use crate::diagnostics::{self, tally};
use crate::error::CommandError;
use crate::pipeline::{Loaded, Selection};
use crate::session::Session;
use crate::settings;

/// What is wanted.
pub(crate) struct Wanted {
    /// The declarations.
    pub(crate) loaded: Loaded,
    /// The environment.
    pub(crate) environment: EnvironmentName,
    /// What they should be in the cluster.
    pub(crate) desired: Vec<Desired>,
    /// Whether these are all applications of the environment.
    pub(crate) coverage: Coverage,
}

/// Which applications a run is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// All of an environment: what is not declared any more there goes; other environments on the same cluster stay.
    Everything(EnvironmentName),
    /// Some by name: others are left alone.
    Named,
}

/// What is said about warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Warnings {
    /// How many there are: `steading check` shows them.
    Counted,
    /// All: `steading check` does not know the declaration.
    Shown,
}

impl Wanted {
    /// Reads, compiles and checks; findings that are errors stop it here. What all applications of the cluster share comes first.
    /// An image, where there is one, wins over that of the one application.
    pub(crate) fn read(
        session: &Session,
        environment: &str,
        applications: &[String],
        image: Option<&str>,
    ) -> Result<Self, CommandError> {
        let mut loaded = Loaded::read(session)?;
        loaded.override_image(image, applications)?;
        let shared = loaded.shared(settings::today());
        let mut wanted = Self::of(
            session,
            loaded,
            environment,
            applications,
            Warnings::Counted,
        )?;
        wanted.desired.splice(0..0, shared);
        Ok(wanted)
    }

    /// Compiles and checks what was loaded; without what all applications of the cluster share.
    pub(crate) fn of(
        session: &Session,
        mut loaded: Loaded,
        environment: &str,
        applications: &[String],
        warnings: Warnings,
    ) -> Result<Self, CommandError> {
        let selection = Selection::new(&loaded, applications)?;
        loaded.environments(Some(environment))?;
        let (desired, report) = loaded.desired(environment, &selection, settings::today());
        refuse_errors(session, &loaded, report, warnings)?;
        loaded.shed_applications();
        let environment = EnvironmentName::parse(environment)
            .map_err(|problem| CommandError::usage(format!("`--env` {problem}")))?;
        let coverage = if applications.is_empty() {
            Coverage::Everything(environment.clone())
        } else {
            Coverage::Named
        };
        Ok(Self {
            loaded,
            environment,
            desired,
            coverage,
        })
    }

    /// Returns the estate.
    pub(crate) fn estate(&self) -> Result<&Estate, CommandError> {
        self.loaded
            .estate()
            .ok_or_else(|| CommandError::failure("there is no estate"))
    }

    /// Returns the environment.
    pub(crate) fn environment(&self) -> Result<Environment<'_>, CommandError> {
        let known = self.estate()?.environment(&self.environment);
        known.ok_or_else(|| {
            CommandError::failure(format!("there is no environment `{}`", self.environment))
        })
    }
}

/// Prints findings that are errors, and stops.
fn refuse_errors(
    session: &Session,
    loaded: &Loaded,
    report: Report,
    warnings: Warnings,
) -> Result<(), CommandError> {
    if report.has_errors() {
        let errors = report.map(|finding| (finding.severity == Severity::Error).then_some(finding));
        diagnostics::say(&session.ui, loaded.findings(&errors), &tally(&errors));
        return Err(CommandError::failure(
            "the declarations have errors: nothing is planned",
        ));
    }
    match (report.count(Severity::Warning), warnings) {
        (0, _) => {}
        (_, Warnings::Shown) => {
            let report =
                report.map(|finding| (finding.severity == Severity::Warning).then_some(finding));
            diagnostics::say(&session.ui, loaded.findings(&report), &tally(&report));
        }
        (number, Warnings::Counted) => session.ui.say(&format!(
            "{}: `steading check` shows them",
            diagnostics::count(number, "warning")
        )),
    }
    Ok(())
}
