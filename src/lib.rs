//! akm

mod cloud;
mod core;
mod metadata;
mod ops;
mod store;
mod sys;
