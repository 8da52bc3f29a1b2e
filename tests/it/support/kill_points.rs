//! The calls before which a run is killed.

use crate::support::strace::Call;

/// Calls that change what another process, or the next one, sees, and those that make it last. The signal comes before the call,
/// so that each point is the state that all changes before it made.
pub(crate) const CHANGING: &str = "openat mkdir mkdirat write pwrite64 chmod fchmod rename renameat2 unlink unlinkat linkat rmdir ftruncate \
    fallocate fsync fdatasync";

/// Skipped: they read, or speak of memory, threads, signals, or the process itself; locks end with their process. A call in neither
/// list fails the test.
pub(crate) const HARMLESS: &str = "access arch_prctl brk clock_gettime clock_nanosleep close execve exit exit_group fcntl flock fstat futex \
    getdents64 geteuid getpid getrandom gettid getuid ioctl lseek lstat madvise mmap mprotect mremap munmap nanosleep newfstatat \
    poll prctl pread64 prlimit64 read readlink restart_syscall rseq rt_sigaction rt_sigprocmask sched_getaffinity sched_yield \
    set_robust_list set_tid_address sigaltstack stat statx";

pub(crate) fn among(names: &str, call: &Call) -> bool {
    names.split_whitespace().any(|name| name == call.name)
}
