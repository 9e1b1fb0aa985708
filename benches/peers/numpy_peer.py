"""numpy: what one would write first, the Gram form where it is better, and batches where it has them."""
import workloads as w

w.one_thread()
import numpy as np  # noqa: E402


def symmetric():
    for k in (2, 3, 5):
        eta, sigma, start = w.symmetric(np, k)
        dense, column = np.diag(sigma), sigma[:, None]

        def plain(steps):
            x = start
            for _ in range(steps):
                x = x + eta * (dense - x @ x.T) @ x
            return x

        def gram(steps):
            x = start
            for _ in range(steps):
                x = x + eta * (column * x - x @ (x.T @ x))
            return x

        w.emit(f"symmetric n=50 k={k}, one", "plain", w.nanoseconds(plain))
        w.emit(f"symmetric n=50 k={k}, one", "gram", w.nanoseconds(gram))


def descend(eta, x, f, g):
    def run(steps):
        a, b = f, g
        for _ in range(steps):
            e = x - a @ b.swapaxes(-1, -2)
            a, b = a + eta * (e @ b), b + eta * (e.swapaxes(-1, -2) @ a)
        return a
    return run


def asymmetric():
    for k in (2, 4, 8):
        w.emit(f"asymmetric {k}x{k} k={k}, one", "plain", w.nanoseconds(descend(*w.asymmetric(np, k, k, k, 0.01))))
        batch = descend(*w.asymmetric(np, k, k, k, 0.01, batch=256))
        w.emit(f"asymmetric {k}x{k} k={k}, eight", "256 in a batch", w.nanoseconds(batch) / 256)
    w.emit("asymmetric 250x200 k=200, one", "plain", w.nanoseconds(descend(*w.asymmetric(np, 250, 200, 200, 2e-4))))


def sensing():
    eta, a, x, f, g = w.sensing(np)

    def one(steps):
        u, v = f, g
        for _ in range(steps):
            m = (a.T @ (a @ (u @ v.T - x).reshape(-1))).reshape(50, 50)
            u, v = u - eta * (m @ v), v - eta * (m.T @ u)
        return u

    _, _, _, fs, gs = w.sensing(np, batch=8)

    def eight(steps):
        u, v = fs, gs
        for _ in range(steps):
            r = (u @ v.transpose(0, 2, 1) - x).reshape(8, -1)
            m = ((a @ r.T).T @ a).reshape(8, 50, 50)
            u, v = u - eta * (m @ v), v - eta * (m.transpose(0, 2, 1) @ u)
        return u

    w.emit("sensing n=50 k=4 m=700, one", "plain", w.nanoseconds(one))
    w.emit("sensing n=50 k=4 m=700, eight", "8 in a batch", w.nanoseconds(eight) / 8)


symmetric()
asymmetric()
sensing()
