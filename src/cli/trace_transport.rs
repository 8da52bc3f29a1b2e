//! `--verbose`: each call to the cloud, by its name and outcome; nothing of what is in it.

use super::ui::Ui;
use crate::cloud::transport::{Request, Response, Service, Transport, Undelivered};
use std::sync::Arc;

/// A transport whose calls are told.
pub(crate) struct TraceTransport {
    inner: Arc<dyn Transport>,
    ui: Ui,
}

impl TraceTransport {
    pub(crate) fn new(inner: Arc<dyn Transport>, ui: Ui) -> Self {
        Self { inner, ui }
    }
}

impl Transport for TraceTransport {
    fn send(
        &self,
        service: Service,
        request: &Request,
        limit: usize,
        fresh: bool,
    ) -> Result<Response, Undelivered> {
        let answer = self.inner.send(service, request, limit, fresh);
        let outcome = match &answer {
            Ok(response) => response.status.to_string(),
            Err(Undelivered::NoAnswer(_)) => "no answer".to_owned(),
            Err(_) => "not sent".to_owned(),
        };
        let action = request.header("x-acs-action").unwrap_or_default();
        self.ui.call(&format!("{service:?}"), action, &outcome);
        answer
    }

    fn host(&self, service: Service) -> String {
        self.inner.host(service)
    }

    fn tries(&self) -> u32 {
        self.inner.tries()
    }

    fn may_execute_late(&self) -> bool {
        self.inner.may_execute_late()
    }
}
