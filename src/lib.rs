//! akm

mod cloud;
mod core;
mod sandbox;
mod store;
mod sys;
