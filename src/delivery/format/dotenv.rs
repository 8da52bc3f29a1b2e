//! `docker run --env-file`: `NAME=value`, where everything behind the first `=` is the value.

use super::super::environment::Assignment;

/// Appends a line for each variable, without quotes or escapes: Docker knows neither, and would keep them in the value.
///
/// Readers that strip quotes or expand `$` and `#` (python-dotenv, gh, docker compose) read letters, digits and `+ / =`
/// alike, which is all that the cloud's secrets and tokens have.
pub(super) fn write(text: &mut String, set: &[Assignment]) {
    for (name, value) in set {
        text.extend([name, "=", value, "\n"]);
    }
}
