//! Which lab is meant, where labs are kept, and what nodes they have.

use std::path::PathBuf;

use clap::Args;
use steading_lab::{KUBERNETES_VERSION, Lab, LabName, NodeShape, Settings, Shape};
use steading_model::estate::{Estate, LabNode};
use steading_model::load::load;

use crate::error::CommandError;
use crate::estate;
use crate::session::Session;
use crate::ui::Progress;

/// How many nodes a lab has without an estate that says otherwise.
const NODES: usize = 3;

/// The lab's name on the command line.
#[derive(Args)]
pub(crate) struct NameArgument {
    /// The name of the lab [default: the estate's name]
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<LabName>,
}

/// Where the programs of a lab are.
#[derive(Args)]
pub(crate) struct ProgramsOption {
    /// A folder with etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok [default: `STEADING_LAB_BIN_DIR`, else
    /// built once from Go modules]
    #[arg(long, value_name = "DIR")]
    pub(crate) bin_dir: Option<PathBuf>,
}

impl NameArgument {
    /// Returns the name that was given, else the estate's.
    pub(crate) fn get(self, session: &Session) -> Result<LabName, CommandError> {
        if let Some(name) = self.name {
            return Ok(name);
        }
        let estate = estate(session)?.ok_or_else(|| {
            CommandError::usage("name the lab: there is no estate here to take the name from")
                .hint("`steading lab up NAME`")
        })?;
        Ok(estate.name.as_str().parse()?)
    }
}

impl ProgramsOption {
    /// Returns the settings of labs.
    pub(crate) fn settings(self, session: &Session) -> Result<Settings, CommandError> {
        let mut settings = session.settings.lab()?;
        settings.bin_dir = self
            .bin_dir
            .map(|folder| session.settings.directory.join(folder))
            .or(settings.bin_dir);
        Ok(settings)
    }
}

/// Opens a lab.
pub(crate) fn open(session: &Session, name: &LabName) -> Result<Lab, CommandError> {
    let settings = session.settings.lab()?;
    Lab::open(&settings, name).map_err(|error| {
        let error = CommandError::from(error);
        let known: Vec<String> = Lab::list(&settings)
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        match known.as_slice() {
            [] => error.hint(format!("start it: `steading lab up {name}`")),
            known => error.hint(format!("labs that exist: {}", known.join(", "))),
        }
    })
}

/// Reads the estate, where there is one.
pub(crate) fn estate(session: &Session) -> Result<Option<Estate>, CommandError> {
    let Ok(directory) = session.estate() else {
        return Ok(None);
    };
    let (files, _) = estate::read(&directory);
    let own = files
        .into_iter()
        .filter(|file| file.path == "estate.yaml")
        .collect();
    let (declarations, report) = load(own);
    match declarations.estate {
        Some(estate) => Ok(Some(estate)),
        None if report.has_errors() => Err(CommandError::failure("the estate cannot be read")
            .hint("`steading check` says what is wrong with it")),
        None => Ok(None),
    }
}

/// Returns the nodes that an estate asks for.
pub(crate) fn shape(estate: Option<&Estate>) -> Shape {
    let nodes = estate
        .and_then(|estate| estate.fields.lab.as_ref())
        .map(|lab| lab.nodes.as_slice())
        .unwrap_or_default();
    if nodes.is_empty() {
        Shape::of(NODES)
    } else {
        Shape {
            nodes: nodes.iter().map(node).collect(),
        }
    }
}

fn node(node: &LabNode) -> NodeShape {
    let mut shape = NodeShape::new(
        node.name.as_str(),
        node.cpu.to_string(),
        node.memory.to_string(),
    );
    shape.pods = node.pods.unwrap_or(shape.pods);
    shape.zone = node.zone.as_ref().map(ToString::to_string);
    shape.labels = node
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), value.to_string()))
        .collect();
    shape
}

/// Shows what a lab is doing.
pub(crate) struct LabProgress {
    progress: Progress,
    step: Option<String>,
}

impl LabProgress {
    /// Begins.
    pub(crate) fn new(session: &Session) -> Self {
        Self {
            progress: session.ui.progress(),
            step: None,
        }
    }

    /// Notes that the last step is done.
    pub(crate) fn finish(mut self) {
        self.end_step();
    }

    fn end_step(&mut self) {
        if let Some(step) = self.step.take() {
            self.progress.done(&step);
        }
    }
}

impl steading_lab::Progress for LabProgress {
    fn step(&mut self, text: &str) {
        self.end_step();
        self.progress.activity(text);
        self.step = Some(text.to_owned());
    }

    fn advance(&mut self, done: usize, total: usize) {
        if let Some(step) = &self.step {
            self.progress
                .activity(&format!("{step} ({done} of {total})"));
        }
    }
}

/// Returns the version of Kubernetes that labs run.
pub(crate) fn version() -> &'static str {
    KUBERNETES_VERSION
}
