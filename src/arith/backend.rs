//! Which back ends this processor has, and the one door into code that is generic over lanes.
//!
//! [`dispatch`] turns a [`Backend`], a value, into a type parameter, and does it inside a function that carries the back
//! end's `#[target_feature]`s, so that the `#[inline(always)]` body of the job is compiled with them. Call it once per job
//! at the outermost level: whatever is *not* inlined into it is compiled without the features and runs many times slower.
//!
//! It never runs an instruction that the processor lacks: a back end that is not available falls back to
//! [`Backend::Scalar`], which gives the same bits.

use std::fmt;
#[cfg(target_arch = "x86_64")]
use std::sync::atomic::{AtomicU8, Ordering};

use super::lane::{Backend, Job};
#[cfg(target_arch = "x86_64")]
use super::lane_avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use super::lane_avx512::Avx512;
#[cfg(target_arch = "aarch64")]
use super::lane_neon::Neon;
use super::lane_scalar::Scalar8;

impl Backend {
    /// Every back end, widest registers first.
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Scalar];

    /// The back ends this processor can run, fastest first. The last is always [`Backend::Scalar`].
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|b| b.is_available()).collect()
    }

    /// The fastest back end of this processor.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL.into_iter().find(|b| b.is_available()).unwrap_or(Self::Scalar)
    }

    /// The back end called `name` (as [`Display`](fmt::Display) prints it), available or not.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.name() == name)
    }

    /// Its name: `avx512`, `avx2`, `neon` or `scalar`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Scalar => "scalar",
        }
    }

    /// Whether this processor can run it. The detection is cached by the standard library: a load and a test.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && Self::Avx2.is_available()
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            Self::Scalar => true,
            _ => false,
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Runs `job` with the lanes of `backend`, or with scalars (the same bits, slower) where this processor does not have it.
#[inline]
pub fn dispatch<J: Job>(backend: Backend, job: J) -> J::Out {
    match backend {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512 if backend.is_available() => {
            // SAFETY: every feature that `run_avx512` enables was just detected.
            unsafe { run_avx512(job) }
        }
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 if backend.is_available() => {
            // SAFETY: both features that `run_avx2` enables were just detected.
            unsafe { run_avx2(job) }
        }
        #[cfg(target_arch = "aarch64")]
        Backend::Neon if backend.is_available() => job.run::<Neon>(),
        _ => job.run::<Scalar8>(),
    }
}

/// The widest registers that were found, for [`fastest`].
#[cfg(target_arch = "x86_64")]
static FOUND: AtomicU8 = AtomicU8::new(0);
#[cfg(target_arch = "x86_64")]
const AVX512: u8 = 1;
#[cfg(target_arch = "x86_64")]
const AVX2: u8 = 2;

/// Runs `job` with the fastest lanes of this processor: for jobs so small that asking for them would take as long.
#[inline(always)]
pub fn fastest<J: Job>(job: J) -> J::Out {
    #[cfg(target_arch = "x86_64")]
    match FOUND.load(Ordering::Relaxed) {
        // SAFETY: this value is stored only where every feature that `run_avx512` enables was detected.
        AVX512 => return unsafe { run_avx512(job) },
        // SAFETY: and this one where those of `run_avx2` were.
        AVX2 => return unsafe { run_avx2(job) },
        _ => {}
    }
    fastest_asked(job)
}

/// The same, asking first.
#[inline(never)]
fn fastest_asked<J: Job>(job: J) -> J::Out {
    let best = Backend::best();
    #[cfg(target_arch = "x86_64")]
    match best {
        Backend::Avx512 => FOUND.store(AVX512, Ordering::Relaxed),
        Backend::Avx2 => FOUND.store(AVX2, Ordering::Relaxed),
        _ => {}
    }
    dispatch(best, job)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,fma,avx2")]
fn run_avx512<J: Job>(job: J) -> J::Out {
    job.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<J: Job>(job: J) -> J::Out {
    job.run::<Avx2>()
}
