"""Optimal codes with a certificate: exact solvers, and the duality gap that proves it for every sample."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import Space, check_count, check_matrix, is_host, namespace, nearest, tiles_for
from lsalsa.arrays.checks import as_number, check_device, check_squares
from lsalsa.errors import ConfigError, DivergedError, ShapeError
from lsalsa.problem import Problem, SparseCodingProblem
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.solvers.base import check_signals, warn_if_all_zero

__all__ = ["OptimalCodes", "optimal_codes"]

ROOM = 0.9  # of the tolerance is for a solver whose codes are rounded to float32; rounding takes far less than the rest


@dataclass
class OptimalCodes:
    """Codes and what certifies them.

    Attributes
    ----------
    codes : array, (n_samples, n_atoms)
        In the dtype of the signals; off the support exactly zero.
    relative_gap : array, (n_samples,), float64
        Duality gap over objective of these codes. The dual is evaluated at the residual of the float64 codes from which
        they were rounded: `problem.relative_gap(signals, codes, dual_points)` is the same number. At the residual of
        float32 codes themselves the bound is looser, by about 1e-6.
    objective : array, (n_samples,), float64
        Of these codes.
    dual_points : array, (n_samples, n_features), float64, or None
        The feasible points of the dual that certify the codes, where they were asked for.
    """

    codes: Any
    relative_gap: Any
    objective: Any
    dual_points: Any = None

    def __repr__(self) -> str:
        n_samples, n_atoms = self.codes.shape
        worst = f"; relative gaps up to {float(self.relative_gap.max()):.1e}" if n_samples else ""
        return f"OptimalCodes({n_samples} samples, {n_atoms} atoms, {self.codes.dtype}{worst})"


def optimal_codes(
    problem: Problem,
    signals: Any,
    tolerance: float = 1e-6,
    start: Any = None,
    *,
    method: str = "auto",
    max_iterations: int = 20_000,
    tile_rows: int | None = None,
    dual_points: bool = False,
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
    dual_points : bool
        Keep what certifies the codes, for whoever wants to check.

    Returns
    -------
    OptimalCodes

    Raises
    ------
    DivergedError
        When a sample misses the tolerance, or does so once its code is rounded to float32; the worst is named. Codes
        without a certificate are never returned.
    ConfigError, ShapeError, DataError
        Arguments out of range, arrays that do not fit, NaN or Inf.

    Notes
    -----
    A constant number of FISTA iterations, as the LSALSA paper uses for its optimal codes, is no certificate: some
    samples converge far more slowly than the average.
    """
    signals = check_signals(problem, signals)
    check_squares("signals", signals)
    if not 0 < as_number(tolerance) < 1:
        raise ConfigError(f"tolerance must lie between 0 and 1, found {tolerance!r}")
    check_count("max_iterations", max_iterations)
    codes = _start(problem, signals, start)
    xp, exact = namespace(signals), problem.astype(np.float64)
    is_rounded = exact is not problem
    solver = _solver(method, exact, signals)(exact, ROOM * tolerance if is_rounded else tolerance, max_iterations)
    result = _not_yet_certified(codes, problem.n_features if dual_points else None)
    solved_gap = xp.zeros(len(codes), np.float64)

    def work(rows: slice, space: Space) -> None:
        tile = signals[rows].astype(np.float64, order="C")  # solvers make more like it, for compiled code
        codes = solver(tile, result.codes[rows].astype(np.float64))
        missed = keep(rows, tile, codes)
        if hasattr(solver, "again") and missed.size:
            codes[missed] = solver.again(tile[missed])
            keep(rows, tile, codes)

    def keep(rows: slice, tile: Any, codes: Any) -> Any:
        """Put codes and what certifies them in place; the rows of the tile that miss the tolerance."""
        result.codes[rows] = codes
        found = exact.certificate(tile, codes, result.codes[rows] if is_rounded else codes)
        solved_gap[rows], result.relative_gap[rows], result.objective[rows] = found[:3]
        if result.dual_points is not None:
            result.dual_points[rows] = found[3]
        return xp.flatnonzero(~(found[0] <= tolerance))

    with np.errstate(over="ignore", invalid="ignore"):
        tile_rows = problem.tile_rows if tile_rows is None else tile_rows
        tiles_for(xp, problem.n_atoms, np.dtype(np.float64), tile_rows).run(work, len(codes))
    _refuse_uncertified(result.relative_gap, solved_gap, tolerance, max_iterations)
    warn_if_all_zero(problem, signals, result.codes)
    return result


def _not_yet_certified(codes: Any, n_features: int | None) -> OptimalCodes:
    """Room for what will certify codes, with dual points where their length is given."""
    n, xp = len(codes), namespace(codes)
    gap, objective = (xp.zeros(n, np.float64) for _ in range(2))
    return OptimalCodes(codes, gap, objective, None if n_features is None else xp.zeros((n, n_features), np.float64))


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


def _start(problem: Problem, signals: Any, start: Any) -> Any:
    """New codes to start from, in the problem's dtype: zeros, or those that are given."""
    shape = (signals.shape[0], problem.n_atoms)
    if start is None:
        return namespace(signals).zeros(shape, problem.dtype)
    if getattr(start, "shape", None) != shape:
        raise ShapeError(f"start must have shape {shape}, found {getattr(start, 'shape', type(start).__name__)}")
    start = check_matrix("start", start)
    check_device("start", start, namespace(signals), "the problem")
    with np.errstate(over="ignore"):
        codes = check_matrix("start", start.astype(problem.dtype, order="C"))  # compiled solvers write into its rows
    return namespace(signals).maximum(codes, 0) if getattr(problem, "nonnegative", False) else codes


def _refuse_uncertified(gap: Any, solved_gap: Any, tolerance: float, max_iterations: int) -> None:
    xp = namespace(gap)
    missed = ~(gap <= tolerance)  # NaN misses as well
    if not bool(missed.any()):
        return
    worst = int(xp.argmax(xp.where(xp.isnan(gap), xp.inf, gap)))
    if bool((solved_gap[missed] <= tolerance).all()):
        raise DivergedError(
            f"{int(missed.sum())} of {len(missed)} codes meet the relative duality gap {tolerance:g} in float64, but "
            f"float32 cannot hold them: the worst is sample {worst} with {float(gap[worst]):.2e} once it is rounded; "
            f"give dictionaries and signals in float64, or scale them"
        )
    raise DivergedError(
        f"{int(missed.sum())} of {len(missed)} codes miss the relative duality gap {tolerance:g} "
        f"after {max_iterations} iterations; the worst is sample {worst} with {float(gap[worst]):.2e}"
    )
