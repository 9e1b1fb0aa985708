//! The `theoremcheck` command; see the library's `cli`.

fn main() -> std::process::ExitCode {
    theoremcheck::cli::main()
}
