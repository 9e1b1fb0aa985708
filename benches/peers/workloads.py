"""The workloads of benches/kernels.rs, drawn by numpy, and a clock.

The numbers drawn are not those of the Rust program, but of the same sizes: a step takes the same time.
"""
import json
import os
import sys
import time


def one_thread():
    """Before numpy or jax is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ[name] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def draws(np, seed):
    return np.random.default_rng(seed)


def symmetric(np, k):
    g = draws(np, k)
    sigma = np.zeros(50)
    sigma[:2] = 1.0, 0.5
    return 0.01, sigma, 1e-3 * g.uniform(-1, 1, (50, k))


def asymmetric(np, m, n, k, eta, batch=None):
    g = draws(np, k)
    lead = () if batch is None else (batch,)
    return (eta, g.uniform(-1, 1, (m, n)), 1e-2 * g.uniform(-1, 1, (*lead, m, k)),
            1e-2 * g.uniform(-1, 1, (*lead, n, k)))


def sensing(np, batch=None):
    n, k, q = 50, 4, 700
    g = draws(np, 5)
    lead = () if batch is None else (batch,)
    a = (3.0 / q) ** 0.5 * g.uniform(-1, 1, (q, n * n))
    x = 0.04 * g.uniform(-1, 1, (n, 2)) @ g.uniform(-1, 1, (2, n))
    return (0.05, a, x, 1e-2 * g.uniform(-1, 1, (*lead, n, k)), 1e-2 * g.uniform(-1, 1, (*lead, n, k)))


def nanoseconds(run, turn=0.05, rounds=7):
    """The median time of a step over the rounds; `run(steps)` takes that many. Process time: others do not count."""
    run(1)
    steps = 1
    while True:
        start = time.process_time()
        run(steps)
        taken = time.process_time() - start
        if taken > turn / 4:
            break
        steps *= 2
    steps = max(1, int(steps * turn / taken))
    times = []
    for _ in range(rounds):
        start = time.process_time()
        run(steps)
        times.append((time.process_time() - start) / steps * 1e9)
    return sorted(times)[rounds // 2]


def emit(case, how, taken):
    print(json.dumps({"case": case, "how": how, "nanoseconds": taken}))
    sys.stdout.flush()
