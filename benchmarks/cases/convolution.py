"""Codes of a recording's window by the exact coder and by the encoder, against the products that these need."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.peers import EAGER, AbsentPeer, TorchConvolution
from lsalsa.encoders.crsae import CRsAE
from lsalsa.exact.convolutional import ClusterActiveSet
from lsalsa.problem.convolutional import ConvolutionalProblem

DEPTH, TOLERANCE, ROUNDS = 20, 1e-12, 1000
LENGTH, N_FILTERS, PENALTY = 41, 3, 3.5  # filters of 41 samples; the penalty in standard deviations of the noise
SIZES = ((10_000, 68), (10_000, 15), (200_000, 300))  # samples of a window, spikes in it


def run(bench: Bench, sizes: Sequence[tuple[int, int]] = SIZES, depth: int = DEPTH) -> Iterator[dict[str, Any]]:
    """A row of each for every window: the coder against one correlation, the encoder against two products per layer."""
    for n_samples, n_spikes in sizes:
        problem, signals = window(n_samples, n_spikes)
        double = problem.astype(np.float64)
        codes = np.zeros((1, problem.n_atoms))
        solver, exact = ClusterActiveSet(double, TOLERANCE, ROUNDS), signals.astype(np.float64)
        correlate = partial(double.operator.correlate, exact, np.empty_like(codes))
        works = {"floor": correlate, "coder": lambda: solver(exact, np.zeros_like(codes))}  # noqa: B023 - called here
        facts = {"n": 1, "atoms": problem.n_atoms, "samples": n_samples, "spikes": n_spikes}
        yield _row(bench, works, "optimal_codes", **facts, dtype="float64", against="one correlation")
        there = ConvolutionalProblem.from_arrays(problem.to_arrays() | {"filters": bench.device.put(problem.filters)})
        encoder, put = CRsAE.from_problem(there, depth=depth), bench.device.put(signals)
        works = {"floor": products(there, put, depth), "coder": partial(encoder.encode, put)}
        try:
            works["peer"] = TorchConvolution(encoder).encode(put)
        except AbsentPeer as absent:
            yield bench.skipped("convolution", EAGER, str(absent), **facts)
        yield _row(bench, works, "crsae", **facts, depth=depth, against="two products per layer")


def window(n_samples: int, n_spikes: int) -> tuple[ConvolutionalProblem, np.ndarray]:
    """Smooth filters in noise: the problem in float32, and a window, (1, n_samples)."""
    random = np.random.default_rng(0)
    time, middle, width = np.arange(LENGTH)[:, None] - 15.0, np.array([0.0, 3.0, 6.0]), np.array([3.0, 5.0, 7.0])
    filters = np.exp(-0.5 * ((time - middle) / width) ** 2) * np.cos((time - middle) / 5)
    filters = (filters / np.linalg.norm(filters, axis=0)).astype(np.float32)
    problem = ConvolutionalProblem(filters, PENALTY, n_samples, nonnegative=True)
    codes = np.zeros((1, problem.n_atoms), np.float32)
    codes[0, random.integers(0, problem.n_atoms, n_spikes)] = 12
    return problem, problem.reconstruct(codes) + random.standard_normal((1, n_samples), dtype=np.float32)


def products(problem: ConvolutionalProblem, signals: Any, depth: int) -> Callable[[], None]:
    """H^T y, then H and H^T once in each layer but the first."""
    codes, buffer = problem.xp.empty((1, problem.n_atoms), problem.dtype), problem.xp.empty_like(signals)
    operator = problem.operator

    def work() -> None:
        operator.correlate(signals, codes)
        for _ in range(depth - 1):
            operator.synthesize(codes, buffer)
            operator.correlate(buffer, codes)

    return work


def _row(bench: Bench, works: dict[str, Callable[[], Any]], method: str, **facts: Any) -> dict[str, Any]:
    times = bench.interleaved(works)
    wall, floor = times["coder"], times["floor"]
    spread = {"wall_median_s": wall.median, "floor_median_s": floor.median, "rounds": bench.rounds}
    if "peer" in times:
        facts |= {"peer": EAGER, "peer_s": times["peer"].least, "peer_median_s": times["peer"].median}
    ratio = {"wall_s": wall.least, "floor_s": floor.least, "ratio": wall.median / floor.median}
    return bench.row("convolution", method, **facts, **ratio, **spread)
