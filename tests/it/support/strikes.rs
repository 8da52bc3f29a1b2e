//! System calls that are made to fail.

use crate::support::strace::Call;

/// What each call is made to fail with. Left out are calls whose failure akm does not look at, and `getrandom`: the libraries below
/// panic there, and a system that is up has random bytes.
pub(crate) const FAULTS: [(&str, &[&str]); 15] = [
    ("openat", &["EACCES", "EMFILE"]),
    ("mkdir", &["ENOSPC", "EROFS"]),
    ("write", &["ENOSPC", "EPIPE"]),
    ("pwrite64", &["ENOSPC", "EIO"]),
    ("read", &["EIO"]),
    ("chmod", &["EPERM"]),
    ("fchmod", &["EPERM"]),
    ("rename", &["EIO", "EROFS"]),
    ("unlink", &["EROFS", "EIO"]),
    ("linkat", &["ENOSPC"]),
    ("ftruncate", &["EIO"]),
    ("fallocate", &["ENOSPC"]),
    ("fsync", &["EIO"]),
    ("fdatasync", &["EIO", "ENOSPC"]),
    ("flock", &["ENOLCK"]),
];

pub(crate) fn begun(calls: &[Call]) -> &[Call] {
    let begins = |call: &Call| call.line.starts_with("prctl(PR_SET_DUMPABLE");
    &calls[calls.iter().position(begins).unwrap()..]
}

/// A call that is made to fail, with what, and whether from then on.
#[derive(Clone, Copy)]
pub(crate) struct Strike<'a> {
    pub(crate) call: &'a Call,
    pub(crate) error: &'static str,
    pub(crate) lasting: bool,
}

/// Every error of every call, once; and from then on, at the first, the middle and the last call of that name. At all of them, with
/// the first error, if `everywhere`.
pub(crate) fn strikes(calls: &[Call], everywhere: bool) -> Vec<Strike<'_>> {
    let mut strikes = Vec::new();
    for (name, errors) in FAULTS {
        let of_name: Vec<&Call> = calls.iter().filter(|call| call.name == name).collect();
        let marks = [0, of_name.len() / 2, of_name.len().saturating_sub(1)];
        for (at, call) in of_name.into_iter().enumerate() {
            for error in errors {
                let lasts = marks.contains(&at) || (everywhere && *error == errors[0]);
                let extents = [false, true]
                    .into_iter()
                    .filter(|lasting| lasts || !lasting);
                strikes.extend(extents.map(|lasting| Strike {
                    call,
                    error,
                    lasting,
                }));
            }
        }
    }
    let (mut place, share) = (0, share());
    strikes.retain(|_| {
        place += 1;
        // Not the same error of each call.
        (place + place / share) % share == 0
    });
    strikes
}

/// One of how many strikes a run tries: of three, and all of them in `tests/run --all`.
pub(crate) fn share() -> usize {
    let all = std::env::var_os("AKM_TESTS_ALL").is_some();
    if all { 1 } else { 3 }
}
