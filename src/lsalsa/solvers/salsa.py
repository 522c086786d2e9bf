"""Split augmented Lagrangian shrinkage."""

from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import Space, nearest, to_host
from lsalsa.arrays.checks import as_number
from lsalsa.arrays.symmetric import gram, inverse
from lsalsa.errors import ConfigError
from lsalsa.problem import SparseCodingProblem, check_problem
from lsalsa.solvers.base import Solver

READ_OUTS = ("u", "softx", "x")


class SALSA(Solver):
    """SALSA (Afonso et al. 2010; LSALSA paper, Algorithms 1 and 2).

    x(0) = A^T y, d(0) = 0; u(t) = soft(x(t-1) + d(t-1); penalty / mu), x(t) = S (A^T y + mu (u(t) - d(t-1))),
    d(t) = d(t-1) - u(t) + x(t), with S = (mu I + A^T A)^-1. Several dictionaries are coupled by S alone.

    Kept are x and p(t) = u(t) - d(t-1), two arrays instead of three: then x(t) = S (A^T y + mu p(t)),
    d(t) = x(t) - p(t), and soft works on x + d = 2 x - p.

    Parameters
    ----------
    mu : float
        Weight of the augmented Lagrangian, positive.
    read_out : {"u", "softx", "x"}
        The codes after T iterations: soft(x + d) (sparse, converges to the optimum), soft(x) (the rule of LSALSA;
        biased by penalty / mu in the limit) or x itself (dense). The paper leaves it open: docs/method.md, section 4.
    """

    problem: SparseCodingProblem
    mu: float
    read_out: str
    state: ClassVar[tuple[str, ...]] = ("x", "p")
    settings: ClassVar[dict[str, Any]] = {"mu": 1.0, "read_out": "u"}
    candidates: ClassVar[dict[str, list]] = {"read_out": ["u", "softx"]}  # u is far off at small depths, softx at large

    def prepare(self) -> None:
        check_problem("salsa", self.problem, SparseCodingProblem)
        check_splitting(self.mu, self.read_out, READ_OUTS)
        self.splitting = self.problem.asarray(splitting_matrix(self.problem, self.mu))
        self.thresholds = self.problem.thresholds(1.0 / self.mu)
        self.weight = self.problem.dtype.type(self.mu)

    def start(self, signals: Any, space: Space) -> SimpleNamespace:
        x, p, filtered, mixed = self.buffers(space, signals.shape[0], "x", "p", "filtered", "mixed")
        self.xp.matmul(signals, self.problem.dictionary, out=filtered)
        x[...] = filtered
        p[...] = filtered
        return SimpleNamespace(x=x, p=p, filtered=filtered, mixed=mixed)

    def step(self, state: SimpleNamespace) -> None:
        self.kernels.salsa_step(state.x, state.p, state.filtered, self.thresholds, self.weight, state.mixed)
        self.xp.matmul(state.mixed, self.splitting, out=state.x)

    def codes(self, state: SimpleNamespace, out: Any) -> Any:
        if self.read_out == "x":
            out[...] = state.x
            return out
        return read_salsa(self.kernels, self.read_out, state, self.thresholds, out)


def read_salsa(kernels: ModuleType, read_out: str, state: SimpleNamespace, thresholds: Any, out: Any) -> Any:
    """Write the codes that a SALSA state stands for: soft(x), or soft(x + d) for the read-out "u".

    Parameters
    ----------
    kernels : module
        Element-wise steps for arrays like these.
    read_out : {"u", "softx"}
    state : SimpleNamespace
        `x` and `p`, (n_samples, n_atoms), and `mixed` of their shape, which is used up.
    thresholds : array, (n_atoms,)
    out : array, (n_samples, n_atoms)

    Returns
    -------
    out : array, (n_samples, n_atoms)
    """
    source = state.x
    if read_out == "u":
        source = state.mixed
        source[...] = state.x
        source += state.x
        source -= state.p
    kernels.soft_threshold(source, thresholds, out)
    return out


def splitting_matrix(problem: SparseCodingProblem, mu: float) -> np.ndarray:
    """S = (mu I + A^T A)^-1 from a Cholesky factor: array, (n_atoms, n_atoms), float64, on the host.

    ConfigError where mu is so small that the matrix is singular to rounding.
    """
    atoms = to_host(problem.dictionary).astype(np.float64)
    if atoms.any():
        problem.check_scale()
    shifted = gram(atoms)
    least = len(shifted) * np.finfo(float).eps * np.trace(shifted)
    shifted.flat[:: len(shifted) + 1] += mu
    splitting = inverse(shifted)
    if splitting is None:
        raise ConfigError(
            f"mu {mu:g} vanishes beside A^T A: mu I + A^T A is singular to rounding; take mu of at least "
            f"{least:.1g}, or scale dictionaries, penalties and mu together"
        )
    return splitting


def check_splitting(mu: float, read_out: str, read_outs: Sequence[str]) -> None:
    """Refuse settings of SALSA and LSALSA that cannot be.

    Parameters
    ----------
    mu : float
    read_out : str
    read_outs : sequence of str
        The ones that exist.

    Raises
    ------
    ConfigError
        When mu is not positive and finite, or there is no such read-out.
    """
    if not 0 < as_number(mu) < np.inf:
        raise ConfigError(f"mu must be positive and finite, found {mu!r}")
    if read_out not in read_outs:
        raise nearest("read_out", read_out, read_outs)
