"""jax on the processor in double precision: steps compiled into one loop. Compiling is not counted."""
import workloads as w

w.one_thread()
import jax  # noqa: E402
import numpy as np  # noqa: E402

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")
jnp = jax.numpy


def timed(step, start):
    @jax.jit
    def run(state, steps):
        return jax.lax.fori_loop(0, steps, lambda _, state: step(state), state)

    return w.nanoseconds(lambda steps: jax.block_until_ready(run(start, steps)))


def symmetric():
    for k in (2, 3, 5):
        eta, sigma, x = w.symmetric(np, k)
        column = jnp.asarray(sigma)[:, None]
        gram = timed(lambda x, eta=eta, column=column: x + eta * (column * x - x @ (x.T @ x)), jnp.asarray(x))
        w.emit(f"symmetric n=50 k={k}, one", "gram", gram)


def descend(eta, x, f, g):
    def step(state):
        f, g = state
        e = x - f @ g.mT
        return f + eta * (e @ g), g + eta * (e.mT @ f)
    return timed(step, (jnp.asarray(f), jnp.asarray(g)))


def asymmetric():
    for k in (2, 4, 8):
        w.emit(f"asymmetric {k}x{k} k={k}, one", "plain", descend(*w.asymmetric(np, k, k, k, 0.01)))
        batch = descend(*w.asymmetric(np, k, k, k, 0.01, batch=256))
        w.emit(f"asymmetric {k}x{k} k={k}, eight", "256 in a batch", batch / 256)
    w.emit("asymmetric 250x200 k=200, one", "plain", descend(*w.asymmetric(np, 250, 200, 200, 2e-4)))


def sensing():
    eta, a, x, f, g = w.sensing(np)
    a, x = jnp.asarray(a), jnp.asarray(x)

    def step(state):
        f, g = state
        m = (a.T @ (a @ (f @ g.T - x).reshape(-1))).reshape(50, 50)
        return f - eta * (m @ g), g - eta * (m.T @ f)

    w.emit("sensing n=50 k=4 m=700, one", "plain", timed(step, (jnp.asarray(f), jnp.asarray(g))))


symmetric()
asymmetric()
sensing()
