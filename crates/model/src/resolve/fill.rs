//! The content of files beside the declaration.

use std::collections::BTreeMap;
use std::fmt;

use super::codes::NO_SUCH_FILE;
use crate::application::{Application, FileContent, FileSpec, JobScript};
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
        filler.all(&mut component.fields.files, &component.path.key("files"));
    }
    for (name, job) in &mut fields.jobs {
        let path = spec.key("jobs").key(name.as_str());
        filler.all(&mut job.files, &path.key("files"));
        if let Some(script) = &mut job.script {
            filler.script(script, &path.key("script"));
        }
    }
    let verify = fields
        .rollout
        .iter_mut()
        .flat_map(|rollout| &mut rollout.verify);
    for (at, verify) in verify.enumerate() {
        let path = spec.key("rollout").key("verify").index(at);
        if let Some(script) = &mut verify.script {
            filler.script(script, &path.key("script"));
        }
    }
    if let Some(monitoring) = &mut fields.monitoring {
        let path = spec.key("monitoring");
        filler.all(&mut monitoring.alerts, &path.key("alerts"));
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
