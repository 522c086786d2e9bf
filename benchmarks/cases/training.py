"""Training, against its own matrix products and against peers: a step alone, and all of `train`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.bench import Bench, Times
from benchmarks.floors import fastest, step_floor
from benchmarks.peers import EAGER, STEPS, AbsentPeer
from benchmarks.worlds import random_world
from lsalsa.arrays import one_blas_thread
from lsalsa.encoders import Encoder, encoder_class
from lsalsa.training import Training, TrainingSettings, train

# Atoms, layers, steps in one timed work
SIZES = ((100, 1, 60), (100, 3, 30), (100, 10, 10), (256, 10, 4), (2_048, 5, 1))
WHOLE = ((100, 1), (100, 3), (100, 10))  # of `train`: atoms, layers
N_WHOLE, EPOCHS = 10_000, 5
BATCH = 500
RATE = 1e-9  # the codes must stay as they are while the clock runs
UNRECORDED = 25  # steps until a training has recorded its passes


def run(bench: Bench, sizes: Sequence[tuple[int, int, int]] = SIZES, batch: int = BATCH) -> Iterator[dict[str, Any]]:
    """A row of `training` for each size and encoder: a step beside its floor and PyTorch, in turns."""
    for encoder, signals, targets, index, repeats in _worlds(bench, sizes, batch):
        arrays = encoder.arrays["filter"], encoder.arrays["splitting"]
        floors = step_floor(signals[index], *arrays, encoder.depth, repeats)
        way = fastest(bench, floors)
        works, skipped = _peers(bench, "training", encoder, signals, targets, [EAGER])
        yield from skipped
        works = {peer: partial(_repeat, work, index, repeats) for peer, work in works.items()}
        step = _own_steps(encoder, signals, targets, index, repeats)
        times = _each_step(bench.interleaved({"floor": floors[way], "step": step, **works}), repeats)
        floor, facts = times["floor"], _facts(bench, encoder, batch, times["step"])
        facts |= {"floor_s": floor.least, "floor_median_s": floor.median, **_beside(times, EAGER)}
        ratio = times["step"].median / floor.median
        yield bench.row("training", encoder.name, **facts, ratio=ratio, against=f"matrix products, {way}")


def run_beside(
    bench: Bench, sizes: Sequence[tuple[int, int, int]] = SIZES, batch: int = BATCH
) -> Iterator[dict[str, Any]]:
    """A row of `training_peers` for each size, encoder and peer: a step of both, in turns."""
    for encoder, signals, targets, index, repeats in _worlds(bench, sizes, batch):
        works, skipped = _peers(bench, "training_peers", encoder, signals, targets, STEPS)
        yield from skipped
        works = {peer: partial(_repeat, work, index, repeats) for peer, work in works.items()}
        step = _own_steps(encoder, signals, targets, index, repeats)
        times = _each_step(bench.interleaved({"step": step, **works}), repeats)
        facts = _facts(bench, encoder, batch, times["step"])
        for peer in works:
            ratio = times["step"].median / times[peer].median
            yield bench.row("training_peers", encoder.name, **facts, **_beside(times, peer), ratio=ratio, against=peer)


def run_whole(
    bench: Bench, sizes: Sequence[tuple[int, int]] = WHOLE, n: int = N_WHOLE, batch: int = BATCH, epochs: int = EPOCHS
) -> Iterator[dict[str, Any]]:
    """A row of `training_whole` for each size, encoder and peer: all of `train`, its checks, validation and history
    included, beside the peer's steps over as many batches."""
    for n_atoms, depth in sizes:
        world = random_world(bench.device, n, n_atoms, n_atoms)
        for name in ("lista", "lsalsa"):
            encoder = encoder_class(name).from_problem(world.problem, depth=depth)
            yield from _whole(bench, encoder, world.signals, batch, epochs)


def _whole(bench: Bench, encoder: Encoder, signals: Any, batch: int, epochs: int) -> Iterator[dict[str, Any]]:
    targets, n = encoder.encode(signals), len(signals)
    order = np.random.default_rng(0).permutation(n)
    batches = np.array_split(order, range(batch, n, batch)) * epochs
    works, skipped = _peers(bench, "training_whole", encoder, signals, targets, STEPS)
    yield from skipped
    peers = {peer: partial(_each, work, batches) for peer, work in works.items()}
    settings = {"learning_rate": RATE, "batch_size": batch, "epochs": epochs, "tolerance": 0.0}
    times = bench.interleaved({"step": partial(train, encoder, signals, targets, **settings), **peers})
    facts = _facts(bench, encoder, n, times["step"]) | {"note": f"{epochs} epochs in batches of {batch}"}
    for peer in peers:
        ratio = times["step"].median / times[peer].median
        yield bench.row("training_whole", encoder.name, **facts, **_beside(times, peer), ratio=ratio, against=peer)


def _worlds(bench: Bench, sizes: Sequence[tuple[int, int, int]], batch: int) -> Iterator[tuple[Any, ...]]:
    """Encoder, signals, targets, the index of a batch, and the steps in one timed work."""
    for n_atoms, depth, repeats in sizes:
        n_features = n_atoms if n_atoms < 2_048 else n_atoms // 2
        world = random_world(bench.device, 2 * batch, n_features, n_atoms)
        index = np.random.default_rng(0).permutation(2 * batch)[:batch]
        for name in ("lista", "lsalsa"):
            encoder = encoder_class(name).from_problem(world.problem, depth=depth)
            yield encoder, world.signals, encoder.encode(world.signals), index, repeats


def _own_steps(encoder: Encoder, signals: Any, targets: Any, index: np.ndarray, repeats: int) -> Callable[[], None]:
    """The library's own steps as an epoch makes them, once the passes are recorded."""
    settings = TrainingSettings(learning_rate=RATE, batch_size=len(index))
    training = Training(encoder, signals, targets, settings=settings)
    _steps(training, index, UNRECORDED)
    return partial(_steps, training, index, repeats)


def _peers(
    bench: Bench, benchmark: str, encoder: Encoder, signals: Any, targets: Any, names: Iterable[str]
) -> tuple[dict[str, Callable[[np.ndarray], Any]], list[dict[str, Any]]]:
    """A step of each peer that is there, and a skipped row for each that is not."""
    works, skipped = {}, []
    for peer in names:
        try:
            works[peer] = STEPS[peer](encoder, signals, targets, RATE)
        except AbsentPeer as absent:
            facts = {"n": len(signals), "atoms": encoder.n_atoms, "depth": encoder.depth}
            skipped.append(bench.skipped(benchmark, peer, str(absent), **facts))
    return works, skipped


def _each_step(times: dict[str, Times], repeats: int) -> dict[str, Times]:
    return {key: Times(tuple(seconds / repeats for seconds in taken.seconds)) for key, taken in times.items()}


def _facts(bench: Bench, encoder: Encoder, n: int, step: Times) -> dict[str, Any]:
    sizes = {"n": n, "atoms": encoder.n_atoms, "depth": encoder.depth, "rounds": bench.rounds}
    return sizes | {"wall_s": step.least, "wall_median_s": step.median}


def _beside(times: dict[str, Times], peer: str) -> dict[str, Any]:
    if peer not in times:
        return {}
    return {"peer": peer, "peer_s": times[peer].least, "peer_median_s": times[peer].median}


def _steps(training: Training, index: np.ndarray, repeats: int) -> None:
    """An epoch limits BLAS once for all its steps."""
    with one_blas_thread():
        _repeat(training._step, index, repeats)


def _repeat(step: Callable[[np.ndarray], Any], index: np.ndarray, repeats: int) -> None:
    for _ in range(repeats):
        step(index)


def _each(step: Callable[[np.ndarray], Any], batches: Sequence[np.ndarray]) -> None:
    for index in batches:
        step(index)
