//! akm

mod cloud;
mod core;
mod store;
mod sys;
