//! The rotation's plan.
