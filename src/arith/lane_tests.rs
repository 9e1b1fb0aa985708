//! Every back end of this processor gives the bits that the definitions give, for any bits.
//!
//! One exception, by design: *which* NaN an arithmetic operation yields is not specified (it is still a NaN on all of them),
//! so NaNs count as equal there. Selects, signs and loads move bits and are compared as bits.

use proptest::prelude::*;

use super::{Backend, Job, Lane8, Mask, dispatch};

/// Floats with every kind of bits, special values well represented.
fn any_bits() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => any::<u64>().prop_map(f64::from_bits),
        4 => -1e3..1e3f64,
        2 => (-1100i32..1100).prop_map(f64::from),
        2 => (0u64..1 << 52).prop_map(f64::from_bits),
        3 => proptest::sample::select(vec![
            0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN,
            f64::MIN_POSITIVE, f64::MAX, f64::MIN, 5e-324, -5e-324, 4_503_599_627_370_496.5, f64::EPSILON,
        ]),
    ]
}

fn eight() -> impl Strategy<Value = [f64; 8]> {
    proptest::array::uniform8(any_bits())
}

/// Everything the trait can do with three operands and a mask.
struct Everything {
    a: [f64; 8],
    b: [f64; 8],
    c: [f64; 8],
    mask: Mask,
}

/// Arithmetic results, moved bits, and masks.
#[derive(Debug, PartialEq)]
struct Results {
    arithmetic: Vec<[u64; 8]>,
    moved: Vec<[u64; 8]>,
    masks: Vec<Mask>,
}

/// The bits, with one bit pattern for all NaNs.
fn one_nan(x: [f64; 8]) -> [u64; 8] {
    x.map(|x| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() })
}

impl Job for Everything {
    type Out = Results;
    #[inline(always)]
    fn run<V: Lane8>(self) -> Results {
        let (a, b, c) = (V::load(&self.a), V::load(&self.b), V::load(&self.c));
        let (m, e) = a.split_exponent();
        let arithmetic = [
            a.add(b),
            a.sub(b),
            a.mul(b),
            a.div(b),
            a.sqrt(),
            a.mul_add(b, c),
            a.neg_mul_add(b, c),
            a.floor(),
            a.round_even(),
            a.exp2i(),
            m,
            e,
            V::splat(self.a[3]),
            V::zero(),
            V::one(),
        ];
        let moved = [a, a.neg(), a.abs(), a.max(b), a.min(b), V::select(self.mask, a, b)];
        let masks = vec![a.lt(b), a.le(b), a.eq(b), a.eq(a), a.lt(a), a.le(a), a.finite()];
        Results {
            arithmetic: arithmetic.into_iter().map(|x| one_nan(x.to_array())).collect(),
            moved: moved.into_iter().map(|x| x.to_array().map(f64::to_bits)).collect(),
            masks,
        }
    }
}

/// The definitions, one lane at a time, in plain Rust.
fn defined(job: &Everything) -> Results {
    let Everything { a, b, c, mask } = job;
    let each = |f: &dyn Fn(usize) -> f64| -> [f64; 8] { std::array::from_fn(f) };
    let test = |f: &dyn Fn(usize) -> bool| (0..8).fold(0, |m, i| m | Mask::from(f(i)) << i);
    let bias = 4_503_599_627_370_496.0 + 1023.0;
    let arithmetic = [
        each(&|i| a[i] + b[i]),
        each(&|i| a[i] - b[i]),
        each(&|i| a[i] * b[i]),
        each(&|i| a[i] / b[i]),
        each(&|i| a[i].sqrt()),
        each(&|i| a[i].mul_add(b[i], c[i])),
        each(&|i| (-a[i]).mul_add(b[i], c[i])),
        each(&|i| a[i].floor()),
        each(&|i| a[i].round_ties_even()),
        each(&|i| f64::from_bits((a[i] + 6_755_399_441_056_767.0).to_bits() << 52)),
        each(&|i| f64::from_bits(a[i].to_bits() << 12 >> 12 | 1023 << 52)),
        each(&|i| f64::from_bits(a[i].to_bits() >> 52 | 1075 << 52) - bias),
        [a[3]; 8],
        [0.0; 8],
        [1.0; 8],
    ];
    let moved = [
        *a,
        each(&|i| -a[i]),
        each(&|i| a[i].abs()),
        each(&|i| if a[i] > b[i] { a[i] } else { b[i] }),
        each(&|i| if a[i] < b[i] { a[i] } else { b[i] }),
        each(&|i| if mask >> i & 1 == 1 { a[i] } else { b[i] }),
    ];
    let masks = vec![
        test(&|i| a[i] < b[i]),
        test(&|i| a[i] <= b[i]),
        test(&|i| a[i] == b[i]),
        test(&|i| !a[i].is_nan()),
        0,
        test(&|i| !a[i].is_nan()),
        test(&|i| a[i].is_finite()),
    ];
    Results {
        arithmetic: arithmetic.into_iter().map(one_nan).collect(),
        moved: moved.into_iter().map(|x| x.map(f64::to_bits)).collect(),
        masks,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2048, ..ProptestConfig::default() })]
    #[test]
    fn every_back_end_gives_the_bits_of_the_definition(a in eight(), b in eight(), c in eight(), mask in any::<Mask>()) {
        let expected = defined(&Everything { a, b, c, mask });
        for backend in Backend::available() {
            prop_assert_eq!(&dispatch(backend, Everything { a, b, c, mask }), &expected, "{}", backend);
        }
    }

    #[test]
    fn powers_of_two_are_exact_and_split_again(k in -1022i32..=1023) {
        let x = 2f64.powi(k);
        struct Both(f64, f64);
        impl Job for Both {
            type Out = [[f64; 8]; 3];
            #[inline(always)]
            fn run<V: Lane8>(self) -> [[f64; 8]; 3] {
                let (m, e) = V::splat(self.0 * 1.25).split_exponent();
                [V::splat(self.1).exp2i().to_array(), m.to_array(), e.to_array()]
            }
        }
        for backend in Backend::available() {
            prop_assert_eq!(dispatch(backend, Both(x, f64::from(k))), [[x; 8], [1.25; 8], [f64::from(k); 8]]);
        }
    }
}

#[test]
fn a_back_end_is_found_by_its_own_name() {
    for backend in Backend::ALL {
        assert_eq!(Backend::from_name(&backend.to_string()), Some(backend));
    }
    assert_eq!(Backend::from_name("sse2"), None);
}

#[test]
fn the_scalar_back_end_is_always_there_and_the_best_is_available() {
    assert_eq!(Backend::available().last(), Some(&Backend::Scalar));
    assert_eq!(Backend::available().first(), Some(&Backend::best()));
}

#[test]
fn an_unavailable_back_end_falls_back_to_the_same_bits() {
    let job = || Everything { a: [0.1; 8], b: [0.7; 8], c: [-3.0; 8], mask: 0x5a };
    let expected = defined(&job());
    for backend in Backend::ALL {
        assert_eq!(dispatch(backend, job()), expected, "{backend}");
    }
}
