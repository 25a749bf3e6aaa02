//! Resolving, compiling and checking.

use jiff::civil::Date;
use rayon::prelude::*;
use steading_model::application::Application;
use steading_model::load::ApplicationFile;
use steading_model::resolve::{Overrides, resolve};
use steading_model::{Desired, Report};
use steading_rules::Outcome;

use super::{Loaded, Selection};
use crate::keep::give_back;

/// Environments, compiled.
#[derive(Default)]
pub(crate) struct Compiled {
    /// The applications, resolved, by environment and name.
    pub(crate) applications: Vec<Application>,
    /// What they should be in the cluster.
    pub(crate) desired: Vec<Desired>,
    /// What resolving and compiling found.
    pub(crate) report: Report,
}

impl Loaded {
    /// Returns what the selected applications should be in the cluster, with all findings that concern them.
    pub(crate) fn desired(
        &self,
        environment: &str,
        selection: &Selection,
        today: Date,
    ) -> (Vec<Desired>, Report) {
        let mut compiled = self.compile(&[environment]);
        let outcome = self.check(&compiled, selection, today);
        let found = std::mem::take(&mut compiled.report);
        let report = self.gather(selection, [found, outcome.report]);
        // Where all are meant, memory is scarcer than time: it is given back before more is read.
        if selection.named().is_empty() {
            return (compiled.desired, report);
        }
        let is_meant = |desired: &Desired| selection.has(desired.application.as_str());
        let (desired, others): (Vec<_>, Vec<_>) = compiled.desired.into_iter().partition(is_meant);
        give_back((compiled.applications, others));
        (desired, report)
    }

    /// Returns all findings that concern the selection, those of loading included, in order.
    pub(crate) fn gather<const N: usize>(
        &self,
        selection: &Selection,
        reports: [Report; N],
    ) -> Report {
        let mut all = self.report.clone();
        for report in reports {
            all.extend(report);
        }
        let mut report = selection.of(all, self);
        report.sort(self.sources());
        report
    }

    /// Resolves an application for an environment.
    pub(crate) fn resolve(
        &self,
        file: &ApplicationFile,
        environment: &str,
    ) -> (Option<Application>, Report) {
        let none = Overrides::default();
        let overrides = self
            .overrides
            .as_ref()
            .filter(|(name, _)| *name == file.name);
        resolve(
            &self.declarations,
            file,
            environment,
            overrides.map_or(&none, |(_, overrides)| overrides),
        )
    }

    /// Resolves and compiles all applications of some environments, together, so that what collides is found.
    pub(crate) fn compile(&self, environments: &[&str]) -> Compiled {
        let mut compiled = Compiled::default();
        let Some(estate) = self.estate() else {
            return compiled;
        };
        for environment in environments {
            let files: Vec<&ApplicationFile> = self.applications_of(environment).collect();
            let resolved: Vec<_> = files
                .par_iter()
                .map(|file| self.resolve(file, environment))
                .collect();
            for (application, report) in resolved {
                compiled.applications.extend(application);
                compiled.report.extend(report);
            }
        }
        let (desired, report) = steading_compile::compile(estate, &compiled.applications);
        compiled.desired = desired;
        compiled.report.extend(report);
        compiled
    }

    /// Checks what was compiled: the rules, and the schemas of Kubernetes.
    pub(crate) fn check(&self, compiled: &Compiled, selection: &Selection, today: Date) -> Outcome {
        let Compiled {
            applications,
            desired,
            report: _,
        } = compiled;
        match self.estate() {
            Some(estate) => {
                let (policies, catalog) = (self.policies(), self.catalog());
                steading_rules::check(
                    estate,
                    applications,
                    desired,
                    policies,
                    catalog,
                    Some(today),
                    selection.named(),
                )
            }
            None => Outcome::default(),
        }
    }
}
