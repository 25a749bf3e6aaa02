//! A user's folder: an estate with an environment of its own, and a kubeconfig.

use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;

use super::ground::{Ground, ground};
use super::run::{Ran, Running};
use crate::home::Home;

/// An estate on disk. All tests share one estate in the cluster; each has an environment of its own, named after the test.
pub(crate) struct Place {
    pub(crate) home: Home,
    pub(crate) environment: String,
    kubeconfig: String,
    actor: String,
    transcript: Mutex<String>,
}

impl Place {
    /// Makes one on the lab.
    pub(crate) fn new(environment: &str) -> Self {
        Self::on(ground(), environment)
    }

    pub(super) fn on(ground: &Ground, environment: &str) -> Self {
        let place = Self::of(ground, Home::new(), environment);
        place.estate(&format!("{{ context: {} }}", ground.context()));
        place
    }

    /// Makes one with a copy of an estate that is there already.
    pub(super) fn with(ground: &Ground, folder: &Path, environment: &str) -> Self {
        Self::of(ground, Home::with(folder), environment)
    }

    fn of(ground: &Ground, home: Home, environment: &str) -> Self {
        let kubeconfig = ground.lab().kubeconfig_path();
        Self {
            home,
            environment: environment.to_owned(),
            kubeconfig: kubeconfig.to_str().expect("the path is text").to_owned(),
            actor: "alice".to_owned(),
            transcript: Mutex::default(),
        }
    }

    /// Writes the estate, with what is said of the environment.
    pub(crate) fn estate(&self, environment: &str) {
        let name = &self.environment;
        self.home.write(
            "estate.yaml",
            format!(
                "apiVersion: steading.dev/v1\nkind: Estate\nmetadata: {{ name: home }}\nspec:\n  domains: {{ public: example.org }}\n  \
                 environments: {{ {name}: {environment} }}\n  secrets: {{ existing: {{ name: \"{{application}}-secrets\" }} }}\n  \
                 storage: {{ classes: {{ sensitive: {{ class: standard }}, plain: {{ class: standard }} }} }}\n"
            ),
        );
    }

    /// Writes an application; `more` are lines of its `spec`.
    pub(crate) fn app(&self, name: &str, image: &str, more: &str) {
        self.home.write(
            &format!("applications/{name}/application.yaml"),
            self.declaration(name, image, more),
        );
    }

    /// Returns an application's declaration.
    pub(crate) fn declaration(&self, name: &str, image: &str, more: &str) -> String {
        let mut text = format!(
            "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {{ name: {name} }}\nspec:\n  description: A test\n  image: {image}\n  \
             port: 8080\n  health: {{ path: /healthz }}\n  resources: {{ cpu: 10m, memory: 16Mi }}\n"
        );
        for line in more.lines() {
            writeln!(text, "  {line}").expect("a String takes everything");
        }
        text + &format!("environments: {{ {}: {{}} }}\n", self.environment)
    }

    /// Sets who runs the program.
    pub(crate) fn actor(&mut self, actor: &str) {
        actor.clone_into(&mut self.actor);
    }

    /// Sets the kubeconfig: a text.
    pub(crate) fn kubeconfig(&mut self, text: &str) {
        self.home.write("kubeconfig", text);
        let path = self.home.path().join("kubeconfig");
        path.to_str()
            .expect("the path is text")
            .clone_into(&mut self.kubeconfig);
    }

    /// Returns the namespace of an application.
    pub(crate) fn namespace(&self, application: &str) -> String {
        format!("{}-{application}", self.environment)
    }

    /// Runs the program to its end, for this environment.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.end(self.start(line))
    }

    /// Runs the program to its end, with these arguments only.
    pub(crate) fn run_plain(&self, line: &str) -> Ran {
        self.end(self.begin(line))
    }

    /// Starts the program, for this environment.
    pub(crate) fn start(&self, line: &str) -> Running {
        self.begin(&format!("{line} --env {}", self.environment))
    }

    /// Waits for the end of what was started.
    pub(crate) fn end(&self, running: Running) -> Ran {
        let ran = running.end();
        self.transcript
            .lock()
            .expect("no test panics with it")
            .push_str(&ran.text());
        ran
    }

    fn begin(&self, line: &str) -> Running {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = self.home.steading(&words);
        command
            .env("HOME", self.home.path())
            .env("KUBECONFIG", &self.kubeconfig)
            .env("STEADING_ACTOR", &self.actor);
        Running::start(command, line)
    }

    /// Returns the text of a file.
    pub(crate) fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.home.path().join(path)).expect("the file is there")
    }

    /// Returns everything that the program said here.
    pub(crate) fn transcript(&self) -> String {
        self.transcript
            .lock()
            .expect("no test panics with it")
            .clone()
    }
}
