"""Seconds per candidate of a search over one shape, as the number of candidates grows."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.bench import Bench
from benchmarks.worlds import random_world
from lsalsa.encoders import encoder_class
from lsalsa.study.methods.search import search_encoder

COUNTS = (1, 2, 4, 8, 16)
N_ATOMS, DEPTH, N_TRAIN, EPOCHS = 100, 3, 5_000, 2  # too few epochs to stop early
LOWEST_RATE, HIGHEST_RATE = 1e-9, 2e-9


def run(
    bench: Bench, counts: Sequence[int] = COUNTS, n_atoms: int = N_ATOMS, n_train: int = N_TRAIN
) -> Iterator[dict[str, Any]]:
    """A row for each number of candidates; the ratio is to the cost of one alone."""
    world = random_world(bench.device, n_train, n_atoms, n_atoms)
    targets = encoder_class("lsalsa").from_problem(world.problem, depth=2 * DEPTH).encode(world.signals)
    pairs = world.signals, targets
    held_out = world.signals[:500], targets[:500]
    settings = {"depth": DEPTH, "rungs": [EPOCHS], "n_train": n_train, "optimizer": "sgd", "seed": 0}
    search = partial(search_encoder, world.problem, pairs, held_out, algorithm="lsalsa", **settings)
    works = {count: partial(search, grid=_grid(count)) for count in counts}
    times = bench.interleaved(works)
    alone = times[counts[0]].least / counts[0]
    for count, taken in times.items():
        each = taken.least / count
        facts = {"n": n_train, "atoms": n_atoms, "depth": DEPTH, "wall_s": taken.least}
        against = f"{counts[0]} candidate, per candidate"
        yield bench.row(
            "search", "lsalsa", **facts, ratio=each / alone, against=against, candidates=count, per_candidate_s=each
        )


def _grid(count: int) -> dict[str, list[float]]:
    """Candidates of one shape: they differ in the learning rate only, all too small to change what is computed."""
    rates = np.geomspace(LOWEST_RATE, HIGHEST_RATE, count).tolist()
    return {"penalty_factor": [1.0], "mu": [1.0], "batch_size": [100], "learning_rate": rates}
