"""Exact solvers of a task: seconds per signal, distance to the optimal codes, duality gap reached.

What a fixed number of steps has to be compared with: solvers that go on until the code is right.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.errors import DivergedError
from lsalsa.exact import optimal_codes
from lsalsa.metrics import rmse
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.exact_peers import AbsentPeer, exact_codes
from lsalsa.study.timing import time_coder

PASSES = 3
BUDGET = 10.0  # seconds of passes per solver; a longer pass is made once, its seconds vary little
TIGHT = 1e-6
TOLERANCES = (1e-1, 1e-2, 1e-3, 1e-4)
PEERS = {"exact_spams": "spams", "exact_scikit_learn": "sklearn"}
MOST_SAMPLES = {"exact_proximal": 1000, "exact_scikit_learn": 50}
"""Test signals that the slow ones get, spread over all; the others get as many as the methods."""

MEASURED = (
    "seconds_per_sample",
    "seconds_per_sample_min",
    "seconds_per_sample_max",
    "n_passes",
    "n_samples",
    "rmse",
    "relative_gap",
)
"""Columns that are empty where a solver gave no codes."""


class Solver(NamedTuple):
    """An exact solver at a tolerance (None: it has its own), on the given device or on the host."""

    method: str
    tolerance: float | None
    on_host: bool
    prepare: Callable[[SparseCodingProblem, Any], Callable[[], Any]]


def solvers() -> list[Solver]:
    """Our two at their tolerances, then those of others."""
    ours = [Solver("exact_active_set", TIGHT, True, partial(_certified, method="active_set", tolerance=TIGHT))]
    for tolerance in TOLERANCES:
        work = partial(_certified, method="proximal", tolerance=tolerance)
        ours.append(Solver("exact_proximal", tolerance, False, work))
    return ours + [Solver(name, None, True, partial(exact_codes, peer)) for name, peer in PEERS.items()]


def _certified(problem: SparseCodingProblem, signals: Any, *, method: str, tolerance: float) -> Callable[[], Any]:
    return lambda: optimal_codes(problem, signals, tolerance, method=method).codes


def time_solver(solver: Solver, problem: SparseCodingProblem, signals: Any, targets: Any) -> dict[str, Any]:
    """Time one solver on signals and compare its codes with the optimal ones.

    Parameters
    ----------
    solver : Solver
    problem : SparseCodingProblem
    signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)

    Returns
    -------
    row : dict
        method, tolerance, the seconds of `time_coder`, rmse against the targets, relative_gap (the largest),
        status ("ok", "skipped" where the solver cannot be had, "diverged" where it misses its tolerance), reason.
        What was not measured is None.
    """
    few = spread(len(signals), MOST_SAMPLES.get(solver.method, len(signals)))
    signals, targets = signals[few], targets[few]
    row = _row(solver)
    kept: dict[str, Any] = {}

    def solve(_: Any) -> Any:
        kept["codes"] = work()
        return kept["codes"]

    try:
        work = solver.prepare(problem, signals)
        timed = time_coder(solve, signals, passes=PASSES, budget=BUDGET)
    except (AbsentPeer, DivergedError) as error:
        return row | {"status": "skipped" if isinstance(error, AbsentPeer) else "diverged", "reason": str(error)}
    quality = measure(problem, signals, targets, kept["codes"])
    return row | timed | quality | {"status": "ok", "reason": None}


def measure(problem: SparseCodingProblem, signals: Any, targets: Any, codes: Any) -> dict[str, float]:
    """RMSE against the optimal codes, and the largest relative duality gap, both in float64."""
    host = [to_host(array).astype(np.float64) for array in (signals, targets, codes)]
    dictionaries = [to_host(dictionary).astype(np.float64) for dictionary in problem.dictionaries]
    gap = SparseCodingProblem(dictionaries, problem.penalties).relative_gap(host[0], host[2])
    return {"rmse": float(rmse(host[2], host[1])), "relative_gap": float(gap.max())}


def spread(n: int, most: int) -> np.ndarray:
    """Positions of at most `most` out of `n`, evenly spread."""
    return np.linspace(0, n - 1, min(n, most)).astype(np.int64)


def time_exact(
    problem: SparseCodingProblem, signals: Any, targets: Any, put: Callable[[Any], Any]
) -> Iterator[dict[str, Any]]:
    """A row per solver; `put` brings an array from the host, where all of these lie, to the device of the others.

    A solver that took longer than the budget is not asked for a tighter tolerance, which takes longer still.
    """
    there = SparseCodingProblem([put(dictionary) for dictionary in problem.dictionaries], problem.penalties)
    too_slow: dict[str, str] = {}
    for solver in solvers():
        if solver.method in too_slow:
            row = _row(solver) | {"status": "skipped", "reason": too_slow[solver.method]}
        elif solver.on_host:
            row = {"device": "cpu", **time_solver(solver, problem, signals, targets)}
        else:
            row = time_solver(solver, there, put(signals), targets)
        if row["status"] == "ok" and row["seconds_per_sample"] * row["n_samples"] > BUDGET:
            seconds = f"{row['seconds_per_sample']:.2g} s per signal at tolerance {solver.tolerance}"
            too_slow[solver.method] = f"took {seconds}, and takes longer at a tighter one"
        yield row


def _row(solver: Solver) -> dict[str, Any]:
    return {"method": solver.method, "tolerance": solver.tolerance, **dict.fromkeys(MEASURED)}
