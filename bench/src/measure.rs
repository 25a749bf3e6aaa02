//! Running a program and measuring what it takes.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

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
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {command:?}"))?;
    let errors = child
        .stderr
        .take()
        .map(|pipe| thread::spawn(move || std::io::read_to_string(pipe).unwrap_or_default()));
    let mut memory = 0;
    let status = loop {
        memory = memory.max(peak_memory(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let time = begun.elapsed();
    let errors = errors
        .and_then(|reader| reader.join().ok())
        .unwrap_or_default();
    if !status.code().is_some_and(|code| allowed.contains(&code)) {
        bail!("{command:?} ended with {status}: {errors}");
    }
    Ok(Run { time, memory })
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
