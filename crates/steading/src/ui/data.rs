//! Standard output through one buffer, remembering whether its reader has left.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 64 * 1024;

/// Standard output.
pub(super) struct Stdout {
    writer: Mutex<BufWriter<io::Stdout>>,
    reader_has_left: AtomicBool,
}

/// Standard output while it is written to.
pub(crate) struct Data<'a> {
    writer: MutexGuard<'a, BufWriter<io::Stdout>>,
    reader_has_left: &'a AtomicBool,
}

impl Default for Stdout {
    fn default() -> Self {
        Self {
            writer: Mutex::new(BufWriter::with_capacity(BUFFER, io::stdout())),
            reader_has_left: AtomicBool::new(false),
        }
    }
}

impl Stdout {
    pub(super) fn lock(&self) -> Data<'_> {
        Data {
            writer: self.writer.lock().unwrap_or_else(PoisonError::into_inner),
            reader_has_left: &self.reader_has_left,
        }
    }

    pub(super) fn reader_has_left(&self) -> bool {
        self.reader_has_left.load(Ordering::Relaxed)
    }
}

impl Data<'_> {
    fn noting<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if matches!(&result, Err(error) if error.kind() == ErrorKind::BrokenPipe) {
            self.reader_has_left.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Write for Data<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.writer.write(bytes);
        self.noting(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.writer.flush();
        self.noting(result)
    }
}
