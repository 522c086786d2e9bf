"""Rules that turn a gradient into a step. Each names its constants and its averages, so that checking and saving them
come free."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import Tiles, namespace, nearest
from lsalsa.arrays.unit_norm import column_norms
from lsalsa.discovery import settings_for
from lsalsa.errors import ConfigError

SAFE = (1e-15, 1e15)  # norms whose squares a sum in float32 holds


class Optimizer(ABC):
    """Base of the optimisers: what they keep of each array, and a step over all arrays in tiles of their rows.

    A tile goes through all operations while it is in the cache, and the tiles are spread over the worker threads.

    Parameters
    ----------
    arrays : mapping of str to array
        To be moved in place.
    **constants
        Values for names in `defaults`.

    Attributes
    ----------
    arrays : dict of str to array
        Those given; one without axes as a view of one row.
    steps : int
        Steps taken so far.
    averages : dict of str to dict of str to array
        What is kept of each array, by the name of the average and the name of the array.

    Raises
    ------
    ConfigError
        For a constant that does not exist or is out of its range.
    """

    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, arrays: Mapping[str, Any], **constants: Any):
        self.arrays, self.steps = {name: _with_rows(array) for name, array in arrays.items()}, 0
        self.constants = self.complete(constants)
        self.averages = {
            average: {name: namespace(array).zeros_like(array) for name, array in self.arrays.items()}
            for average in self.kept()
        }

    @classmethod
    def complete(cls, constants: Mapping[str, Any]) -> dict[str, Any]:
        """All constants, the defaults where none is given; ConfigError for one that does not exist or cannot be."""
        known = settings_for("constant", cls.__name__, constants, cls.defaults)
        for name, value in known.items():
            if isinstance(cls.defaults[name], bool):
                if not isinstance(value, bool):
                    raise ConfigError(f"{name} of {cls.__name__} must be true or false, found {value!r}")
            elif not (isinstance(value, int | float) and 0 <= value < 1 and (value or name != "epsilon")):
                raise ConfigError(
                    f"{name} of {cls.__name__} must be a number in [0, 1), epsilon above 0, found {value!r}"
                )
        return known

    def kept(self) -> tuple[str, ...]:
        """Names of the averages."""
        return ()

    def step(self, gradient: Mapping[str, Any], rate: Any, tiles: Tiles) -> None:
        """Move the arrays in place.

        Parameters
        ----------
        gradient : mapping of str to array
            Of the arrays' shapes; it is used up.
        rate : float or array, (n,)
            The learning rate, or one for each entry of the arrays' first axis, of which they all have as many.
        tiles : Tiles
            Spreads the rows over the workers.
        """
        self.steps += 1
        rate = self.rate_of_step(rate)
        for name, of_array in gradient.items():
            tiles.in_place(partial(self._move, name, _with_rows(of_array), rate), self.arrays[name].shape[0])

    def _move(self, name: str, gradient: Any, rate: float, rows: slice) -> None:
        self.move(name, rows, gradient[rows], _of_rows(rate, rows, gradient.ndim))

    def rate_of_step(self, rate: Any) -> Any:
        """Called once a step: the rate, or rates, for all its arrays."""
        return rate

    @abstractmethod
    def move(self, name: str, rows: slice, gradient: Any, rate: Any) -> None:
        """Move some rows of an array in place.

        Parameters
        ----------
        name : str
        rows : slice
            Of the first axis.
        gradient : array
            Of these rows; may be overwritten.
        rate : float or array
            As `rate_of_step` gave it; an array has the axes of the gradient.
        """


class SGD(Optimizer):
    """Plain stochastic gradient descent, as in the LSALSA paper: p <- p - rate * gradient."""

    def move(self, name: str, rows: slice, gradient: Any, rate: Any) -> None:
        """See `Optimizer.move`."""
        gradient *= rate
        self.arrays[name][rows] -= gradient


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015).

    Parameters
    ----------
    beta1, beta2 : float
        Decay of the means of the gradient and of its square, in [0, 1).
    epsilon : float
        Added to the root of the mean square before its bias is corrected (Kingma and Ba, end of section 2; Keras).
        PyTorch adds it after, where the same value weighs less in the first thousand steps.
    amsgrad : bool
        Divide by the largest mean square so far (Reddi et al. 2018).
    """

    defaults: ClassVar[dict[str, Any]] = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "amsgrad": False}

    def kept(self) -> tuple[str, ...]:
        """See `Optimizer.kept`."""
        return ("mean", "square", "largest") if self.constants["amsgrad"] else ("mean", "square")

    def rate_of_step(self, rate: Any) -> Any:
        """The rate, corrected for averages that began at zero."""
        beta1, beta2 = self.constants["beta1"], self.constants["beta2"]
        return rate * (1 - beta2**self.steps) ** 0.5 / (1 - beta1**self.steps)

    def move(self, name: str, rows: slice, gradient: Any, rate: Any) -> None:
        """See `Optimizer.move`."""
        xp, constants = namespace(gradient), self.constants
        mean, square = self.averages["mean"][name][rows], self.averages["square"][name][rows]
        mean += (1 - constants["beta1"]) * (gradient - mean)
        square += (1 - constants["beta2"]) * (gradient * gradient - square)
        if constants["amsgrad"]:
            largest = self.averages["largest"][name][rows]
            square = xp.maximum(largest, square, out=largest)
        self.arrays[name][rows] -= rate * mean / (xp.sqrt(square) + constants["epsilon"])


class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012); a rate of 1 is the method as published."""

    defaults: ClassVar[dict[str, Any]] = {"rho": 0.95, "epsilon": 1e-8}

    def kept(self) -> tuple[str, ...]:
        """See `Optimizer.kept`."""
        return ("square", "moved")

    def move(self, name: str, rows: slice, gradient: Any, rate: Any) -> None:
        """See `Optimizer.move`."""
        xp, epsilon = namespace(gradient), self.constants["epsilon"]
        square, moved = self.averages["square"][name][rows], self.averages["moved"][name][rows]
        scratch = xp.multiply(gradient, gradient)
        self._average(square, scratch)
        xp.add(square, epsilon, out=scratch)
        gradient /= xp.sqrt(scratch, out=scratch)
        xp.add(moved, epsilon, out=scratch)
        gradient *= xp.sqrt(scratch, out=scratch)
        self._average(moved, xp.multiply(gradient, gradient, out=scratch))
        gradient *= rate
        self.arrays[name][rows] -= gradient

    def _average(self, average: Any, values: Any) -> None:
        """average = rho * average + (1 - rho) * values, which are used up."""
        average *= self.constants["rho"]
        values *= 1 - self.constants["rho"]
        average += values


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam, "adadelta": Adadelta}


def optimizer_class(name: str) -> type[Optimizer]:
    """The optimiser of this name; ConfigError with the nearest name when there is none."""
    if name not in OPTIMIZERS:
        raise nearest("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[name]


def _with_rows(array: Any) -> Any:
    """The array itself, or a view of one row where it has no axes: in-place operations need one."""
    return array if array.ndim else array.reshape(1)


def _of_rows(rate: Any, rows: slice, ndim: int) -> Any:
    """A rate as it is, or the rates of some rows with as many axes as the arrays."""
    return rate[rows].reshape(-1, *[1] * (ndim - 1)) if getattr(rate, "ndim", 0) else rate


def clip_norm(gradient: dict[str, Any], longest: float) -> None:
    """Scale the gradients of all parameters, in place, to a common norm of at most `longest`."""
    with np.errstate(over="ignore", under="ignore"):
        norm = float(sum(float(namespace(g).vdot(g, g)) for g in gradient.values())) ** 0.5
    if not SAFE[0] < norm < SAFE[1]:  # float32 does not hold the squares
        norm = float(sum(float((column_norms(g.reshape(-1, 1))[0]) ** 2) for g in gradient.values())) ** 0.5
    if norm > longest:
        for of_parameter in gradient.values():
            of_parameter *= longest / norm
