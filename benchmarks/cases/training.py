"""One step of training, against its own matrix products and against PyTorch."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.floors import fastest, step_floor
from benchmarks.peers import AbsentPeer, TorchStep
from benchmarks.worlds import World, random_world
from lsalsa.arrays import one_blas_thread
from lsalsa.encoders import encoder_class
from lsalsa.training import Training, TrainingSettings

SIZES = ((100, 1, 60), (100, 10, 10), (256, 10, 4), (2_048, 5, 1))  # atoms, layers, steps in one timed work
BATCH = 500
RATE = 1e-9  # the codes must stay as they are while the clock runs
PEER = "PyTorch eager, CPU"


def run(bench: Bench, sizes: Sequence[tuple[int, int, int]] = SIZES, batch: int = BATCH) -> Iterator[dict[str, Any]]:
    """A row for each size and encoder; floor, step and peer take turns."""
    for n_atoms, depth, repeats in sizes:
        n_features = n_atoms if n_atoms < 2_048 else n_atoms // 2
        world = random_world(bench.device, 2 * batch, n_features, n_atoms)
        for name in ("lista", "lsalsa"):
            yield from _rows(bench, world, name, depth, batch, repeats)


def _rows(bench: Bench, world: World, name: str, depth: int, batch: int, repeats: int) -> Iterator[dict[str, Any]]:
    encoder = encoder_class(name).from_problem(world.problem, depth=depth)
    targets = encoder.encode(world.signals)
    index = np.random.default_rng(0).permutation(2 * batch)[:batch]
    arrays = encoder.arrays["filter"], encoder.arrays["splitting"]
    floors = step_floor(world.signals[index], *arrays, depth, repeats)
    way = fastest(bench, floors)
    settings = TrainingSettings(learning_rate=RATE, batch_size=batch)
    training = Training(encoder, world.signals, targets, settings=settings)
    works = {"floor": floors[way], "step": partial(_steps, training, index, repeats)}
    facts = {"n": batch, "atoms": encoder.n_atoms, "depth": depth}
    try:
        works["peer"] = partial(_repeat, TorchStep(encoder, world.signals, targets, RATE), index, repeats)
    except AbsentPeer as absent:
        yield bench.skipped("training", PEER, str(absent), **facts)
    times = bench.interleaved(works)
    least = {key: taken.least / repeats for key, taken in times.items()}
    facts |= {"wall_s": least["step"], "floor_s": least["floor"], "ratio": least["step"] / least["floor"]}
    if "peer" in least:
        facts |= {"peer": PEER, "peer_s": least["peer"]}
    middle = {"wall_median_s": times["step"].median / repeats, "floor_median_s": times["floor"].median / repeats}
    yield bench.row("training", name, **facts, against=f"matrix products, {way}", **middle, rounds=bench.rounds)


def _steps(training: Training, index: np.ndarray, repeats: int) -> None:
    """The library's own step as an epoch makes it, which limits BLAS once for all its steps."""
    with one_blas_thread():
        _repeat(training._step, index, repeats)


def _repeat(step: Callable[[np.ndarray], Any], index: np.ndarray, repeats: int) -> None:
    for _ in range(repeats):
        step(index)
