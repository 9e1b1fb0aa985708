//! Tells the crate whether it is optimized: `cfg(optimized)`. See `src/arith/mod.rs` for what that decides. Debug assertions do not tell it: the tests
//! are optimized and have them. The first level, that of `cargo build` here, counts as none: what it leaves in the stack was not measured.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(optimized)");
    if std::env::var("OPT_LEVEL").is_ok_and(|level| !matches!(level.as_str(), "0" | "1")) {
        println!("cargo::rustc-cfg=optimized");
    }
}
