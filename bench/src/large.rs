//! The rows of an estate of about 40,000 objects, for the memory that each object takes.

use anyhow::Result;

use crate::lab::Lab;
use crate::measure;
use crate::suite::{Bench, objects};
use crate::table::run_row;

/// Applications of nine objects each.
const APPLICATIONS: usize = 4_444;

impl Bench<'_> {
    /// Check, render, first apply and plan, once each.
    pub(crate) fn large(&self) -> Result<()> {
        let estate = self.estate(APPLICATIONS)?;
        let check = measure::run(&mut self.steading(&estate, &["check"]), &[0])?;
        let render = self.render(&estate)?;
        let objects = objects(&self.rendered())?;
        let show = |what: &str, run| {
            let what = format!("{what} of {APPLICATIONS} applications ({objects} objects)");
            run_row(&what, run, objects, None);
        };
        show("check", check);
        show("render", render);
        Lab::with(self, &estate, |lab| {
            show(
                "first apply",
                self.on_lab(lab, &estate, &["apply", "--yes"])?,
            );
            let plan = ["plan", "--detailed-exitcode"];
            show("plan, nothing to do,", self.on_lab(lab, &estate, &plan)?);
            Ok(())
        })
    }
}
