//! Memory that is given back late, or by the end of the process.

/// Keeps a value to the end of the process, which is near: giving back the hundreds of thousands of small pieces that the objects of a
/// large estate are made of takes a tenth of a run, one by one; the system takes them all at once.
pub(crate) fn keep<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// Gives a value back on another thread: nobody waits until its many small pieces are.
pub(crate) fn give_back<T: Send + 'static>(value: T) {
    rayon::spawn(move || drop(value));
}
