"""How fast this machine does what a study consists of, measured in seconds on random signals of the study's sizes.

Measured is the time of the processor: what else runs on the machine does not count, or hardly.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lsalsa.arrays.unit_norm import unit_columns
from lsalsa.encoders import encoder_class
from lsalsa.exact import optimal_codes
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers import prepare
from lsalsa.study.costs.operations import BACK, Sizes, encoded, solved
from lsalsa.training import train

SECONDS = 0.4
"""Time that each work is repeated for at least."""

DEPTH = 5
ROWS = 500
EXACT_ROWS = 100
ENCODER = "lista"
ACTIVE = 0.1
"""Share of a code of the random signals that is not zero, as in the studies at hand."""


@dataclass(frozen=True)
class Floors:
    """Speeds at the sizes of a task, on the threads in use.

    Attributes
    ----------
    solving, training : float
        Operations per second of FISTA and of the training of LISTA, all that is beside their products included.
    exact : float
        Seconds for the certified optimal code of a signal.
    """

    solving: float
    training: float
    exact: float


def floors_of(sizes: Sizes) -> Floors:
    """Measure the speeds at the sizes of a task, in two seconds or so.

    Parameters
    ----------
    sizes : Sizes
        The lengths of signals and codes count.

    Returns
    -------
    floors : Floors
    """
    problem, signals, targets = random_task(sizes.n_features, sizes.n_atoms, ROWS)
    solver = prepare(problem, "fista")
    encoder = encoder_class(ENCODER).from_problem(problem, depth=DEPTH)
    step = BACK * encoded(ENCODER, sizes, DEPTH, {}) * ROWS
    solving = ROWS * solved(sizes, DEPTH) / seconds_of(lambda: solver.solve(signals, DEPTH))
    validation = signals[:1], targets[:1]

    def epochs() -> None:
        train(encoder.copy(), signals, targets, validation=validation, learning_rate=1e-9, epochs=5, tolerance=0.0)

    training = 5 * step / seconds_of(epochs)
    exact = seconds_of(lambda: optimal_codes(problem, signals[:EXACT_ROWS])) / EXACT_ROWS
    return Floors(solving, training, exact)


def random_task(
    n_features: int, n_atoms: int, n_signals: int, penalty: float = 0.1
) -> tuple[SparseCodingProblem, np.ndarray, np.ndarray]:
    """Make a problem of random atoms, with signals that are sparse sums of them.

    Parameters
    ----------
    n_features, n_atoms, n_signals : int
    penalty : float

    Returns
    -------
    problem : SparseCodingProblem
    signals : array, (n_signals, n_features), float32
    codes : array, (n_signals, n_atoms), float32
        The weights of the sums: as sparse as optimal codes, but not optimal.
    """
    random = np.random.default_rng(0)
    atoms = unit_columns(random.standard_normal((n_features, n_atoms)).astype(np.float32))
    active = random.random((n_signals, n_atoms)) < ACTIVE
    codes = (random.standard_normal(active.shape) * active).astype(np.float32)
    return SparseCodingProblem([atoms], penalty), codes @ atoms.T, codes


def start_up() -> float:
    """Measure the seconds from the start of a job's process to its first line of work."""
    code = "import snakemake.script, lsalsa.study.jobs.job, lsalsa.solvers, lsalsa.training"  # Snakemake: its preamble

    def spent() -> float:
        return os.times().children_user + os.times().children_system

    return seconds_of(lambda: subprocess.run([sys.executable, "-c", code], check=True), spent, 0.0)


def seconds_of(
    work: Callable[[], object], clock: Callable[[], float] = time.process_time, least: float | None = None
) -> float:
    """Measure the shortest time of a work, which is done once before and then for `SECONDS`, or `least` seconds.

    Parameters
    ----------
    work : callable
    clock : callable
        Gives seconds; those of the processor in this process by default.
    least : float, optional

    Returns
    -------
    seconds : float
    """
    least = SECONDS if least is None else least
    work()
    times: list[float] = []
    while not times or sum(times) < least:
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)
