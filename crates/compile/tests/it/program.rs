//! Real programs that tests start, built from pinned Go modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A program.
struct Program {
    name: &'static str,
    /// Names one that is there already.
    variable: &'static str,
    /// The folder of the module that pins it, from this crate.
    module: &'static str,
    /// What is required in it, before the version.
    required: &'static str,
    package: &'static str,
    tags: &'static str,
}

/// Judges rules of Prometheus; without the discovery of clouds, which is most of it.
const PROMTOOL: Program = Program {
    name: "promtool",
    variable: "STEADING_PROMTOOL",
    module: "tests/alerts/promtool",
    required: "github.com/prometheus/prometheus v",
    package: "github.com/prometheus/prometheus/cmd/promtool",
    tags: "netgo,remove_all_sd",
};

/// Checks the tokens of routes.
const CADDY: Program = Program {
    name: "caddy",
    variable: "STEADING_CADDY",
    module: "tests/bearer/caddy",
    required: "github.com/caddyserver/caddy/v2 v",
    package: "github.com/caddyserver/caddy/v2/cmd/caddy",
    tags: "nobadger,nomysql,nopgx",
};

/// Returns `promtool`.
pub(crate) fn promtool() -> &'static Path {
    static PATH: LazyLock<PathBuf> = LazyLock::new(|| PROMTOOL.path());
    &PATH
}

/// Returns `caddy`.
pub(crate) fn caddy() -> &'static Path {
    static PATH: LazyLock<PathBuf> = LazyLock::new(|| CADDY.path());
    &PATH
}

impl Program {
    /// Returns where the program is; it is built first where it is not there.
    fn path(&self) -> PathBuf {
        std::env::var_os(self.variable).map_or_else(|| self.built(), PathBuf::from)
    }

    fn built(&self) -> PathBuf {
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.module);
        let home = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let pinned = fs::read_to_string(module.join("go.mod")).unwrap();
        let (_, version) = pinned.split_once(self.required).unwrap();
        let version = version.split_whitespace().next().unwrap();
        let folder = home.unwrap().join("steading").join(self.name);
        let program = folder.join(format!("{}-{version}", self.name));
        if program.exists() {
            return program;
        }
        fs::create_dir_all(&folder).unwrap();
        let fresh = folder.join(format!("building-{}", std::process::id()));
        self.build(&module, &fresh);
        // In one step: another test may do the same at the same time.
        fs::rename(&fresh, &program).unwrap();
        program
    }

    fn build(&self, module: &Path, to: &Path) {
        let mut go = Command::new("go");
        go.arg("-C").arg(module);
        go.args([
            "build",
            "-trimpath",
            "-ldflags",
            "-s -w",
            "-tags",
            self.tags,
        ]);
        go.arg("-o").arg(to).arg(self.package).env("GOWORK", "off");
        let output = go.output().unwrap_or_else(|error| {
            let Self { name, variable, .. } = self;
            panic!("{error}: `go` must be installed, or `{variable}` name `{name}`")
        });
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
