"""The convolutional sparse coding problem: a bank of filters, each of which may occur anywhere in a signal."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from lsalsa.arrays import Tiles, check_count, check_matrix, kernels_for, namespace, to_host
from lsalsa.arrays.checks import check_finite, check_floating, plain
from lsalsa.arrays.kernels import nonnegative as nonnegative_kernels
from lsalsa.convolution import Convolution, ConvolutionalStep, check_step, gram_taps, lipschitz_bound
from lsalsa.errors import DataError, ShapeError
from lsalsa.problem.certified import Certified
from lsalsa.problem.penalties import checked_penalties, rounded

ARGUMENTS = ("filters", "penalties", "signal_shape", "stride", "nonnegative")
TILE_BYTES = 250_000  # of the codes of a tile: what an iteration works on stays in a core's cache


class ConvolutionalProblem(Certified):
    """min over x of 1/2 |y - sum_c h_c * x_c|^2 + sum_c penalty_c |x_c|_1, optionally with x >= 0.

    The convolution is linear: a filter occurs only where all of it fits into the signal. So this is sparse coding with
    a dictionary H whose atoms are the filters at all positions, and it is used in the same way: a signal is a row of
    `n_features` numbers, a code a row of `n_atoms`. A code row holds all filters of the first position, then all of the
    next; `codes.reshape(-1, *problem.grid, problem.n_filters)` lays positions and filters out.

    Several channels are a stride: lay signals (n_samples, time, n_channels) out as rows of time * n_channels numbers,
    filters (length, n_channels, n_filters) as (length * n_channels, n_filters), and take the stride n_channels. Colour
    pictures likewise: `signal_shape` (height, width * n_channels), stride (1, n_channels).

    Parameters
    ----------
    filters : array, (length, n_filters) or (height, width, n_filters)
        float32 or float64, for recordings or pictures. Their norms are left as they are.
    penalties : float or sequence of float
        Positive, in the unit of H^T y: one for all filters, or one for each.
    signal_shape : int or sequence of int
        Length of a signal, or height and width of a picture.
    stride : int or sequence of int
        From one position to the next, in numbers; one for each axis, or one for all.
    nonnegative : bool
        Whether codes must not be negative.

    Raises
    ------
    ShapeError
        When the filters, the penalties, the stride and the shape of the signals do not fit each other.
    DataError
        When a filter holds NaN or Inf or has norm 0, or a penalty is not positive and finite.
    ConfigError
        When a size or stride is no whole number of at least 1.

    References
    ----------
    Tolooshams, Dey and Ba 2020, "Deep residual autoencoders for expectation maximization-inspired dictionary
    learning".
    """

    def __init__(
        self,
        filters: Any,
        penalties: float | Sequence[float],
        signal_shape: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        nonnegative: bool = False,
    ):
        self.filters, self.nonnegative = self._checked_filters(filters), bool(nonnegative)
        n_axes = self.filters.ndim - 1
        self.signal_shape = _per_axis("signal_shape", signal_shape, n_axes)
        self.stride = _per_axis("stride", stride, n_axes)
        self.penalties = checked_penalties(penalties, self.n_filters, "filters")
        if any(size < least for size, least in zip(self.signal_shape, self.filters.shape, strict=False)):
            raise ShapeError(
                f"signals of shape {self.signal_shape} are smaller than the filters, {self.filters.shape[:-1]}: "
                f"a filter must fit into a signal"
            )

    @staticmethod
    def _checked_filters(filters: Any) -> Any:
        shape: tuple[int, ...] = getattr(filters, "shape", ())
        if len(shape) not in (2, 3) or 0 in shape:
            wanted = "(length, n_filters) or (height, width, n_filters)"
            raise ShapeError(f"filters must have shape {wanted}, found {tuple(shape) or type(filters).__name__}")
        filters = plain("filters", filters)
        check_floating("filters", filters)
        check_finite("filters", filters)
        empty = (to_host(filters) == 0).reshape(-1, shape[-1]).all(axis=0)
        if empty.any():
            raise DataError(
                f"filter {int(empty.argmax()) + 1} of {shape[-1]} has norm 0, so its codes would mean nothing"
            )
        return filters

    @property
    def xp(self) -> Any:
        """The array module of the filters."""
        return namespace(self.filters)

    @property
    def dtype(self) -> np.dtype:
        """dtype of the filters, of the signals to be coded and of their codes."""
        return self.filters.dtype

    @property
    def n_filters(self) -> int:
        """Number of filters."""
        return self.filters.shape[-1]

    @property
    def grid(self) -> tuple[int, ...]:
        """Positions of a filter along each axis."""
        sizes = zip(self.signal_shape, self.filters.shape, self.stride, strict=False)
        return tuple((signal - length) // step + 1 for signal, length, step in sizes)

    @property
    def n_features(self) -> int:
        """Length of a signal as a row."""
        return int(np.prod(self.signal_shape))

    @property
    def n_atoms(self) -> int:
        """Length of a code: filters times positions."""
        return int(np.prod(self.grid)) * self.n_filters

    @property
    def tile_rows(self) -> int:
        """Rows to work on together, so that their codes stay in a core's cache."""
        return max(1, min(512, TILE_BYTES // (self.n_atoms * self.dtype.itemsize)))

    @property
    def kernels(self) -> ModuleType:
        """Element-wise steps on the codes: soft thresholding, one-sided for non-negative codes."""
        return nonnegative_kernels if self.nonnegative else kernels_for(self.filters)

    @property
    def penalty_of_atom(self) -> Any:
        """The penalty of each entry of a code: array, (n_atoms,), in the problem's dtype."""
        return self.thresholds(1.0)

    def thresholds(self, scale: float) -> Any:
        """`penalty_of_atom` times `scale`, in float64 and rounded once: array, (n_atoms,), in the problem's dtype."""
        values = self.xp.asarray(rounded(np.asarray(self.penalties) * scale, self.dtype))
        return self.xp.tile(values, self.n_atoms // self.n_filters)

    @cached_property
    def operator(self) -> Convolution:
        """H and H^T."""
        return Convolution(self.filters, self.stride, self.signal_shape)

    @cached_property
    def taps(self) -> Any:
        """Inner products of each filter with all filters at all offsets within reach, in positions: array,
        (n_filters, 2 rows + 1, 2 columns + 1, n_filters); one row for recordings. The Gram matrix of H has no others.
        """
        return gram_taps(self.filters, self.stride)

    @cached_property
    def lipschitz(self) -> float:
        """An upper bound on the largest eigenvalue of H^T H for signals of any size, a few percent above it."""
        return lipschitz_bound(self.filters, self.stride)

    def refresh(self, ceiling: float = np.inf) -> float:
        """Compute anew what depends on the filters, after a learning step has changed them in place.

        Parameters
        ----------
        ceiling : float
            What `lipschitz` must not exceed.

        Returns
        -------
        lipschitz : float

        Raises
        ------
        DivergedError
            When `lipschitz` is above the ceiling, or the filters are not finite.
        """
        for name in ("operator", "taps", "_double"):
            self.__dict__.pop(name, None)
        self.lipschitz = lipschitz_bound(self.filters, self.stride, ceiling)
        return self.lipschitz

    def gradient_step(self, step: float) -> ConvolutionalStep:
        """A step of gradient descent on 1/2 |y - H x|^2: two convolutions.

        DataError where the problem's dtype does not hold the step.
        """
        return ConvolutionalStep(self.operator, check_step(step, self.dtype))

    def correlate(self, signals: Any) -> Any:
        """H^T y of each signal.

        Parameters
        ----------
        signals : array, (n_samples, n_features)

        Returns
        -------
        correlations : array, (n_samples, n_atoms)
            In the problem's dtype.

        Raises
        ------
        ShapeError, DataError
            When the signals do not fit the problem, or hold NaN or Inf.
        """
        signals = check_matrix("signals", signals, n_columns=self.n_features)
        return self._map(self.operator.correlate, signals, self.n_atoms)

    def reconstruct(self, codes: Any) -> Any:
        """H x of each code.

        Parameters
        ----------
        codes : array, (n_samples, n_atoms)

        Returns
        -------
        signals : array, (n_samples, n_features)
            In the problem's dtype.

        Raises
        ------
        ShapeError, DataError
            When the codes do not fit the problem, or hold NaN or Inf.
        """
        codes = check_matrix("codes", codes, n_columns=self.n_atoms)
        return self._map(self.operator.synthesize, codes, self.n_features)

    def _map(self, apply: Any, arrays: Any, n_columns: int) -> Any:
        out = self.xp.empty((arrays.shape[0], n_columns), self.dtype)
        tiles = Tiles(self.xp, self.tile_rows)
        tiles.run(lambda rows, space: apply(self.asarray(arrays[rows]), out[rows]), arrays.shape[0])
        return out

    @cached_property
    def _double(self) -> "ConvolutionalProblem":
        return self.astype(np.float64)

    def _synthesize(self, codes: Any) -> Any:
        return self._double.operator.synthesize(codes, self.xp.empty((codes.shape[0], self.n_features)))

    def _correlate(self, signals: Any) -> Any:
        return self._double.operator.correlate(signals, self.xp.empty((signals.shape[0], self.n_atoms)))

    @cached_property
    def _weights(self) -> Any:
        return self._double.penalty_of_atom

    def with_penalties(self, penalties: float | Sequence[float]) -> "ConvolutionalProblem":
        """The same filters under other penalties; what is known of the filters is kept."""
        return self._with("lipschitz", "operator", "taps", penalties=penalties)

    def of_unit_penalties(self) -> "ConvolutionalProblem":
        """The same problem with filters divided by their penalties: those are 1, codes are multiplied by them."""
        filters = self.filters / self.xp.asarray(self.penalties, dtype=self.dtype)
        return self._with(filters=filters, penalties=1.0)

    def with_signal_shape(self, signal_shape: int | Sequence[int]) -> "ConvolutionalProblem":
        """The same filters and penalties for signals of another shape; what is known of the filters is kept."""
        return self._with("lipschitz", "taps", signal_shape=signal_shape)

    def astype(self, dtype: Any) -> "ConvolutionalProblem":
        """The same problem in another floating-point type; itself when it has that type already."""
        return self if self.dtype == np.dtype(dtype) else self._with(filters=self.filters.astype(dtype))

    def _with(self, *kept: str, **changes: Any) -> "ConvolutionalProblem":
        """The same problem but for the changes, with what is kept of what was computed."""
        other = ConvolutionalProblem(**{name: getattr(self, name) for name in ARGUMENTS} | changes)
        other.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        return other

    def asarray(self, values: Any) -> Any:
        """The values as a contiguous array on the filters' device, in their dtype."""
        return self.xp.ascontiguousarray(self.xp.asarray(values, dtype=self.dtype))

    def to_arrays(self) -> dict[str, Any]:
        """The problem as named arrays for one file; `from_arrays` reads it back."""
        return {name: to_host(getattr(self, name)) for name in ARGUMENTS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> "ConvolutionalProblem":
        """The problem that `to_arrays` wrote."""
        return cls(*(arrays[name] for name in ARGUMENTS))


def _per_axis(name: str, values: int | Sequence[int], n_axes: int) -> tuple[int, ...]:
    """One whole number for each axis, from one for all or one for each."""
    found = np.atleast_1d(np.asarray(values, object)).tolist()
    if name == "stride" and len(found) == 1:
        found *= n_axes
    if len(found) != n_axes:
        raise ShapeError(f"{name} must have {n_axes} numbers for filters with {n_axes} axes, found {found}")
    return tuple(check_count(name, value) for value in found)
