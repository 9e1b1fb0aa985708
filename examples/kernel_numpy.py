#!/usr/bin/env python3
"""Gradient descent in numpy, as a kernel that theoremcheck can hold against its kind and run claims by.

    theoremcheck kernels --with "python3 examples/kernel_numpy.py"
    theoremcheck kernels --with "python3 examples/kernel_numpy.py --dtype float32"

To make your own, change the steps below and leave the rest: it is the protocol of docs/kernel-protocol.md. Standard output is for
answers alone; print to standard error.
"""
import struct, sys, traceback
import numpy as np

DTYPE = np.dtype("<f4" if sys.argv[1:] == ["--dtype", "float32"] else "<f8")


# ---- The kernels: each takes what its kind has and returns the next state. All of the state is stepped at once. ----
def symmetric_gd(eta, Sigma, X):
    return [X + eta * (Sigma - X @ X.T) @ X]

def asymmetric_gd(eta, X, F, G):
    R = X - F @ G.T
    return [F + eta * R @ G, G + eta * R.T @ F]

def sensed(A, D):  # A'*A applied to a matrix; flatten lists columns, hence order="F"
    return (A.T @ (A @ D.flatten(order="F"))).reshape(D.shape, order="F")

def symmetric_sensing_gd(eta, A, Sigma, X):
    return [X - eta * sensed(A, X @ X.T - Sigma) @ X]

def asymmetric_sensing_gd(eta, A, X, F, G):
    M = sensed(A, F @ G.T - X)
    return [F - eta * M @ G, G - eta * M.T @ F]

KERNELS = {
    "symmetric-gd": symmetric_gd,
    "asymmetric-gd": asymmetric_gd,
    "symmetric-sensing-gd": symmetric_sensing_gd,
    "asymmetric-sensing-gd": asymmetric_sensing_gd,
}


# ---- The protocol, version 1. A message: `TCKP`, version, message, length of the body, body; all little-endian. ----
HELLO, WELCOME, RUN, STATE, FAILED, UNSUPPORTED = range(1, 7)

def text(s):
    s = s.encode()
    return struct.pack("<H", len(s)) + s

class Body:
    def __init__(self, data): self.data, self.at = data, 0
    def take(self, size):
        self.at += size
        if self.at > len(self.data): raise EOFError("a message that ends in the middle")
        return self.data[self.at - size : self.at]
    def one(self, code): return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]
    def text(self): return self.take(self.one("H")).decode()
    def scalars(self): return [(self.text(), self.one("d")) for _ in range(self.one("H"))]
    def arrays(self): return [self.array() for _ in range(self.one("H"))]
    def array(self):
        name, rows, cols = self.text(), self.one("Q"), self.one("Q")
        return name, np.frombuffer(self.take(rows * cols * DTYPE.itemsize), DTYPE).reshape(rows, cols)

def run(body):
    body = Body(body)
    kind, _at, steps = body.text(), body.one("Q"), body.one("Q")
    scalars, data, state = body.scalars(), body.arrays(), body.arrays()
    if kind not in KERNELS: return UNSUPPORTED, text(f"no kernel of the kind {kind}")
    constants = [DTYPE.type(value) for _, value in scalars] + [array for _, array in data]
    names, arrays = [name for name, _ in state], [array for _, array in state]
    with np.errstate(all="ignore"):  # what overflows is to come back as it is
        for _ in range(steps): arrays = KERNELS[kind](*constants, *arrays)
    answer = struct.pack("<H", len(arrays))
    for name, array in zip(names, arrays):
        answer += text(name) + struct.pack("<QQ", *array.shape) + np.ascontiguousarray(array, DTYPE).tobytes()
    return STATE, answer

def answer(message, body):
    if message == HELLO:
        kinds = b"".join(map(text, KERNELS))
        precision = {4: 1, 8: 2}[DTYPE.itemsize]
        return WELCOME, text("numpy") + struct.pack("<BBH", precision, 1, len(KERNELS)) + kinds
    if message != RUN: return FAILED, text(f"a message {message}, which is not one to a kernel")
    try: return run(body)
    except Exception:  # a mistake in a step is an answer, not the end
        return FAILED, text(traceback.format_exc().strip().splitlines()[-1])

def main():
    take, put = sys.stdin.buffer, sys.stdout.buffer
    while len(head := take.read(16)) == 16:
        magic, version, message, length = struct.unpack("<4sHHQ", head)
        if (magic, version) != (b"TCKP", 1): sys.exit(f"not version 1 of the protocol: {head}")
        message, body = answer(message, take.read(length))
        put.write(struct.pack("<4sHHQ", b"TCKP", 1, message, len(body)) + body)
        put.flush()

if __name__ == "__main__":
    main()
