"""Seconds per patch and peak memory when the number of patches grows; each size runs in a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.worlds import SEED, random_world
from lsalsa.arrays import Device, set_threads, threads
from lsalsa.encoders import encoder_class
from lsalsa.streaming import chunk_rows, to_bytes

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
N_ATOMS, DEPTH = 100, 3
MEMORY_LIMIT = "500MB"


def run(bench: Bench, sizes: Sequence[int] = SIZES) -> Iterator[dict[str, Any]]:
    """A row for each number of patches; the ratio is to the cost per patch of the first."""
    first = None
    for n in sizes:
        command = [sys.executable, "-m", "benchmarks.cases.scale", str(n), bench.device.name, str(threads())]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        each = found["wall_s"] / n
        first = first or each
        facts = {"n": n, "atoms": N_ATOMS, "depth": DEPTH, "ratio": each / first, "against": f"{sizes[0]} patches"}
        note = f"generated on the fly in chunks for memory_limit={MEMORY_LIMIT}; their generation is not in wall_s"
        yield bench.row("scale", "lsalsa", **facts, **found, per_patch_s=each, note=note)


def encode_in_chunks(n: int, bench: Bench) -> dict[str, float | None]:
    """Encode n patches, a chunk in memory at a time; seconds of encoding and of all, and the peak memory."""
    world = random_world(bench.device, 1, N_ATOMS, N_ATOMS)
    encoder = encoder_class("lsalsa").from_problem(world.problem, depth=DEPTH)
    draws = np.random.default_rng(SEED)
    rows = chunk_rows(MEMORY_LIMIT, N_ATOMS, N_ATOMS, encoder.dtype)
    chunk = np.empty((rows, N_ATOMS), np.float32)
    codes = bench.device.put(np.empty((rows, N_ATOMS), np.float32))
    warm = bench.device.put(np.zeros_like(chunk))
    bench.seconds(lambda: encoder.encode(warm, out=codes), calls=6)
    start, seconds = time.perf_counter(), 0.0
    for first in range(0, n, rows):
        count = min(rows, n - first)
        draws.standard_normal(out=chunk[:count], dtype=np.float32)
        patches = bench.device.put(chunk[:count])
        seconds += bench.seconds(lambda: encoder.encode(patches, out=codes[:count]))  # noqa: B023  called at once
    memory = {"peak_rss_mib": peak_memory(), "memory_limit_mib": to_bytes(MEMORY_LIMIT) / 2**20, "chunk": rows}
    return {"wall_s": seconds, "with_generation_s": time.perf_counter() - start, **memory}


def peak_memory() -> float | None:
    """MiB that this process held at most; None where the system does not tell. (getrusage tells that of its parent.)"""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    (line,) = (line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    set_threads(int(sys.argv[3]))
    print(json.dumps(encode_in_chunks(int(sys.argv[1]), Bench(Device(sys.argv[2]), pause=0.0))))
