use std::process::ExitCode;

fn main() -> ExitCode {
    akm::run(std::env::args_os())
}
