//! Small sets of pairs, one bit a pair.

/// The most pairs in a history. They are called P0 to P3, in the order in which they come to be.
pub(super) const PAIRS: usize = 4;

/// A set of pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Set(u8);

impl Set {
    pub(super) const EMPTY: Self = Self(0);

    pub(super) fn of(pair: usize) -> Self {
        Self(1 << pair)
    }

    pub(super) fn has(self, pair: usize) -> bool {
        self.0 & 1 << pair != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn add(&mut self, pair: usize) {
        self.0 |= 1 << pair;
    }

    pub(super) fn remove(&mut self, pair: usize) {
        self.0 &= !(1 << pair);
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..PAIRS).filter(move |pair| self.has(*pair))
    }
}

impl std::ops::BitOr for Set {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<T: IntoIterator<Item = usize>>(pairs: T) -> Self {
        pairs
            .into_iter()
            .fold(Self::EMPTY, |set, pair| set | Self::of(pair))
    }
}
