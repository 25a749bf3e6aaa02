//! The estate's own rules in the cluster.

use jiff::civil::Date;
use steading_compile::compile_shared;
use steading_model::Desired;
use steading_model::application::Application;
use steading_rules::policy::{Exported, Grounds};

use super::Loaded;
use crate::error::CommandError;

impl Loaded {
    /// Returns what each of the estate's rules becomes in a cluster.
    pub(crate) fn exported_policies(
        &self,
        today: Date,
    ) -> Result<Vec<(&str, Exported)>, CommandError> {
        let applications = self.everywhere();
        let grounds = Grounds {
            estate: self.needed_estate()?,
            applications: &applications,
            today: Some(today),
        };
        Ok(self.policies().export(&grounds))
    }

    /// Returns what all applications of a cluster share: of the compiler, and the rules that are kept there.
    pub(crate) fn shared(&self, today: Date) -> Option<Desired> {
        let estate = self.estate()?;
        let mut shared = compile_shared(estate);
        if self.policies().has_installed() {
            let applications = self.everywhere();
            let grounds = Grounds {
                estate,
                applications: &applications,
                today: Some(today),
            };
            shared.objects.extend(self.policies().installed(&grounds));
            shared.objects.sort_by(|one, other| one.id.cmp(&other.id));
        }
        Some(shared)
    }

    /// Returns all applications in all their environments: their waivers count wherever they run.
    fn everywhere(&self) -> Vec<Application> {
        let files = self.declarations.applications.iter();
        files
            .flat_map(|file| {
                let environments = file.environments().into_iter();
                environments.filter_map(|environment| self.resolve(file, environment).0)
            })
            .collect()
    }
}
