"""What a code is worth, and how far it can be from the optimum: written once for problems with any linear map."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from lsalsa.arrays import Space, check_matrix, tiles_for
from lsalsa.arrays.checks import check_squares, plain
from lsalsa.errors import DataError, ShapeError
from lsalsa.problem.duality import dual_scale, relative


class Certified(ABC):
    """Objective, duality gap and largest useful penalty of min over x of 1/2 |y - A x|^2 + sum_j penalty_j |x_j|.

    A subclass supplies A and its transpose in float64, and the sizes.

    Attributes
    ----------
    penalties : tuple of float
    nonnegative : bool
        Whether codes must not be negative.
    """

    penalties: tuple[float, ...]
    nonnegative: bool = False

    @property
    @abstractmethod
    def xp(self) -> Any:
        """The array module, NumPy or CuPy."""

    @property
    @abstractmethod
    def n_features(self) -> int:
        """Length of a signal as a row."""

    @property
    @abstractmethod
    def n_atoms(self) -> int:
        """Length of a code."""

    @property
    @abstractmethod
    def tile_rows(self) -> int | None:
        """Rows to work on together; None leaves it to the width of the codes."""

    @abstractmethod
    def _synthesize(self, codes: Any) -> Any:
        """A x of float64 codes: array, (n_samples, n_features), float64."""

    @abstractmethod
    def _correlate(self, signals: Any) -> Any:
        """A^T y of float64 signals: array, (n_samples, n_atoms), float64."""

    @property
    @abstractmethod
    def _weights(self) -> Any:
        """The penalty of each entry of a code: array, (n_atoms,), float64."""

    def objective(self, signals: Any, codes: Any) -> Any:
        """1/2 |y - A x|^2 + sum_j penalty_j |x_j|, per sample.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
        codes : array or scipy CSR, (n_samples, n_atoms)

        Returns
        -------
        objective : array, (n_samples,), float64

        Raises
        ------
        ShapeError
            Naming the array, the expected and the found shape.
        DataError
            When signals hold NaN or Inf or their squares leave the range of float64, or codes are negative that must
            not be.
        """
        signals, codes = self._checked_pair(signals, codes)
        return self._per_tile(lambda y, x: self._primal(y - self._synthesize(x), x), signals, codes)

    def duality_gap(self, signals: Any, codes: Any, dual_points: Any = None) -> Any:
        """Distance to the optimum that the dual certifies, per sample.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
        codes : array or scipy CSR, (n_samples, n_atoms)
        dual_points : array, (n_samples, n_features), optional
            float64. Where the dual is evaluated, each scaled to its best feasible multiple, so that any point gives a
            true bound; the residual of the codes by default. `OptimalCodes.dual_points` gives the tightest one.

        Returns
        -------
        gap : array, (n_samples,), float64
            Objective minus the dual objective; 0 only at the optimum. Same unit as the objective.

        Raises
        ------
        ShapeError, DataError
            As for `objective`.
        """
        return self._gap_and_objective(signals, codes, dual_points)[:, 0]

    def relative_gap(self, signals: Any, codes: Any, dual_points: Any = None) -> Any:
        """`duality_gap` divided by the objective, per sample.

        Parameters
        ----------
        signals, codes, dual_points
            As for `duality_gap`.

        Returns
        -------
        relative_gap : array, (n_samples,), float64
            0 where the objective is 0.
        """
        return relative(*self._gap_and_objective(signals, codes, dual_points).T)

    def dual_points(self, signals: Any, codes: Any) -> Any:
        """The best feasible multiple of each residual: what certifies codes that are nearly optimal.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
        codes : array, (n_samples, n_atoms)

        Returns
        -------
        points : array, (n_samples, n_features), float64
            |<a_j, point>| <= penalty_j for every atom, to rounding (<a_j, point> <= penalty_j for non-negative codes);
            the dual objective there is <y, point> - |point|^2 / 2.

        Raises
        ------
        ShapeError, DataError
            As for `objective`.
        """
        signals, codes = self._checked_pair(signals, codes)

        def work(y: Any, x: Any) -> Any:
            residual = y - self._synthesize(x)
            return residual * self._dual_scale(y, residual)[0][:, None]

        return self._per_tile(work, signals, codes)

    def lambda_max(self, signals: Any) -> Any:
        """Smallest multiple of the penalties at which a sample's optimal code is zero.

        Parameters
        ----------
        signals : array, (n_samples, n_features)

        Returns
        -------
        penalties : array, (n_samples, len(penalties)), float64
            A code is zero exactly where this is not above the problem's penalties.
        """
        signals = check_matrix("signals", signals, n_columns=self.n_features)
        scale = self._per_tile(lambda y: self.steepness(self._correlate(y))[0], signals)
        return self.xp.maximum(scale, 0.0)[:, None] * self.xp.asarray(self.penalties)

    def certificate(self, signals: Any, codes: Any, rounded: Any) -> tuple[Any, Any, Any, Any]:
        """What certifies codes, and the same codes after rounding, at one dual point, that of the codes.

        Rounding moves the objective by the square of its error only, because codes that are optimal are a minimum; but
        it moves the residual, and the dual objective there, by the error itself.

        Parameters
        ----------
        signals : array, (n_samples, n_features), float64
        codes : array, (n_samples, n_atoms), float64
        rounded : array, (n_samples, n_atoms)
            `codes` itself where nothing is rounded.

        Returns
        -------
        relative_gap, rounded_gap, objective : array, (n_samples,), float64
            The gap of the codes; gap and objective of the rounded ones.
        points : array, (n_samples, n_features), float64
            Feasible in the dual.
        """
        residual = signals - self._synthesize(codes)
        primal, (scale, dual) = self._primal(residual, codes), self._dual_scale(signals, residual)
        objective = primal
        if rounded is not codes:
            exactly = rounded.astype(np.float64)
            objective = self._primal(signals - self._synthesize(exactly), exactly)
        gaps = (relative(self.xp.maximum(value - dual, 0.0), value) for value in (primal, objective))
        return *gaps, objective, residual * scale[:, None]

    def _gap_and_objective(self, signals: Any, codes: Any, dual_points: Any) -> Any:
        signals, codes = self._checked_pair(signals, codes)
        given = []
        if dual_points is not None:
            given = [check_matrix("dual_points", dual_points, n_columns=self.n_features, n_rows=signals.shape[0])]

        def work(y: Any, x: Any, *points: Any) -> Any:
            residual = y - self._synthesize(x)
            primal, dual = self._primal(residual, x), self._dual_scale(y, *points or (residual,))[1]
            return self.xp.stack([self.xp.maximum(primal - dual, 0.0), primal], axis=1)

        return self._per_tile(work, signals, codes, *given)

    def _dual_scale(self, signals: Any, points: Any) -> tuple[Any, Any]:
        """The best feasible multiple of each point, and the dual objective there."""
        along, squared = self.xp.sum(signals * points, axis=1), self.xp.sum(points * points, axis=1)
        scale = dual_scale(along, squared, *self.steepness(self._correlate(points)))
        return scale, scale * along - 0.5 * scale * scale * squared

    def _primal(self, residual: Any, codes: Any) -> Any:
        return 0.5 * self.xp.sum(residual * residual, axis=1) + self.xp.abs(codes) @ self._weights

    def steepness(self, correlations: Any) -> tuple[Any, Any]:
        """How far correlations reach on either side, in units of the penalty.

        Parameters
        ----------
        correlations : array, (n_samples, n_atoms), float64

        Returns
        -------
        above, below : array, (n_samples,), float64
            As `dual_scale` takes them: the larger side twice where codes may have both signs.
        """
        shares = correlations if set(self.penalties) == {1.0} else correlations / self._weights
        if self.nonnegative:
            return self.xp.max(shares, axis=1), -self.xp.min(shares, axis=1)
        steepest = self.xp.max(self.xp.abs(shares), axis=1)
        return steepest, steepest

    def _per_tile(self, work: Callable[..., Any], *arrays: Any) -> Any:
        """`work` on float64 tiles of the rows, its results one below the other."""

        def on_tile(rows: slice, space: Space) -> Any:
            return work(*(_dense(array[rows]).astype(np.float64) for array in arrays))

        tiles = tiles_for(self.xp, self.n_atoms, np.dtype(np.float64), self.tile_rows)
        return self.xp.concatenate(tiles.run(on_tile, arrays[0].shape[0]))

    def _checked_pair(self, signals: Any, codes: Any) -> tuple[Any, Any]:
        """Signals, plain, and codes, plain or sparse."""
        signals = check_matrix("signals", signals, n_columns=self.n_features)
        check_squares("signals", signals)
        expected = (signals.shape[0], self.n_atoms)
        if getattr(codes, "shape", None) != expected:
            raise ShapeError(f"codes must have shape {expected}, found {getattr(codes, 'shape', type(codes).__name__)}")
        codes = codes if is_csr(codes) else plain("codes", codes)
        if codes.dtype.kind not in "fiub":
            raise DataError(f"codes must be real numbers, found {codes.dtype}")
        if self.nonnegative and bool((codes < 0).sum() > 0):
            row = int(_dense(codes < 0).any(axis=1).argmax())
            raise DataError(f"codes of a non-negative problem must not be negative, found one in row {row}")
        return signals, codes


def is_csr(codes: Any) -> bool:
    """Whether codes are sparse rows, as `read_arrays` gives them."""
    return getattr(codes, "format", None) == "csr"


def _dense(rows: Any) -> Any:
    return rows.toarray() if is_csr(rows) else rows
