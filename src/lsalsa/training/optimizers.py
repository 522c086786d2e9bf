"""Rules that turn a gradient into a step. Each names its state, so that saving and resuming come free."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lsalsa.arrays import namespace, nearest


class SGD:
    """Plain stochastic gradient descent, as in the LSALSA paper: p <- p - rate * gradient."""

    state: ClassVar[tuple[str, ...]] = ()

    def __init__(self, arrays: Mapping[str, Any]):
        self.arrays = arrays

    def step(self, gradient: Mapping[str, Any], rate: float) -> None:
        """Move the arrays in place; the gradient is used up."""
        for name, slope in gradient.items():
            slope *= rate
            array = self.arrays[name]
            array -= slope


class Adam:
    """Adam (Kingma and Ba 2015) with its usual constants 0.9, 0.999 and 1e-8."""

    state: ClassVar[tuple[str, ...]] = ("mean", "square", "steps")
    decay_mean, decay_square, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, arrays: Mapping[str, Any]):
        self.arrays = arrays
        self.mean = {name: array * 0 for name, array in arrays.items()}
        self.square = {name: array * 0 for name, array in arrays.items()}
        self.steps = 0

    def step(self, gradient: Mapping[str, Any], rate: float) -> None:
        """Move the arrays in place."""
        self.steps += 1
        rate *= (1 - self.decay_square**self.steps) ** 0.5 / (1 - self.decay_mean**self.steps)
        for name, slope in gradient.items():
            mean, square, array = self.mean[name], self.square[name], self.arrays[name]
            mean += (1 - self.decay_mean) * (slope - mean)
            square += (1 - self.decay_square) * (slope * slope - square)
            array -= rate * mean / (namespace(array).sqrt(square) + self.epsilon)


OPTIMIZERS: dict[str, type[SGD] | type[Adam]] = {"sgd": SGD, "adam": Adam}


def optimizer_class(name: str) -> type[SGD] | type[Adam]:
    """The optimiser of this name; ConfigError with the nearest name when there is none."""
    if name not in OPTIMIZERS:
        raise nearest("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[name]
