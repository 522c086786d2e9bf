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


class Adadelta:
    """Adadelta (Zeiler 2012) with the constants 0.95 and 1e-8; a rate of 1 is the method as published."""

    state: ClassVar[tuple[str, ...]] = ("square", "moved")
    decay, epsilon = 0.95, 1e-8

    def __init__(self, arrays: Mapping[str, Any]):
        self.arrays = arrays
        self.square = {name: array * 0 for name, array in arrays.items()}
        self.moved = {name: array * 0 for name, array in arrays.items()}

    def step(self, gradient: Mapping[str, Any], rate: float) -> None:
        """Move the arrays in place; the gradient is used up."""
        for name, slope in gradient.items():
            xp, array = namespace(slope), self.arrays[name]
            scratch = xp.multiply(slope, slope)
            self._average(self.square[name], scratch)
            xp.add(self.square[name], self.epsilon, out=scratch)
            slope /= xp.sqrt(scratch, out=scratch)
            xp.add(self.moved[name], self.epsilon, out=scratch)
            slope *= xp.sqrt(scratch, out=scratch)
            self._average(self.moved[name], xp.multiply(slope, slope, out=scratch))
            slope *= rate
            array -= slope

    def _average(self, average: Any, values: Any) -> None:
        """average = decay * average + (1 - decay) * values, which are used up."""
        average *= self.decay
        values *= 1 - self.decay
        average += values


Optimizer = SGD | Adam | Adadelta
OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam, "adadelta": Adadelta}


def optimizer_class(name: str) -> type[Optimizer]:
    """The optimiser of this name; ConfigError with the nearest name when there is none."""
    if name not in OPTIMIZERS:
        raise nearest("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[name]
