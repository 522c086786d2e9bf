"""Exact solvers of a task: seconds per signal, distance to the optimal codes, duality gap reached.

They go on until the code is right. Methods with a fixed number of steps are compared with them.
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
from lsalsa.study.scoring.exact_peers import AbsentPeer, exact_codes
from lsalsa.study.scoring.timing import time_coder

PASSES = 3
BUDGET = 10.0  # seconds of passes per solver; a longer pass runs once, because its seconds vary little
TIGHT = 1e-6
TOLERANCES = (1e-1, 1e-2, 1e-3, 1e-4)
PEERS = {"exact_spams": "spams", "exact_scikit_learn": "sklearn"}
MOST_SAMPLES = {"exact_proximal": 1000, "exact_scikit_learn": 50}
"""Test signals for the slow solvers, spread over all; the others get as many as the methods."""

MEASURED = (
    "seconds_per_sample",
    "seconds_per_sample_min",
    "seconds_per_sample_max",
    "n_passes",
    "n_samples",
    "rmse",
    "relative_gap",
)
"""Columns that are empty if a solver returned no codes."""


class Solver(NamedTuple):
    """An exact solver at a tolerance.

    Attributes
    ----------
    method : str
        Its name in the rows.
    tolerance : float or None
        Relative duality gap; None for a solver with a stopping rule of its own.
    on_host : bool
        Whether it works in host memory; otherwise on the given device.
    prepare : callable
        (problem, signals) -> a function without arguments that returns the codes.
    """

    method: str
    tolerance: float | None
    on_host: bool
    prepare: Callable[[SparseCodingProblem, Any], Callable[[], Any]]


def solvers() -> list[Solver]:
    """List our two solvers at their tolerances, then those of other packages."""
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
        method, tolerance, the seconds of `time_coder`, rmse against the targets, relative_gap (the largest), status,
        reason. The status is "ok", "skipped" for a solver that cannot be imported, or "diverged" for one that misses
        its tolerance. A value that was not measured is None.
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
    """Compare codes with the optimal ones in float64.

    Parameters
    ----------
    problem : SparseCodingProblem
    signals : array, (n_samples, n_features)
    targets, codes : array, (n_samples, n_atoms)

    Returns
    -------
    quality : dict of str to float
        rmse against the targets, and relative_gap, the largest relative duality gap.
    """
    host = [to_host(array).astype(np.float64) for array in (signals, targets, codes)]
    dictionaries = [to_host(dictionary).astype(np.float64) for dictionary in problem.dictionaries]
    gap = SparseCodingProblem(dictionaries, problem.penalties).relative_gap(host[0], host[2])
    return {"rmse": float(rmse(host[2], host[1])), "relative_gap": float(gap.max())}


def spread(n: int, most: int) -> np.ndarray:
    """Return positions of at most `most` out of `n`, evenly spread."""
    return np.linspace(0, n - 1, min(n, most)).astype(np.int64)


def time_exact(
    problem: SparseCodingProblem, signals: Any, targets: Any, put: Callable[[Any], Any]
) -> Iterator[dict[str, Any]]:
    """Time every exact solver: one row each.

    A solver that took longer than the budget is not run at a tighter tolerance, which takes even longer.

    Parameters
    ----------
    problem : SparseCodingProblem
        In host memory, as `signals` and `targets`.
    signals, targets : array, (n_samples, n_features) and (n_samples, n_atoms)
    put : callable
        Copies an array from the host to the device of the solvers that do not work on the host.

    Yields
    ------
    row : dict
        As `time_solver` returns it.
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
