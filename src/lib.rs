//! akm

mod cloud;
mod core;
mod metadata;
mod store;
mod sys;
