//! The one cloud client: signs and speaks RAM, IMS and STS over whatever carries its bytes.

pub(crate) mod signature;
pub(crate) mod transport;
