"""What the property tests share: problems of every scale, arrays in every layout, and what a call may end in.

Arrays are drawn as a seed and a few words, not number by number: an example costs microseconds, and its words say what
is special about it. `LSALSA_FUZZ` multiplies the number of examples, which are then new in each run (`make fuzz`).
"""

import os
import warnings
from dataclasses import dataclass, replace

import numpy as np
from convolution_worlds import Bank
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lsalsa import ConvolutionalProblem, SparseCodingProblem
from lsalsa.errors import LsalsaError

TIMES = int(os.environ.get("LSALSA_FUZZ", "0"))
settings.register_profile(
    "lsalsa",
    deadline=None,  # the machine may be busy
    derandomize=not TIMES,
    database=None,
    print_blob=bool(TIMES),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def examples(count):
    """So many examples of a test in `make test`."""
    return settings(settings.get_profile("lsalsa"), max_examples=count * max(1, TIMES))


# --- what a call ends in ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ended:
    """What a call gave, or the library's error, and whether it warned."""

    result: object = None
    error: LsalsaError | None = None
    warned: bool = False


def ended(call):
    """Run it: an error of the library is one sentence, and any other one is a fault that passes through."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("always", UserWarning)
        try:
            result = call()
        except LsalsaError as error:
            assert str(error) and "\n" not in str(error), error
            return Ended(error=error)
    return Ended(result, warned=bool(caught))


class Unchanged:
    """A context after which the arrays are what they were before, to the byte."""

    def __init__(self, *arrays):
        self.arrays, self.before = arrays, [array.tobytes() for array in arrays]

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            assert [array.tobytes() for array in self.arrays] == self.before


# --- layouts ------------------------------------------------------------------------------------------------


def _within(array, places, shape):
    whole = np.full(shape, 7, array.dtype)
    whole[places] = array
    return whole[places]


def _unaligned(array):
    memory = np.zeros(array.nbytes + 1, np.uint8)
    shifted = memory[1:].view(array.dtype).reshape(array.shape) if array.size else array
    shifted[...] = array
    return shifted


def _frozen(array):
    array = array.copy()
    array.setflags(write=False)
    return array


LAYOUTS = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "every second column": lambda a: _within(a, np.s_[..., ::2], (*a.shape[:-1], 2 * a.shape[-1])),
    "rows and columns backwards": lambda a: np.flip(np.ascontiguousarray(np.flip(a))),
    "inside a larger array": lambda a: _within(a, np.s_[1:-2, 1:-1], (a.shape[0] + 3, a.shape[1] + 2, *a.shape[2:])),
    "unaligned": _unaligned,
    "read-only": _frozen,
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
}
layouts = st.sampled_from(sorted(LAYOUTS))


def laid_out(layout, array):
    """The same values in another layout."""
    found = LAYOUTS[layout](array)
    assert np.array_equal(found, array, equal_nan=array.dtype.kind == "f")
    return found


# --- problems -----------------------------------------------------------------------------------------------

DTYPES = st.sampled_from([np.float32, np.float64])
EXPONENTS = st.one_of(st.just(0.0), st.floats(-30, 30), st.sampled_from([-30.0, 30.0]))
SEEDS = st.integers(0, 2**32 - 1)
ATOMS = ("ordinary", "duplicate", "nearly duplicate", "zero", "of many scales", "integer", "correlated")
SIGNALS = ("ordinary", "of few atoms", "zero", "one row zero", "rows of many scales", "constant")
SHARES = st.sampled_from([1e-4, 0.03, 0.3, 0.9, 1.0, 1.2])
"""Penalties, as a share of the smallest at which all codes are zero."""


@dataclass(frozen=True)
class Case:
    """A problem, what it was made of, and signals for it; float64 checks share no code with the library."""

    parts: tuple
    matrix: np.ndarray
    penalties: tuple
    penalty_of_atom: np.ndarray
    signals: np.ndarray
    is_ordinary: bool
    nonnegative: bool = False
    filters: object = None
    stride: tuple = ()
    signal_shape: tuple = ()
    nearly_equal_filters: bool = False

    def problem(self, layout="C"):
        if self.filters is None:
            return SparseCodingProblem([laid_out(layout, part) for part in self.parts], self.penalties)
        filters = laid_out(layout, self.filters)
        return ConvolutionalProblem(filters, self.penalties, self.signal_shape, self.stride, self.nonnegative)

    @property
    def in_double(self):
        """The same numbers in float64."""
        parts = tuple(part.astype(float) for part in self.parts)
        filters = None if self.filters is None else self.filters.astype(float)
        return replace(
            self, parts=parts, matrix=self.matrix.astype(float), signals=self.signals.astype(float), filters=filters
        )

    @property
    def unit(self):
        """The size of a first gradient step, by which errors of rounding are measured."""
        matrix, signals = self.matrix.astype(float), self.signals.astype(float)
        squared = np.linalg.norm(matrix, 2) ** 2
        return np.abs(signals @ matrix).max(initial=0) / squared if squared else 0.0

    @property
    def fits_float32(self):
        """Whether neither codes nor A^T y and its terms leave the range of float32, on either side."""
        sizes = np.multiply.outer(*(np.abs(each).max(axis=0).astype(float) for each in (self.matrix, self.signals.T)))
        sizes = np.append(sizes, self.unit)
        return all((sizes == 0) | (sizes > 1e-25) & (sizes < 1e25))

    def primal(self, codes):
        """The objective of each sample."""
        codes, matrix, signals = (np.asarray(each, float) for each in (codes, self.matrix, self.signals))
        residual = signals - codes @ matrix.T
        return 0.5 * (residual**2).sum(axis=1) + np.abs(codes) @ self.penalty_of_atom

    def gap(self, codes, points):
        """Primal minus dual over primal at feasible multiples of the points, and what rounding may do to it."""
        points, signals, matrix = points.astype(float), self.signals.astype(float), self.matrix.astype(float)
        reach = points @ matrix if self.nonnegative else np.abs(points @ matrix)
        blur = 1e-15 * signals.shape[1] * (np.abs(points) @ np.abs(matrix))  # all there is where exact numbers cancel
        steepest = ((reach - blur) / self.penalty_of_atom).max(axis=1)
        assert (steepest <= 1 + 1e-9).all(), "a dual point is not feasible"
        points = points / np.maximum(1, steepest)[:, None]
        primal = self.primal(codes)
        dual = (signals * points).sum(axis=1) - 0.5 * (points**2).sum(axis=1)
        positive = np.where(primal > 0, primal, 1.0)
        rounding = 1e-15 * signals.shape[1] * (np.abs(signals) * np.abs(points)).sum(axis=1)
        return (primal - dual) / positive, rounding / positive


@st.composite
def dense_cases(draw):
    """One to three dictionaries of 1 to 12 features, 0 to 6 signals."""
    dtype, rng = draw(DTYPES), np.random.default_rng(draw(SEEDS))
    n_features, sizes = draw(st.integers(1, 12)), draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    kind, scale = draw(st.sampled_from(ATOMS)), 10.0 ** draw(EXPONENTS)
    atoms = scale * _atoms(kind, rng, n_features, sum(sizes))
    signal_kind, signal_scale = draw(st.sampled_from(SIGNALS)), 10.0 ** draw(EXPONENTS)
    signals = signal_scale * _signals(signal_kind, rng, draw(st.integers(0, 6)), atoms / scale)
    atoms, signals = atoms.astype(dtype), signals.astype(dtype)
    parts = tuple(np.split(atoms, np.cumsum(sizes)[:-1], axis=1))
    is_ordinary = scale == signal_scale == 1 and (kind, signal_kind) == ("ordinary", "ordinary")
    penalties = tuple(_penalty(draw(SHARES), part, signals, scale * signal_scale) for part in parts)
    return Case(parts, atoms, penalties, np.repeat(penalties, sizes), signals, is_ordinary)


@st.composite
def convolutional_cases(draw):
    """One to three filters for recordings or pictures, any stride, codes of both signs or not."""
    dtype, rng = draw(DTYPES), np.random.default_rng(draw(SEEDS))
    n_axes = draw(st.sampled_from([1, 1, 2]))
    lengths = [draw(st.integers(1, 4)) for _ in range(n_axes)]
    signal_shape = tuple(length + draw(st.integers(0, 14 if n_axes == 1 else 4)) for length in lengths)
    stride = tuple(draw(st.integers(1, 3)) for _ in range(n_axes))
    kind, scale = draw(st.sampled_from([kind for kind in ATOMS if kind != "zero"])), 10.0 ** draw(EXPONENTS)
    n_filters = draw(st.integers(1, 3))
    filters = scale * _atoms(kind, rng, int(np.prod(lengths)), n_filters)
    filters = filters.reshape(*lengths, n_filters).astype(dtype)
    matrix = Bank(filters, (1.0,) * n_filters, signal_shape, stride, None).matrix
    signal_kind, signal_scale = draw(st.sampled_from(SIGNALS)), 10.0 ** draw(EXPONENTS)
    signals = (signal_scale * _signals(signal_kind, rng, draw(st.integers(0, 4)), matrix / scale)).astype(dtype)
    penalties = tuple(
        _penalty(draw(SHARES), matrix[:, c::n_filters], signals, scale * signal_scale) for c in range(n_filters)
    )
    return Case(
        (filters,),
        matrix,
        penalties,
        np.tile(penalties, matrix.shape[1] // n_filters),
        signals,
        scale == signal_scale == 1 and (kind, signal_kind) == ("ordinary", "ordinary"),
        draw(st.booleans()),
        filters,
        stride,
        signal_shape,
        kind == "nearly duplicate",
    )


def _atoms(kind, rng, n_features, n_atoms):
    atoms = rng.standard_normal((n_features, n_atoms))
    if kind == "integer":
        atoms = rng.integers(-1, 2, atoms.shape) + (np.arange(n_features) == 0)[:, None] * 2.0
    atoms /= np.linalg.norm(atoms, axis=0)
    if kind == "duplicate":
        atoms[:, -1] = atoms[:, 0]
    elif kind == "nearly duplicate":
        atoms[:, -1] = atoms[:, 0] + 1e-6 * atoms[:, -1]
    elif kind == "zero":
        atoms[:, rng.integers(n_atoms)] = 0
    elif kind == "of many scales":
        atoms *= 10 ** rng.uniform(-4, 4, n_atoms)
    elif kind == "correlated":
        atoms = atoms[:, :1] + 0.05 * atoms
    return atoms


def _signals(kind, rng, count, atoms):
    signals = rng.standard_normal((count, len(atoms)))
    if kind == "of few atoms":
        codes = rng.standard_normal((count, atoms.shape[1])) * (rng.random((count, atoms.shape[1])) < 0.3)
        signals = codes @ atoms.T
    elif kind == "zero":
        signals[...] = 0
    elif kind == "one row zero":
        signals[:1] = 0
    elif kind == "rows of many scales":
        signals *= 10 ** rng.uniform(-5, 5, (count, 1))
    elif kind == "constant":
        signals[...] = 1
    return signals


def _penalty(share, atoms, signals, scale):
    """A share of the largest correlation, or of the scale where all correlations are nothing but rounding."""
    signals, atoms = signals.astype(float), atoms.astype(float)
    terms = (np.abs(signals) @ np.abs(atoms)).max(initial=0)
    largest = np.abs(signals @ atoms).max(initial=0)
    return float(share * (largest if largest > 1e-10 * terms else scale))


cases = st.one_of(dense_cases(), convolutional_cases())
