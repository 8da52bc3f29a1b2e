//! An answer's body on its way out.

use super::Dropped;
use hyper::body::{Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use zeroize::Zeroizing;

/// An answer's body, whole or cut.
pub(super) struct Body {
    data: Option<Bytes>,
    length: u64,
    is_cut: bool,
    is_paused: bool,
}

impl Body {
    pub(super) fn new(mut data: Zeroizing<Vec<u8>>, is_cut: bool) -> Self {
        let length = data.len() as u64;
        if is_cut {
            let half = data.len() / 2;
            data.truncate(half);
        }
        Self {
            data: Some(Bytes::from_owner(data)),
            length,
            is_cut,
            is_paused: false,
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if !self.is_cut {
            return Poll::Ready(None);
        }
        if self.is_paused {
            return Poll::Ready(Some(Err(Dropped)));
        }
        // An error now would take the half that was not yet flushed along.
        self.is_paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && !self.is_cut
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
