"""Optimal codes with a certificate: exact solvers, and the duality gap that proves it for every sample."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import Space, check_count, check_matrix, is_host, namespace, nearest, tiles_for
from lsalsa.errors import ConfigError, DivergedError, ShapeError
from lsalsa.problem import Problem, SparseCodingProblem
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.solvers.base import check_signals, warn_if_all_zero

__all__ = ["OptimalCodes", "optimal_codes"]


@dataclass
class OptimalCodes:
    """Codes and what certifies them.

    Attributes
    ----------
    codes : array, (n_samples, n_atoms)
        In the dtype of the signals; off the support exactly zero.
    relative_gap : array, (n_samples,), float64
        Duality gap over objective of the float64 codes, before they are rounded to the signals' dtype; rounding to
        float32 by itself can cost a gap of about 1e-6.
    objective : array, (n_samples,), float64
    """

    codes: Any
    relative_gap: Any
    objective: Any


def optimal_codes(
    problem: Problem,
    signals: Any,
    tolerance: float = 1e-6,
    start: Any = None,
    *,
    method: str = "auto",
    max_iterations: int = 20_000,
    tile_rows: int | None = None,
) -> OptimalCodes:
    """Solve the problem to a certified relative duality gap, for every sample.

    Parameters
    ----------
    problem : Problem
    signals : array, (n_samples, n_features)
        float32 or float64 as the problem, NumPy or CuPy.
    tolerance : float
        Largest relative duality gap allowed.
    start : array, (n_samples, n_atoms), optional
        Codes to start from; the optimum does not depend on them where it is unique. They pay where their support is
        nearly right (codes of the same signals under a nearby penalty, say), not where it is several times too large.
    method : {"auto", "active_set", "proximal"}
        An active-set method (compiled, dictionaries or filters in host memory), or an accelerated proximal method on
        whole matrices (any problem, host or GPU). `auto` takes the first where it can work.
    max_iterations : int
        Rounds of the active set or iterations after which a sample is given up.
    tile_rows : int, optional
        Rows worked on together.

    Returns
    -------
    OptimalCodes

    Raises
    ------
    DivergedError
        When a sample misses the tolerance; the worst is named. Codes without a certificate are never returned.
    ConfigError, ShapeError, DataError
        Arguments out of range, arrays that do not fit, NaN or Inf.

    Notes
    -----
    A constant number of FISTA iterations, as the LSALSA paper uses for its optimal codes, is no certificate: some
    samples converge far more slowly than the average.
    """
    check_signals(problem, signals)
    if not 0 < tolerance < 1:
        raise ConfigError(f"tolerance must lie between 0 and 1, found {tolerance}")
    check_count("max_iterations", max_iterations)
    _check_start(start, signals.shape[0], problem.n_atoms)
    xp, exact = namespace(signals), problem.astype(np.float64)
    solver = _solver(method, exact, signals)(exact, tolerance, max_iterations)
    result = OptimalCodes(
        xp.zeros((signals.shape[0], problem.n_atoms), problem.dtype) if start is None else start.astype(problem.dtype),
        xp.zeros(signals.shape[0], np.float64),
        xp.zeros(signals.shape[0], np.float64),
    )

    def work(rows: slice, space: Space) -> None:
        tile = signals[rows].astype(np.float64)
        codes = solver(tile, result.codes[rows].astype(np.float64))
        result.codes[rows] = codes
        result.objective[rows] = exact.objective(tile, codes)
        result.relative_gap[rows] = exact.relative_gap(tile, codes)

    with np.errstate(over="ignore", invalid="ignore"):
        tile_rows = problem.tile_rows if tile_rows is None else tile_rows
        tiles_for(xp, problem.n_atoms, np.dtype(np.float64), tile_rows).run(work, signals.shape[0])
    _refuse_uncertified(result, tolerance, max_iterations)
    warn_if_all_zero(problem, signals, result.codes)
    return result


def _solver(method: str, problem: Problem, signals: Any) -> Any:
    known = isinstance(problem, SparseCodingProblem | ConvolutionalProblem)
    if method == "auto":
        method = "active_set" if known and is_host(signals) else "proximal"
    if method == "active_set":
        if isinstance(problem, ConvolutionalProblem):
            from lsalsa.exact.convolutional import ClusterActiveSet

            return ClusterActiveSet
        if not known:
            raise ConfigError(f"active_set needs dictionaries or filters, found {type(problem).__name__}")
        from lsalsa.exact.active_set import ActiveSet

        return ActiveSet
    if method == "proximal":
        from lsalsa.exact.proximal import RestartedProximal

        return RestartedProximal
    raise nearest("method of optimal_codes", method, ("auto", "active_set", "proximal"))


def _check_start(start: Any, n_samples: int, n_atoms: int) -> None:
    if start is None:
        return
    if getattr(start, "shape", None) != (n_samples, n_atoms):
        raise ShapeError(f"start must have shape {(n_samples, n_atoms)}, found {getattr(start, 'shape', type(start))}")
    check_matrix("start", start)


def _refuse_uncertified(result: OptimalCodes, tolerance: float, max_iterations: int) -> None:
    xp = namespace(result.codes)
    missed = ~(result.relative_gap <= tolerance)  # NaN misses as well
    if bool(missed.any()):
        worst = int(xp.argmax(xp.where(xp.isnan(result.relative_gap), xp.inf, result.relative_gap)))
        raise DivergedError(
            f"{int(missed.sum())} of {len(missed)} codes miss the relative duality gap {tolerance:g} "
            f"after {max_iterations} iterations; the worst is sample {worst} "
            f"with {float(result.relative_gap[worst]):.2e}"
        )
