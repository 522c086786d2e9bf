"""General-purpose convex solvers on the lasso of a convolution, each through its own interface.

The code x and the residual r = y - H x are both variables. The matrices are then sparse, far more so than H^T H: such
solvers are fastest on this form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from scipy import sparse

from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.study.scoring.exact_peers import load

MAX_ITERATIONS = 200


@dataclass(frozen=True)
class Answer:
    """What a solver returns for a window.

    Attributes
    ----------
    codes : array, (1, n_atoms), float64
        Not negative where they must not be: rounding below zero is cut off.
    n_iterations : int
    solved : bool
        Whether the solver says that it has reached its tolerance.
    status : str
        In the solver's words.
    """

    codes: np.ndarray
    n_iterations: int
    solved: bool
    status: str


Work = Callable[[np.ndarray], Answer]


def prepare(peer: str, problem: ConvolutionalProblem, tolerance: float) -> Work:
    """Prepare a solver for windows: what does not depend on the signal is computed.

    Parameters
    ----------
    peer : str
        A key of `PEERS`.
    problem : ConvolutionalProblem
        Of a recording, in host memory.
    tolerance : float
        The solver's own: of its duality gap, absolute and relative, and of feasibility. Signals keep their unit: ECOS
        fails on some windows that are divided by their norm.

    Returns
    -------
    work : callable
        Window, (1, n_features) -> `Answer`.

    Raises
    ------
    AbsentPeer
        The solver cannot be imported.
    """
    return PEERS[peer](problem.astype(np.float64), tolerance)


def matrix_of(problem: ConvolutionalProblem) -> Any:
    """Return H of a recording: sparse matrix by columns, (n_features, n_atoms)."""
    (n_positions,), (length, n_filters) = problem.grid, problem.filters.shape
    first = np.repeat(np.arange(n_positions) * problem.stride[0], n_filters)
    rows = (first[:, None] + np.arange(length)).ravel()
    values = np.tile(np.asarray(problem.filters).T.ravel(), n_positions)
    starts = np.arange(0, len(rows) + 1, length)
    return sparse.csc_matrix((values, rows, starts), shape=(problem.n_features, problem.n_atoms))


def version_of(peer: str) -> str:
    """Return the version of an installed solver."""
    return version(peer)


class _Split:
    """Variables (x, r) with x >= 0, or (u, v, r) with x = u - v: `columns` is H, or H beside -H."""

    def __init__(self, problem: ConvolutionalProblem):
        matrix = matrix_of(problem)
        self.columns = matrix if problem.nonnegative else sparse.hstack([matrix, -matrix], format="csc")
        self.penalties = np.tile(problem.penalty_of_atom, self.n_signed // problem.n_atoms)
        self.nonnegative, self.n_atoms = problem.nonnegative, problem.n_atoms

    @property
    def n_signed(self) -> int:
        """Number of non-negative variables."""
        return self.columns.shape[1]

    def codes(self, values: Any) -> np.ndarray:
        """Codes, (1, n_atoms), from the non-negative variables."""
        found = np.maximum(np.asarray(values)[: self.n_signed], 0.0)
        return (found if self.nonnegative else found[: self.n_atoms] - found[self.n_atoms :])[None]


def _clarabel(problem: ConvolutionalProblem, tolerance: float) -> Work:
    """min 1/2 |r|^2 + penalties . x subject to H x + r = y and x >= 0."""
    clarabel, split = load("clarabel"), _Split(problem)
    n_signed, n = split.n_signed, problem.n_features
    quadratic = sparse.block_diag([sparse.csc_matrix((n_signed, n_signed)), sparse.identity(n)], format="csc")
    constraints = sparse.bmat([[split.columns, sparse.identity(n)], [-sparse.identity(n_signed), None]], format="csc")
    cones = [clarabel.ZeroConeT(n), clarabel.NonnegativeConeT(n_signed)]
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads, settings.max_iter = False, 1, MAX_ITERATIONS
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance

    def solve(signals: np.ndarray) -> Answer:
        cost = np.concatenate([split.penalties, np.zeros(n)])
        right = np.concatenate([signals[0], np.zeros(n_signed)])
        found = clarabel.DefaultSolver(quadratic, cost, constraints, right, cones, settings).solve()
        solved = found.status == clarabel.SolverStatus.Solved
        return Answer(split.codes(found.x), int(found.iterations), solved, str(found.status))

    return solve


def _ecos(problem: ConvolutionalProblem, tolerance: float) -> Work:
    """min t + penalties . x subject to H x + r = y, x >= 0 and 1/2 |r|^2 <= t, a cone: |(√2 r, t - 1)| <= t + 1."""
    ecos, split = load("ecos"), _Split(problem)
    n_signed, n = split.n_signed, problem.n_features
    equal = sparse.hstack([split.columns, sparse.identity(n), sparse.csc_matrix((n, 1))], format="csc")
    last = sparse.csc_matrix([[-1.0]])
    blocks = [
        [-sparse.identity(n_signed), None, None],
        [None, None, last],
        [None, -np.sqrt(2) * sparse.identity(n), None],
    ]
    inequal = sparse.bmat([*blocks, [None, None, last]], format="csc")
    right = np.concatenate([np.zeros(n_signed), [1.0], np.zeros(n), [-1.0]])
    cones = {"l": n_signed, "q": [n + 2], "e": 0}
    options: dict[str, Any] = {"verbose": False, "max_iters": MAX_ITERATIONS}
    options |= dict.fromkeys(("abstol", "reltol", "feastol"), tolerance)

    def solve(signals: np.ndarray) -> Answer:
        cost = np.concatenate([split.penalties, np.zeros(n), [1.0]])
        found = ecos.solve(cost, inequal, right, cones, equal, signals[0], **options)
        info = found["info"]
        solved = info["exitFlag"] == 0
        return Answer(split.codes(found["x"]), int(info["iter"]), solved, info["infostring"])

    return solve


PEERS: dict[str, Callable[[ConvolutionalProblem, float], Work]] = {"clarabel": _clarabel, "ecos": _ecos}
"""Name of the package -> what prepares it."""
