"""Iterative solvers, one file each, found by their folder."""

from collections.abc import Sequence
from typing import Any

from lsalsa.discovery import class_in, modules_in
from lsalsa.problem import Problem
from lsalsa.solvers._solution import Solution
from lsalsa.solvers.base import Solver, solve_with

__all__ = ["Solution", "Solver", "available", "prepare", "solve", "solve_with", "solver_class"]


def available() -> list[str]:
    """Names of all solvers."""
    return list(modules_in(__name__))


def solver_class(name: str) -> type[Solver]:
    """The solver of this name; ConfigError with the nearest name when there is none."""
    return class_in(__name__, "solver", name, Solver)


def prepare(problem: Problem, method: str = "fista", **options: Any) -> Solver:
    """A solver that has computed all that does not depend on signals, to be kept and called again and again.

    `prepare(problem, method, **options).solve(signals, iterations)` is `solve(problem, signals, method, iterations,
    **options)`; what is prepared (A^T A, its largest eigenvalue, an inverse) costs nothing from the second call on.
    Several threads may call it at a time.

    Parameters
    ----------
    problem : Problem
        Not to be changed afterwards.
    method : str
        One of `available()`: "ista", "fista", "salsa".
    **options
        The solver's own settings, as for `solve`.

    Returns
    -------
    Solver

    Raises
    ------
    ConfigError
        Unknown method or option.
    """
    return solver_class(method)(problem, **options)


def solve(
    problem: Problem,
    signals: Any,
    method: str = "fista",
    iterations: int = 50,
    *,
    record: Sequence[int] | None = None,
    history: bool = False,
    tile_rows: int | None = None,
    **options: Any,
) -> Solution:
    """Run a fixed number of iterations of a solver on all signals. To call it often: `prepare` once.

    Parameters
    ----------
    problem : Problem
    signals : array, (n_samples, n_features)
        NumPy or CuPy, of the problem's dtype.
    method : str
        One of `available()`: "ista", "fista", "salsa".
    iterations : int
        T, the number of products with an (n_atoms, n_atoms) matrix; at least 1.
    record : sequence of int, optional
        Iterations whose codes are kept as well, in one pass.
    history : bool
        Compute the objective after every iteration, stop when it is no longer finite, grows without bound, or stands
        still.
    tile_rows : int, optional
        Rows worked on together; the default keeps a tile in a core's cache.
    **options
        The solver's own settings, e.g. `mu` and `read_out` of SALSA, `step_size` of ISTA.

    Returns
    -------
    Solution
        `codes` (n_samples, n_atoms) in the dtype that came in, `status`, `iterations`, `history`, `recorded`.

    Raises
    ------
    ConfigError
        Unknown method or option, iterations below 1.
    ShapeError, DataError
        Signals that do not fit the problem, NaN or Inf.
    """
    solver = prepare(problem, method, **options)
    return solver.solve(signals, iterations, record=record, history=history, tile_rows=tile_rows)
