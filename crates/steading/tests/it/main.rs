//! The program as its users see it.

mod cases;
mod cookbook;
mod files;
mod home;
mod lab;
mod streams;
