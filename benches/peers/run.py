"""Our kernels beside numpy and jax, one thread each, and the ratios.

    python3 benches/peers/run.py [--python PROGRAM]

Runs `cargo bench --bench kernels -- --json` and the scripts beside this one, with the python that runs this script or the one named; a
peer that is not installed there is skipped, and said so. The programs run one after the other: on a busy machine, run it
again before you believe a ratio.
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {"numpy": "numpy_peer.py", "jax": "jax_peer.py"}


def lines(command):
    done = subprocess.run(command, cwd=HERE.parent.parent, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="a python that has numpy and jax")
    python = parser.parse_args().python
    peers = []
    for peer, script in PEERS.items():
        there = subprocess.run([python, "-c", f"import {peer}"], stderr=subprocess.DEVNULL).returncode == 0
        if there:
            peers += [dict(line, peer=peer) for line in lines([python, HERE / script])]
        else:
            print(f"{peer}: skipped, it is not installed for {python}")
    ours = {line["case"]: line for line in lines(["cargo", "bench", "--bench", "kernels", "--", "--json"])}
    print(f"\n{'nanoseconds a step of one problem':<36} {'ours':>12} {'theirs':>12} {'ratio':>7}")
    for case, line in ours.items():
        rows = [("nalgebra", line["nalgebra"])]
        rows += [(f"{p['peer']}, {p['how']}", p["nanoseconds"]) for p in peers if p["case"] == case]
        print(case)
        for name, theirs in rows:
            print(f"    {name:<32} {line['ours']:>12.1f} {theirs:>12.1f} {theirs / line['ours']:>7.1f}")


main()
