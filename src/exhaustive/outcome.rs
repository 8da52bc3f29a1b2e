//! What can happen between one moment and the next.

use super::state::State;

/// One way on from a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) to: State,
    pub(super) how: How,
    /// The pair that it is about, where it is about one.
    pub(super) pair: usize,
}

pub(super) type Ways = Vec<Way>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// The step of the run that the planner wants.
    Step(End),
    World(Chance),
    Person(Command, End),
}

/// How a step, or a person's command, ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Failed,
    Refused,
    NotSent,
    /// The cloud did it, and the run ends without its answer.
    AnswerLost,
    /// It was sent, the run ends without an answer, and the cloud may execute it later.
    InFlight,
    /// Sent as well, and then the power failed.
    InFlightPowerCut,
    KilledBefore,
    KilledHalfway,
    KilledBeforeSync,
    PowerCut,
    /// The journal did not take the new pair's secret, and the store did.
    JournalFull,
}

/// What happens without akm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chance {
    CreateArrives,
    RestoreArrives,
    LagPasses,
    ExpiryPasses,
    OverlapPasses,
    GracePasses,
    OthersCreate,
    OthersDisable,
    OthersEnable,
    OthersDelete,
    SecretDamaged,
    SecretReplaced,
    Killed,
    PowerCut,
}

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Continue,
    Create,
    Rotate,
    /// With neither an overlap nor a grace; also for a rotation that is unfinished.
    RotateAtOnce,
    EndGrace,
    EndOverlap,
    LongerOverlap,
    Leak,
    Rollback,
    RestoreInactive,
    RestoreActive,
    Disable,
    Enable,
    Delete,
    Dismiss,
}

impl Command {
    pub(super) const ASKS: [Self; 14] = [
        Self::Create,
        Self::Rotate,
        Self::RotateAtOnce,
        Self::EndGrace,
        Self::EndOverlap,
        Self::LongerOverlap,
        Self::Leak,
        Self::Rollback,
        Self::RestoreInactive,
        Self::RestoreActive,
        Self::Disable,
        Self::Enable,
        Self::Delete,
        Self::Dismiss,
    ];

    pub(super) fn names_a_pair(self) -> bool {
        use Command::{Delete, Disable, Dismiss, Enable, Leak, RestoreActive, RestoreInactive};
        matches!(
            self,
            Leak | RestoreInactive | RestoreActive | Disable | Enable | Delete | Dismiss
        )
    }
}
