"""What every solver shares: settings, tiles, recorded iterations, history, stopping. A solver owns its update only."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import (
    Space,
    Tiles,
    check_count,
    check_matrix,
    tiles_for,
    to_host,
)
from lsalsa.arrays.checks import check_device, is_finite
from lsalsa.discovery import settings_for
from lsalsa.errors import ConfigError, DataError
from lsalsa.problem import Problem
from lsalsa.solvers._solution import Solution

DIVERGENCE_FACTOR = 1e5  # an objective this many times that of the zero code has diverged
LOOKED_AT = 500  # codes, before all of them, for one that is not zero
STILL_TOLERANCE = 1e-12  # relative change of the objective at which it stands still
STILL_ITERATIONS = 5  # in a row, before a run counts as converged


class Solver(ABC):
    """Base of the solvers; a subclass names its state and settings and supplies `prepare`, `start`, `step` and
    `codes`.

    Parameters
    ----------
    problem : Problem
        A subclass that needs more of it, a dictionary say, annotates `problem` with that class.
    **options
        Values of `settings`, which become attributes of these names before `prepare` is called.

    Attributes
    ----------
    state : tuple of str
        Names of the arrays that one iteration hands to the next, (tile, n_atoms) each.
    settings : dict
        Settings and their defaults.
    candidates : dict
        Settings -> values that a search tries where it lists none; the default alone for all others.
    xp, kernels : module
        Array module and element-wise steps for arrays like the problem's.

    Raises
    ------
    ConfigError
        For an option that is not in `settings`, with the nearest name.
    """

    state: ClassVar[tuple[str, ...]]
    settings: ClassVar[dict[str, Any]] = {}
    candidates: ClassVar[dict[str, list]] = {}

    def __init__(self, problem: Problem, **options: Any):
        self.problem = problem
        self.xp = problem.xp
        self.kernels = problem.kernels
        for name, value in settings_for("setting", type(self).__name__, options, self.settings).items():
            setattr(self, name, value)
        self.prepare()

    def solve(
        self,
        signals: Any,
        iterations: int = 50,
        *,
        record: Sequence[int] | None = None,
        history: bool = False,
        tile_rows: int | None = None,
    ) -> "Solution":
        """Run a fixed number of iterations on all signals, with what is prepared.

        Parameters
        ----------
        signals, iterations, record, history, tile_rows
            As for `lsalsa.solve`, which also says what is returned and raised.
        """
        solution = solve_with(self, signals, iterations, record=record, history=history, tile_rows=tile_rows)
        warn_if_all_zero(self.problem, signals, solution.codes)
        return solution

    @abstractmethod
    def prepare(self) -> None:
        """Compute once what all tiles share, and check the values of the settings.

        float64 where it matters (inverses, eigenvalues), the problem's dtype where an iteration uses it.
        """

    @abstractmethod
    def start(self, signals: Any, space: Space) -> SimpleNamespace:
        """The state before the first iteration of a tile.

        Parameters
        ----------
        signals : array, (tile, n_features)
            In the problem's dtype, finite; not to be changed.
        space : Space
            Lends buffers by name: `self.buffers(space, len(signals), "x", ...)`. They hold what the last tile left.

        Returns
        -------
        SimpleNamespace
            The arrays of `state`, and whatever else an iteration reads or overwrites.
        """

    @abstractmethod
    def step(self, state: SimpleNamespace) -> None:
        """One iteration, in place, without new arrays.

        Parameters
        ----------
        state : SimpleNamespace
            As `start` made it or the iteration before left it.
        """

    @abstractmethod
    def codes(self, state: SimpleNamespace, out: Any) -> Any:
        """Write the codes that the state stands for.

        Parameters
        ----------
        state : SimpleNamespace
            Its arrays of `state` stay as they are.
        out : array, (tile, n_atoms)
            In the problem's dtype.

        Returns
        -------
        out : array, (tile, n_atoms)
        """

    def buffers(self, space: Space, n_rows: int, *names: str) -> list[Any]:
        """Buffers of a tile, uninitialised.

        Parameters
        ----------
        space : Space
        n_rows : int
            Signals of the tile.
        *names : str

        Returns
        -------
        list of array, (n_rows, n_atoms)
            One for each name, in the problem's dtype.
        """
        return [space(name, (n_rows, self.problem.n_atoms), self.problem.dtype) for name in names]


def solve_with(
    solver: Solver,
    signals: Any,
    iterations: int,
    *,
    record: Sequence[int] | None = None,
    history: bool = False,
    tile_rows: int | None = None,
) -> Solution:
    """Run a prepared solver.

    Parameters
    ----------
    solver : Solver
    signals, iterations, record, history, tile_rows
        As for `lsalsa.solve`.

    Returns
    -------
    Solution

    Raises
    ------
    ConfigError, ShapeError, DataError
        Counts below 1, a record beyond the iterations, signals that do not fit the problem.
    """
    problem = solver.problem
    signals = check_signals(problem, signals)
    check_count("iterations", iterations)
    if record is not None and not hasattr(record, "__iter__"):
        raise ConfigError(f"record must be a sequence of iterations, found {record!r}")
    keep = sorted({check_count("record", t) for t in (() if record is None else record)})
    if keep and keep[-1] > iterations:
        raise DataError(f"record asks for iteration {keep[-1]}, but only {iterations} are run")
    tile_rows = problem.tile_rows if tile_rows is None else tile_rows
    tiles = tiles_for(solver.xp, problem.n_atoms, problem.dtype, tile_rows, multiplies=True)
    run = _run_watched if history else _run_fast
    solution = run(solver, signals, iterations, keep, tiles)
    if solution.status == "converged":  # the iterations that were not run would not have moved the codes
        solution.recorded.update({t: solution.codes for t in keep if t not in solution.recorded})
    return solution


def check_signals(problem: Problem, signals: Any) -> Any:
    """The signals as a plain array; refused are those that do not fit the problem."""
    signals = check_matrix("signals", signals, n_columns=problem.n_features)
    if signals.dtype != problem.dtype:
        raise DataError(f"signals are {signals.dtype}, but the problem is {problem.dtype}; convert one of them")
    check_device("signals", signals, problem.xp, "the problem")
    return signals


def _run_fast(solver: Solver, signals: Any, iterations: int, keep: list[int], tiles: Tiles) -> Solution:
    """All iterations of a tile before the next tile starts: a tile never leaves the cache."""
    shape = (signals.shape[0], solver.problem.n_atoms)
    out = {t: solver.xp.empty(shape, solver.problem.dtype) for t in {*keep, iterations}}

    def work(rows: slice, space: Space) -> None:
        state = solver.start(signals[rows], space)
        for t in range(1, iterations + 1):
            solver.step(state)
            if t in out:
                solver.codes(state, out[t][rows])

    with np.errstate(over="ignore", invalid="ignore"):  # a diverging run is reported by its status
        tiles.run(work, signals.shape[0])
        finite = is_finite(out[iterations])
    status = "max_iterations" if finite else "diverged"
    return Solution(out[iterations], status, iterations, recorded={t: out[t] for t in keep})


def _run_watched(solver: Solver, signals: Any, iterations: int, keep: list[int], tiles: Tiles) -> Solution:
    """One iteration of all tiles at a time, with the objective after each; every tile keeps buffers of its own."""
    xp, problem = solver.xp, solver.problem
    cuts = tiles.cut(signals.shape[0])
    with np.errstate(over="ignore", invalid="ignore"):
        states = [solver.start(signals[rows], Space(xp)) for rows in cuts]
    codes = xp.zeros((signals.shape[0], problem.n_atoms), problem.dtype)
    ceiling = DIVERGENCE_FACTOR * _mean(problem.objective(signals, codes))
    solution = Solution(codes, "max_iterations", 0)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1, iterations + 1):
            for rows, state in zip(cuts, states, strict=True):
                solver.step(state)
                solver.codes(state, codes[rows])
            objective = _mean(problem.objective(signals, codes))
            finite = all(is_finite(getattr(s, name)) for s in states for name in solver.state)
            solution.iterations = t
            if not finite or not np.isfinite(objective) or objective > ceiling:
                solution.status = "diverged"
                break
            zeros = _mean((codes == 0).mean(axis=1))
            solution.history.append({"iteration": t, "objective": objective, "zero_share": zeros})
            if t in keep:
                solution.recorded[t] = codes.copy()
            if _stands_still(solution.history):
                solution.status = "converged"
                break
    return solution


def _stands_still(history: list[dict]) -> bool:
    values = [row["objective"] for row in history[-STILL_ITERATIONS - 1 :]]
    return len(values) > STILL_ITERATIONS and max(values) - min(values) <= STILL_TOLERANCE * max(values)


def _mean(values: Any) -> float:
    return float(to_host(values).mean()) if values.shape[0] else 0.0


def warn_if_all_zero(problem: Problem, signals: Any, codes: Any) -> None:
    """Warn when every code is zero because no signal reaches the penalties.

    Parameters
    ----------
    problem : Problem
    signals : array, (n_samples, n_features)
    codes : array, (n_samples, n_atoms)
    """
    first = codes[:LOOKED_AT]  # nearly always enough, and all of a large array takes as long as an iteration
    if signals.shape[0] == 0 or bool(first.any()) or bool(codes.any()) or not bool(signals.any()):
        return
    largest = to_host(problem.lambda_max(signals)).max(axis=0)
    if (largest <= np.asarray(problem.penalties)).all():
        found = tuple(float(f"{each:.6g}") for each in largest)
        text = f"penalties {problem.penalties} are not below lambda_max {found}: all codes are zero"
        warnings.warn(text, UserWarning, stacklevel=3)
