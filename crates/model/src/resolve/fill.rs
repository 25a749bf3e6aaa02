//! The content of files beside the declaration.

use std::collections::BTreeMap;
use std::fmt;

use super::codes::NO_SUCH_FILE;
use crate::application::{Application, Component, FileContent, FileSpec, JobScript};
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{ApplicationFile, Declarations};
use crate::name::RelativePath;
use crate::node::{FieldPath, Node};
use crate::read::nearest;

/// Loads what `fromFile` names, and says what is not there.
pub(super) fn files(
    declarations: &Declarations,
    file: &ApplicationFile,
    application: &mut Application,
    report: &mut Report,
) {
    let Application {
        components,
        fields,
        tree,
        ..
    } = application;
    let mut filler = Filler {
        declarations,
        file,
        tree,
        report,
    };
    let spec = FieldPath::default().key("spec");
    for component in components {
        filler.container(component);
    }
    for job in fields.jobs.values_mut() {
        filler.script_of(&mut job.own.script, &job.container.path);
        filler.container(&mut job.container);
    }
    let verify = fields
        .rollout
        .iter_mut()
        .flat_map(|rollout| &mut rollout.verify);
    for (at, verify) in verify.enumerate() {
        let path = spec.key("rollout").key("verify").index(at);
        filler.script_of(&mut verify.script, &path);
    }
    if let Some(monitoring) = &mut fields.monitoring {
        let path = spec.key("monitoring");
        filler.all(&mut monitoring.alerts.own, &path.key("alerts"));
        filler.all(&mut monitoring.dashboards, &path.key("dashboards"));
    }
}

struct Filler<'a> {
    declarations: &'a Declarations,
    file: &'a ApplicationFile,
    tree: &'a Node,
    report: &'a mut Report,
}

impl Filler<'_> {
    fn container(&mut self, container: &mut Component) {
        let Component { path, fields, .. } = container;
        self.all(&mut fields.files, &path.key("files"));
        for step in fields.init.values_mut() {
            self.script_of(&mut step.own.script, &step.container.path);
            self.container(&mut step.container);
        }
        for sidecar in fields.sidecars.values_mut() {
            self.container(&mut sidecar.container);
        }
    }

    fn script_of(&mut self, script: &mut Option<JobScript>, path: &FieldPath) {
        if let Some(script) = script {
            self.script(script, &path.key("script"));
        }
    }

    fn all<K: fmt::Display>(&mut self, files: &mut BTreeMap<K, FileSpec>, path: &FieldPath) {
        for (key, spec) in files {
            self.fill(spec, &path.key(key.to_string()));
        }
    }

    fn fill(&mut self, spec: &mut FileSpec, place: &FieldPath) {
        if let FileContent::FromFile { path, loaded } = &mut spec.content {
            *loaded = self.declarations.beside(self.file, path);
            if loaded.is_empty() {
                self.missing(path, place);
            }
        }
    }

    fn script(&mut self, script: &mut JobScript, place: &FieldPath) {
        let JobScript { from_file, loaded } = script;
        match self
            .declarations
            .beside(self.file, from_file)
            .into_iter()
            .find(|(below, _)| below.is_empty())
        {
            Some((_, content)) => *loaded = content,
            None => self.missing(from_file, place),
        }
    }

    fn missing(&mut self, path: &RelativePath, place: &FieldPath) {
        let there = self.declarations.paths_beside(self.file);
        let help = match nearest(path.as_str(), &there) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "paths are relative to the folder of the declaration".to_owned(),
        };
        let message = format!("there is no file or folder `{path}` beside the declaration");
        self.report.push(
            Diagnostic::error(NO_SUCH_FILE, message)
                .at(self.tree.span_at(&place.key("fromFile")))
                .help(help),
        );
    }
}
