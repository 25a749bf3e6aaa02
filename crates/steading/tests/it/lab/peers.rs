//! The tools that people come from, as they are: `kubectl` is one of the lab's programs, Helm is built from its Go module.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::ground::ground;
use crate::home::Home;

/// Runs `kubectl` on the lab.
pub(crate) fn kubectl(line: &str, home: &Home) -> String {
    static KUBECTL: OnceLock<PathBuf> = OnceLock::new();
    let program = KUBECTL.get_or_init(|| {
        let mut binaries = Command::new(env!("CARGO_BIN_EXE_steading"));
        let folder = output(binaries.args(["lab", "binaries"]));
        Path::new(folder.trim()).join("kubectl")
    });
    output(&mut on_lab(program, line, home))
}

/// Runs Helm on the lab; it keeps its records in objects of a kind: `secret` or `configmap`.
pub(crate) fn helm(line: &str, kept_in: &str, home: &Home) -> String {
    output(on_lab(built(), line, home).env("HELM_DRIVER", kept_in))
}

/// Starts Helm on the lab, and does not wait for its end.
pub(crate) fn start_helm(line: &str, home: &Home) -> Child {
    let mut command = on_lab(built(), line, home);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("Helm starts")
}

/// Builds Helm, where `cargo xtask ci` or `cargo xtask bench` did not.
fn built() -> &'static Path {
    static HELM: OnceLock<PathBuf> = OnceLock::new();
    HELM.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let folder = target.expect("it is in the target folder").join("peers");
        let program = folder.join("helm");
        if !program.exists() {
            let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/peers");
            let mut go = Command::new("go");
            go.arg("-C").arg(module).args(["build", "-trimpath", "-o"]);
            output(go.arg(format!("{}/", folder.display())).arg("tool"));
        }
        program
    })
}

fn on_lab(program: &Path, line: &str, home: &Home) -> Command {
    let mut command = Command::new(program);
    command
        .args(line.split_whitespace())
        .env_clear()
        .env("HOME", home.path())
        .env("KUBECONFIG", ground().lab().kubeconfig_path())
        .current_dir(home.path())
        .stdin(Stdio::null());
    command
}

/// Returns what a program says that must end well.
fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).expect("it says text")
}
