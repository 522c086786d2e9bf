"""A convolution along one axis, its adjoint, its decoder, and the sparse coding problem that it makes.

y = sum_c h_c * x_c in full, so that a signal is `length - 1` longer than the code of a filter. Filters are
(length, 1, n_filters), codes rows of n_filters times n_positions, a filter after the other.
"""

import numpy as np

from lsalsa import SparseCodingProblem
from lsalsa.arrays import namespace
from lsalsa.decoders import Decoder


def convolved(filters, codes, out=None):
    """H x: array, (n_samples, n_positions + length - 1)."""
    x = _by_filter(filters, codes)
    n_positions = x.shape[2]
    shape = (codes.shape[0], n_positions + len(filters) - 1)
    signals = namespace(codes).empty(shape, codes.dtype) if out is None else out
    signals.fill(0)
    for tap, weights in enumerate(filters[:, 0]):
        signals[:, tap : tap + n_positions] += (x * weights[:, None]).sum(axis=1)
    return signals


def correlated(filters, signals, out):
    """H^T y, written into `out`."""
    x = _by_filter(filters, out)
    x.fill(0)
    for tap, weights in enumerate(filters[:, 0]):
        x += signals[:, None, tap : tap + x.shape[2]] * weights[:, None]
    return out


def filter_gradient(filters, codes, signals):
    """Gradient of the sum of <y, H x> for the filters, in their shape."""
    x, gradient = _by_filter(filters, codes), namespace(codes).zeros_like(filters)
    for tap in range(len(filters)):
        gradient[tap, 0] = (x * signals[:, None, tap : tap + x.shape[2]]).sum(axis=(0, 2))
    return gradient


def _by_filter(filters, codes):
    return codes.reshape(len(codes), filters.shape[2], -1)


def toeplitz(filters, n_positions):
    """H as a matrix, atom by atom, without the functions above."""
    length, _, n_filters = filters.shape
    matrix = np.zeros((n_positions + length - 1, n_filters * n_positions), filters.dtype)
    for c in range(n_filters):
        for i in range(n_positions):
            matrix[i : i + length, c * n_positions + i] = filters[:, 0, c]
    return matrix


class FilterBank(Decoder):
    """The decoder H of an encoder with `filters`."""

    identity = {"decoder": "filter bank"}

    def __init__(self, n_positions):
        self.n_positions = n_positions

    def matrix(self, arrays):
        return toeplitz(arrays["filters"], self.n_positions)

    def apply(self, arrays, codes, out=None):
        return convolved(arrays["filters"], codes, out)

    def backward(self, arrays, codes, residual, count, out):
        residual *= 1 / count
        correlated(arrays["filters"], residual, out)
        return {"filters": filter_gradient(arrays["filters"], codes, residual)}

    def atom_norms(self, arrays):
        squares = (arrays["filters"].astype(np.float64) ** 2).sum(axis=(0, 1))
        return namespace(squares).repeat(namespace(squares).sqrt(squares), self.n_positions)

    def project(self, arrays):
        norms = self.atom_norms(arrays)[:: self.n_positions]
        arrays["filters"] /= namespace(norms).maximum(norms, 1).astype(arrays["filters"].dtype)


class ConvolutionalProblem:
    """min over x of 1/2 |y - H x|^2 + sum_c penalty_c |x_c|: a problem without dictionaries, as `Problem` asks."""

    def __init__(self, filters, penalties, n_positions):
        self.filters, self.penalties, self.n_positions = filters, tuple(penalties), n_positions
        self._dense = SparseCodingProblem(np.split(toeplitz(filters, n_positions), filters.shape[2], axis=1), penalties)
        for name in ("xp", "dtype", "n_features", "n_atoms", "penalty_of_atom", "lipschitz", "kernels", "tile_rows"):
            setattr(self, name, getattr(self._dense, name))
        for name in ("thresholds", "objective", "duality_gap", "relative_gap", "lambda_max"):
            setattr(self, name, getattr(self._dense, name))

    def gradient_step(self, step):
        return FilterStep(self.filters, step)

    def with_penalties(self, penalties):
        return ConvolutionalProblem(self.filters, penalties, self.n_positions)

    def astype(self, dtype):
        return ConvolutionalProblem(self.filters.astype(dtype), self.penalties, self.n_positions)


class FilterStep:
    """A step of gradient descent by two convolutions, without a matrix."""

    def __init__(self, filters, step):
        self.filters, self.step = filters, step

    def of_signals(self, signals, out):
        correlated(self.filters, signals, out)
        out *= self.step
        return out

    def of_codes(self, codes, out):
        self.of_signals(-convolved(self.filters, codes), out)
        out += codes
        return out
