"""What solvers, encoders and losses may ask of a sparse coding problem, dense or not."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from lsalsa.errors import ConfigError


class GradientStep(Protocol):
    """x - step A^T (A x - y) as a sum of two parts: one of the signals, which stays, and one of the codes."""

    def of_signals(self, signals: Any, out: Any) -> Any:
        """Write step A^T y into `out`, (n_samples, n_atoms)."""

    def of_codes(self, codes: Any, out: Any) -> Any:
        """Write x - step A^T A x into `out`, (n_samples, n_atoms); `out` is not `codes`."""


class Problem(Protocol):
    """min over x of 1/2 |y - A x|^2 + sum_j penalty_j |x_j|, with a linear map A.

    A code is a row of n_atoms numbers, also where it has an inner shape, as filters by positions of a convolution.
    """

    penalties: tuple[float, ...]

    @property
    def xp(self) -> Any:
        """The array module, NumPy or CuPy."""

    @property
    def tile_rows(self) -> int | None:
        """Rows to work on together; None leaves it to the width of the codes."""

    @property
    def kernels(self) -> Any:
        """The module of element-wise steps on the codes."""

    @property
    def dtype(self) -> np.dtype:
        """dtype of the signals to be coded and of their codes."""

    @property
    def n_features(self) -> int:
        """Length of a signal."""

    @property
    def n_atoms(self) -> int:
        """Length of a code."""

    @property
    def penalty_of_atom(self) -> Any:
        """The penalty of each entry of a code: array, (n_atoms,), in the problem's dtype."""

    @property
    def lipschitz(self) -> float:
        """Largest eigenvalue of A^T A, or a bound above it."""

    def thresholds(self, scale: float) -> Any:
        """`penalty_of_atom` times `scale`, in float64 and rounded once: array, (n_atoms,), in the problem's dtype."""

    def gradient_step(self, step: float) -> GradientStep:
        """A step of gradient descent on 1/2 |y - A x|^2."""

    def objective(self, signals: Any, codes: Any) -> Any:
        """The objective of each sample: array, (n_samples,), float64."""

    def duality_gap(self, signals: Any, codes: Any, dual_points: Any = None) -> Any:
        """Distance to the optimum that the dual certifies, for each sample: array, (n_samples,), float64.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
        codes : array, (n_samples, n_atoms)
        dual_points : array, (n_samples, n_features), optional
            Where the dual is evaluated, each scaled to be feasible; the residual of the codes by default.
        """

    def relative_gap(self, signals: Any, codes: Any, dual_points: Any = None) -> Any:
        """`duality_gap` over `objective`: array, (n_samples,), float64; 0 where the objective is 0.

        Parameters
        ----------
        signals, codes, dual_points
            As for `duality_gap`.
        """

    def dual_points(self, signals: Any, codes: Any) -> Any:
        """Feasible points of the dual that certify codes: array, (n_samples, n_features), float64."""

    def certificate(self, signals: Any, codes: Any, rounded: Any) -> tuple[Any, Any, Any, Any]:
        """Relative gaps of codes and of the rounded ones, objective of those, and the dual points of the codes.

        Parameters
        ----------
        signals : array, (n_samples, n_features), float64
        codes : array, (n_samples, n_atoms), float64
        rounded : array, (n_samples, n_atoms)
            `codes` itself where nothing is rounded.
        """

    def lambda_max(self, signals: Any) -> Any:
        """Smallest multiple of the penalties at which a sample's optimal code is zero: array, (n_samples, D)."""

    def with_penalties(self, penalties: Sequence[float]) -> "Problem":
        """The same map A under other penalties."""

    def astype(self, dtype: Any) -> "Problem":
        """The same problem in another floating-point type."""


def check_problem(who: str, problem: Any, kind: type) -> None:
    """Refuse a problem of another kind than the method or encoder `who` takes.

    Parameters
    ----------
    who : str
    problem : object
    kind : type

    Raises
    ------
    ConfigError
    """
    if not isinstance(problem, kind):
        raise ConfigError(f"{who} needs a {kind.__name__}, found {type(problem).__name__}")
