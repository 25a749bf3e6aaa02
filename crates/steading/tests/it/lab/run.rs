//! A run of the program: what it says, and how it ends.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// No run takes longer, on a machine with much else to do.
const LIMIT: Duration = Duration::from_mins(3);

/// A run that goes on.
pub(crate) struct Running {
    line: String,
    child: Child,
    streams: [Stream; 2],
    since: Instant,
}

/// What comes out of one stream.
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

/// A run that has ended.
pub(crate) struct Ran {
    line: String,
    pub(crate) out: String,
    pub(crate) err: String,
    code: Option<i32>,
    pub(crate) took: Duration,
}

impl Running {
    pub(crate) fn start(mut command: Command, line: &str) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let out = Stream::read(child.stdout.take().expect("it is a pipe"));
        let err = Stream::read(child.stderr.take().expect("it is a pipe"));
        Self {
            line: line.to_owned(),
            child,
            streams: [out, err],
            since: Instant::now(),
        }
    }

    /// Waits until the program says something.
    pub(crate) fn until(&mut self, text: &str) {
        while !self.said().contains(text) {
            let ended = self.child.try_wait().expect("the program can be asked");
            assert!(
                ended.is_none() || self.said().contains(text),
                "`steading {}` ended without saying `{text}`:\n{}",
                self.line,
                self.said()
            );
            assert!(
                self.since.elapsed() < LIMIT,
                "`steading {}` never says `{text}`:\n{}",
                self.line,
                self.said()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn said(&self) -> String {
        self.streams.iter().map(Stream::text).collect()
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(
            sent.expect("`kill` starts").success(),
            "the signal must arrive"
        );
    }

    /// Ends it the hard way.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the program can be killed");
        self.child.wait().expect("the program can be waited for");
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the program can be asked") {
                break status;
            }
            if self.since.elapsed() > LIMIT {
                self.child.kill().expect("the program can be killed");
                panic!("`steading {}` takes too long:\n{}", self.line, self.said());
            }
            thread::sleep(Duration::from_millis(20));
        };
        let [out, err] = self.streams.map(Stream::end);
        Ran {
            line: self.line,
            out,
            err,
            code: status.code(),
            took: self.since.elapsed(),
        }
    }
}

impl Stream {
    fn read(mut stream: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let sink = text.clone();
        let reader = thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut part) {
                sink.lock()
                    .expect("nobody panics with it")
                    .extend_from_slice(&part[..count]);
            }
        });
        Self {
            text,
            reader: Some(reader),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().expect("nobody panics with it")).into_owned()
    }

    fn end(mut self) -> String {
        let reader = self.reader.take().expect("it ends once");
        reader.join().expect("reading must end");
        self.text()
    }
}

impl Ran {
    /// Returns all that it said.
    pub(crate) fn text(&self) -> String {
        let Self {
            line,
            out,
            err,
            code,
            took,
        } = self;
        format!(
            "$ steading {line}\n{out}--- standard error\n{err}--- exit code {code:?} after {took:?}\n"
        )
    }

    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}", self.text());
        self
    }

    /// Checks that standard output has a text.
    #[track_caller]
    pub(crate) fn out(&self, text: &str) -> &Self {
        assert!(
            self.out.contains(text),
            "`{text}` is not in the output\n{}",
            self.text()
        );
        self
    }

    /// Checks that standard error has a text.
    #[track_caller]
    pub(crate) fn err(&self, text: &str) -> &Self {
        assert!(
            self.err.contains(text),
            "`{text}` is not said\n{}",
            self.text()
        );
        self
    }

    /// Checks that neither stream has a text.
    #[track_caller]
    pub(crate) fn lacks(&self, text: &str) -> &Self {
        assert!(
            !self.out.contains(text) && !self.err.contains(text),
            "`{text}` is said\n{}",
            self.text()
        );
        self
    }

    /// Returns standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}", self.text()))
    }
}
