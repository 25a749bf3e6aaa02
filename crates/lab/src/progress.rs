//! What a lab tells while it works; the program decides how that looks.

/// Receives what a long operation is doing.
pub trait Progress: Send {
    /// A new step began, such as `starting the API server`.
    fn step(&mut self, text: &str);

    /// The current step is at `done` of `total` (packages compiled, for instance).
    fn advance(&mut self, done: usize, total: usize) {
        let (_, _) = (done, total);
    }
}

/// Progress that nobody sees.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&mut self, _text: &str) {}
}

impl Progress for Vec<String> {
    fn step(&mut self, text: &str) {
        self.push(text.to_owned());
    }
}
