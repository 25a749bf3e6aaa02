//! Builds the programs from the pinned Go module into the cache.
//!
//! Everything is made in a directory of its own and moved into place in one step, under a lock, so that the
//! cache holds all programs or none, whoever is killed when.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Command;

use super::{Binaries, find, module};
use crate::directory::{create_private, remove};
use crate::lock::{Lock, LockError};
use crate::progress::Progress;
use crate::settings::Settings;

/// How much of what Go said is kept for the error.
const TAIL: usize = 20;

/// Why the programs could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Go is not installed.
    #[error(
        "cannot build the lab's programs: found no `go` on the `PATH`; install Go 1.26 or later from `https://go.dev/dl`, or name a directory with the programs: `--bin-dir`"
    )]
    GoMissing,
    /// Go is too old or does not work.
    #[error(
        "cannot build the lab's programs with the `go` on the `PATH`; install Go 1.26 or later from `https://go.dev/dl`; it said: {said}"
    )]
    GoUnsuited {
        /// The end of what Go wrote.
        said: String,
    },
    /// A step of the build failed.
    #[error("cannot build the lab's programs: `{command}` failed; it said: {said}")]
    Failed {
        /// The command.
        command: String,
        /// The end of what it wrote.
        said: String,
    },
    /// The build took too long.
    #[error("building the lab's programs took longer than {seconds} s")]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// Another command builds, or the cache cannot be locked.
    #[error("cannot lock the cache of the lab's programs")]
    Lock(#[source] LockError),
    /// A file could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The build succeeded but a program is not there.
    #[error("the build of the lab's programs is incomplete")]
    Incomplete(#[source] super::FindError),
}

/// Builds the programs, unless another command has just done so.
pub(super) async fn build(
    settings: &Settings,
    limit: Duration,
    progress: &mut dyn Progress,
) -> Result<Binaries, BuildError> {
    let seconds = limit.as_secs();
    let all = build_locked(settings, limit, progress);
    let built = tokio::time::timeout(limit, all).await;
    built.unwrap_or(Err(BuildError::TimedOut { seconds }))
}

async fn build_locked(
    settings: &Settings,
    limit: Duration,
    progress: &mut dyn Progress,
) -> Result<Binaries, BuildError> {
    let path = settings.cache.join("build.lock");
    let free = Lock::try_take(&path).map_err(BuildError::Lock)?;
    let _lock = if let Some(lock) = free {
        lock
    } else {
        progress.step("waiting for another command that builds the lab's programs");
        Lock::take(&path, limit).await.map_err(BuildError::Lock)?
    };
    let target = Binaries::cache_directory(settings);
    if let Ok(binaries) = find::in_directory(&target) {
        return Ok(binaries);
    }
    let workshop = Workshop::create(settings)?;
    workshop.check_go().await?;
    let packages = workshop.list_packages(progress).await?;
    workshop.compile(packages, progress).await?;
    workshop.move_to(&target)?;
    find::in_directory(&target).map_err(BuildError::Incomplete)
}

/// A directory with the module's sources, removed with all in it at the end.
struct Workshop<'a> {
    directory: PathBuf,
    settings: &'a Settings,
}

impl Drop for Workshop<'_> {
    fn drop(&mut self) {
        // What cannot be removed now is removed before the next build.
        drop(remove(&self.directory));
    }
}

impl<'a> Workshop<'a> {
    fn create(settings: &'a Settings) -> Result<Self, BuildError> {
        // One name is enough under the lock, and it sweeps up after a build that was killed.
        let directory = settings.cache.join("build");
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| BuildError::Write { path, source }
        };
        remove(&directory).map_err(failed(&directory))?;
        create_private(&directory).map_err(failed(&directory))?;
        for (name, content) in module::FILES {
            let path = directory.join(name);
            fs::write(&path, content).map_err(failed(&path))?;
        }
        Ok(Self {
            directory,
            settings,
        })
    }

    fn go(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("go");
        command
            .args(arguments)
            .current_dir(&self.directory)
            .env("PATH", &self.settings.path)
            .env("GOWORK", "off")
            .env_remove("GOFLAGS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Go reads the version that the module wants, and fetches it or says that it is too old.
    async fn check_go(&self) -> Result<(), BuildError> {
        let output = self.go(&["env", "GOVERSION"]).output().await;
        let output = output.map_err(|_| BuildError::GoMissing)?;
        if output.status.success() {
            return Ok(());
        }
        Err(BuildError::GoUnsuited {
            said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Downloads the modules; returns how many packages are not in Go's own build cache.
    async fn list_packages(&self, progress: &mut dyn Progress) -> Result<usize, BuildError> {
        progress.step("downloading Go modules");
        let flags = module::linker_flags();
        let stale = "{{if .Stale}}{{.ImportPath}}{{end}}";
        let command = self.go(&[
            "list",
            "-deps",
            "-trimpath",
            "-ldflags",
            &flags,
            "-f",
            stale,
            "tool",
        ]);
        let mut downloaded = 0;
        let listed = run(command, "go list", |line| {
            downloaded += usize::from(line.starts_with("go: downloading"));
            progress.advance(downloaded, 0);
        });
        let listed = listed.await?;
        Ok(listed.lines().filter(|line| !line.is_empty()).count())
    }

    async fn compile(&self, total: usize, progress: &mut dyn Progress) -> Result<(), BuildError> {
        progress.step("compiling the lab's programs");
        let flags = module::linker_flags();
        let command = self.go(&[
            "build",
            "-v",
            "-trimpath",
            "-ldflags",
            &flags,
            "-o",
            "bin/",
            "tool",
        ]);
        let mut done = 0;
        let built = run(command, "go build", |_| {
            done += 1;
            progress.advance(done.min(total), total);
        });
        built.await.map(drop)
    }

    fn move_to(&self, target: &Path) -> Result<(), BuildError> {
        let failed = |source| BuildError::Write {
            path: target.to_owned(),
            source,
        };
        let built = self.directory.join("bin");
        fs::rename(built.join("server"), built.join("etcd")).map_err(failed)?;
        remove(target).map_err(failed)?;
        fs::rename(&built, target).map_err(failed)
    }
}

/// Runs a command, showing each line of its error stream; returns what it wrote to its output.
async fn run(
    mut command: Command,
    name: &str,
    mut line: impl FnMut(&str),
) -> Result<String, BuildError> {
    let failed = |said: String| BuildError::Failed {
        command: name.to_owned(),
        said,
    };
    let mut child = command.spawn().map_err(|_| BuildError::GoMissing)?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let (output, said) = tokio::join!(read_all(output), read_lines(errors, &mut line));
    let status = child.wait().await;
    if status.as_ref().is_ok_and(ExitStatus::success) {
        return Ok(output);
    }
    Err(failed(said))
}

async fn read_all(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // A broken pipe means that the command ended; its status tells why.
        drop(stream.read_to_end(&mut bytes).await);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Hands out each line; returns the last ones.
async fn read_lines(stream: Option<impl AsyncRead + Unpin>, line: &mut impl FnMut(&str)) -> String {
    let mut tail = VecDeque::new();
    let Some(stream) = stream else {
        return String::new();
    };
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(text)) = lines.next_line().await {
        line(&text);
        tail.push_back(text);
        if tail.len() > TAIL {
            tail.pop_front();
        }
    }
    Vec::from(tail).join("\n")
}
