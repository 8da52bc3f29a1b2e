//! What a command did for a rotation.

/// What a command did for a rotation. Where it did several things, the first of these that it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename_all = "kebab-case")
)]
pub(crate) enum Action {
    /// It made the new pair.
    Created,
    /// It put the old pair back into use.
    RolledBack,
    /// It finished what a command began that was cut short.
    Continued,
    DeletedOld,
    DisabledOld,
    None,
}

impl Action {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::RolledBack => "rolled-back",
            Self::Continued => "continued",
            Self::DeletedOld => "deleted-old",
            Self::DisabledOld => "disabled-old",
            Self::None => "none",
        }
    }
}
