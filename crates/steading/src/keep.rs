//! Memory that the end of the process gives back.

/// Keeps a value to the end of the process, which is near: giving back the hundreds of thousands of small pieces that the objects of a
/// large estate are made of takes a tenth of a run, one by one; the system takes them all at once.
pub(crate) fn keep<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}
