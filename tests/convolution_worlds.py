"""Small convolutional problems beside the explicit matrix H that they stand for, built entry by entry."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from worlds import World


@dataclass(frozen=True)
class Bank:
    """Filters, (length, n_filters) or (height, width, n_filters), and signals in rows."""

    filters: np.ndarray
    penalties: tuple
    signal_shape: tuple
    stride: tuple
    signals: np.ndarray

    @property
    def grid(self):
        sizes = zip(self.signal_shape, self.filters.shape, self.stride, strict=False)
        return tuple(len(range(0, signal - length + 1, step)) for signal, length, step in sizes)

    @property
    def matrix(self):
        """H, (n_features, n_atoms): every filter at every position; positions in order, all filters of one together."""
        columns = []
        for position in product(*(range(count) for count in self.grid)):
            place = tuple(
                slice(step * p, step * p + length)
                for step, p, length in zip(self.stride, position, self.filters.shape, strict=False)
            )
            for c in range(self.filters.shape[-1]):
                picture = np.zeros(self.signal_shape)
                picture[place] = self.filters[..., c]
                columns.append(picture.ravel())
        return np.array(columns).T

    @property
    def penalty_of_atom(self):
        return np.tile(self.penalties, int(np.prod(self.grid)))

    @property
    def dense(self):
        """The same problem with one dictionary for each filter: all its positions."""
        count = len(self.penalties)
        return World(tuple(self.matrix[:, c::count] for c in range(count)), self.penalties, self.signals)

    def by_filter(self, codes):
        """Codes in the order of the columns of `dense`."""
        return codes.reshape(len(codes), -1, len(self.penalties)).swapaxes(1, 2).reshape(len(codes), -1)

    def problem(self, dtype=np.float64, **options):
        from lsalsa import ConvolutionalProblem

        return ConvolutionalProblem(
            self.filters.astype(dtype), self.penalties, self.signal_shape, self.stride, **options
        )


SHAPES = {
    "recording": ((5, 3), (70,), (1,)),
    "recording with positions left over": ((6, 2), (52,), (1,)),
    "recording of stride 3 with samples left over": ((8, 3), (70,), (3,)),
    "filters that never overlap": ((4, 3), (47,), (5,)),
    "three channels": ((4 * 3, 2), (40 * 3,), (3,)),
    "picture": ((3, 4, 3), (9, 10), (1, 1)),
    "picture of two strides": ((5, 3, 4), (12, 13), (2, 1)),
    "colour picture": ((3, 2 * 3, 2), (8, 9 * 3), (2, 3)),
    "one position": ((3, 3, 4), (3, 3), (1, 1)),
}


def make_bank(name="recording", n_samples=3, seed=0, penalty=0.3, signal_shape=None):
    """Signals made of a few occurrences of unit filters and a little noise; another penalty for each filter."""
    shape, size, stride = SHAPES[name]
    generator = np.random.default_rng([seed, len(name)])
    filters = generator.standard_normal(shape)
    filters /= np.sqrt((filters**2).sum(axis=tuple(range(filters.ndim - 1))))
    penalties = tuple(penalty * (1 + 0.2 * c) for c in range(shape[-1]))
    empty = Bank(filters, penalties, signal_shape or size, stride, None)
    codes = 2 * generator.standard_normal((n_samples, empty.matrix.shape[1]))
    codes[generator.random(codes.shape) > 0.08] = 0
    codes[:, :1] = 2  # no sample without any
    signals = codes @ empty.matrix.T + 0.1 * generator.standard_normal((n_samples, len(empty.matrix)))
    return Bank(filters, penalties, empty.signal_shape, stride, signals)


def sklearn_optimum(bank, nonnegative):
    """Optimal codes by another library: columns scaled so that one penalty serves all; its loss is divided by n."""
    from sklearn.linear_model import Lasso

    scale = 1 / bank.penalty_of_atom
    alpha = 1 / len(bank.matrix)
    lasso = Lasso(alpha=alpha, fit_intercept=False, tol=1e-14, max_iter=10**6, positive=nonnegative)
    return np.array([lasso.fit(bank.matrix * scale, signal).coef_ * scale for signal in bank.signals])
