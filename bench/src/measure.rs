//! Running a program and measuring what it takes.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

/// How often a running program's memory is looked at.
const INTERVAL: Duration = Duration::from_millis(2);

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Wall time.
    pub(crate) time: Duration,
    /// Peak resident memory in bytes, as the kernel saw it last before the end (looked at every 2 ms).
    pub(crate) memory: u64,
}

/// Runs a program without looking at its output; any exit code in `allowed` is fine.
pub(crate) fn run(command: &mut Command, allowed: &[i32]) -> Result<Run> {
    run_into(command.stdout(Stdio::null()), allowed)
}

/// Runs a program whose output goes where the command says.
pub(crate) fn run_into(command: &mut Command, allowed: &[i32]) -> Result<Run> {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {command:?}"))?;
    let errors = child.stderr.take();
    let errors = thread::spawn(move || errors.map(std::io::read_to_string));
    let (ended, is_over) = channel();
    let id = child.id();
    let watcher = thread::spawn(move || watch(id, &is_over));
    let status = child.wait()?;
    let time = begun.elapsed();
    drop(ended);
    let memory = watcher
        .join()
        .map_err(|_| anyhow!("watching {command:?} broke off"))?;
    if !status.code().is_some_and(|code| allowed.contains(&code)) {
        let errors = errors.join().ok().flatten().transpose()?;
        bail!(
            "{command:?} ended with {status}: {}",
            errors.unwrap_or_default()
        );
    }
    Ok(Run { time, memory })
}

/// Returns the peak memory of a process, looking at it until the other end of the channel is gone.
fn watch(id: u32, is_over: &Receiver<()>) -> u64 {
    let mut memory = 0;
    loop {
        memory = memory.max(peak_memory(id));
        if is_over.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Disconnected) {
            return memory;
        }
    }
}

fn peak_memory(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Runs several times and returns the run with the median time and the greatest memory.
pub(crate) fn median(runs: usize, mut one: impl FnMut() -> Result<Run>) -> Result<Run> {
    let mut all = (0..runs.max(1))
        .map(|_| one())
        .collect::<Result<Vec<_>>>()?;
    all.sort_by_key(|run| run.time);
    let memory = all.iter().map(|run| run.memory).max().unwrap_or_default();
    Ok(Run {
        time: all[all.len() / 2].time,
        memory,
    })
}
