"""Rules that turn a gradient into a step. Each names its state, so that saving and resuming come free."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from lsalsa.arrays import Tiles, namespace, nearest


class Optimizer(ABC):
    """Base of the optimisers: what they keep of each array, and a step over all arrays in tiles of their rows.

    A tile goes through all operations while it is in the cache, and the tiles are spread over the worker threads.
    """

    state: ClassVar[tuple[str, ...]] = ()

    def __init__(self, arrays: Mapping[str, Any]):
        self.arrays = arrays

    def step(self, gradient: Mapping[str, Any], rate: float, tiles: Tiles) -> None:
        """Move the arrays in place; the gradient is used up."""
        rate = self.rate_of_step(rate)
        for name, slope in gradient.items():
            tiles.in_place(partial(self._move, name, slope, rate), slope.shape[0])

    def _move(self, name: str, slope: Any, rate: float, rows: slice) -> None:
        self.move(name, rows, slope[rows], rate)

    def rate_of_step(self, rate: float) -> float:
        """Called once a step: the rate for all its arrays."""
        return rate

    @abstractmethod
    def move(self, name: str, rows: slice, slope: Any, rate: float) -> None:
        """Move some rows of an array in place, given their gradient, which may be overwritten."""


class SGD(Optimizer):
    """Plain stochastic gradient descent, as in the LSALSA paper: p <- p - rate * gradient."""

    def move(self, name: str, rows: slice, slope: Any, rate: float) -> None:
        """See `Optimizer.move`."""
        slope *= rate
        self.arrays[name][rows] -= slope


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015) with its usual constants 0.9, 0.999 and 1e-8."""

    state: ClassVar[tuple[str, ...]] = ("mean", "square", "steps")
    decay_mean, decay_square, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, arrays: Mapping[str, Any]):
        super().__init__(arrays)
        self.mean = {name: array * 0 for name, array in arrays.items()}
        self.square = {name: array * 0 for name, array in arrays.items()}
        self.steps = 0

    def rate_of_step(self, rate: float) -> float:
        """The rate, corrected for averages that began at zero."""
        self.steps += 1
        return rate * (1 - self.decay_square**self.steps) ** 0.5 / (1 - self.decay_mean**self.steps)

    def move(self, name: str, rows: slice, slope: Any, rate: float) -> None:
        """See `Optimizer.move`."""
        mean, square = self.mean[name][rows], self.square[name][rows]
        mean += (1 - self.decay_mean) * (slope - mean)
        square += (1 - self.decay_square) * (slope * slope - square)
        self.arrays[name][rows] -= rate * mean / (namespace(slope).sqrt(square) + self.epsilon)


class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012) with the constants 0.95 and 1e-8; a rate of 1 is the method as published."""

    state: ClassVar[tuple[str, ...]] = ("square", "moved")
    decay, epsilon = 0.95, 1e-8

    def __init__(self, arrays: Mapping[str, Any]):
        super().__init__(arrays)
        self.square = {name: array * 0 for name, array in arrays.items()}
        self.moved = {name: array * 0 for name, array in arrays.items()}

    def move(self, name: str, rows: slice, slope: Any, rate: float) -> None:
        """See `Optimizer.move`."""
        xp, square, moved = namespace(slope), self.square[name][rows], self.moved[name][rows]
        scratch = xp.multiply(slope, slope)
        self._average(square, scratch)
        xp.add(square, self.epsilon, out=scratch)
        slope /= xp.sqrt(scratch, out=scratch)
        xp.add(moved, self.epsilon, out=scratch)
        slope *= xp.sqrt(scratch, out=scratch)
        self._average(moved, xp.multiply(slope, slope, out=scratch))
        slope *= rate
        self.arrays[name][rows] -= slope

    def _average(self, average: Any, values: Any) -> None:
        """average = decay * average + (1 - decay) * values, which are used up."""
        average *= self.decay
        values *= 1 - self.decay
        average += values


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam, "adadelta": Adadelta}


def optimizer_class(name: str) -> type[Optimizer]:
    """The optimiser of this name; ConfigError with the nearest name when there is none."""
    if name not in OPTIMIZERS:
        raise nearest("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[name]
