use super::{Error, Recipient};
use crate::core::secret::Secret;
pub(super) fn seal(_: &Recipient, _: &Secret) -> Result<Vec<u8>, Error> {
    unimplemented!()
}
