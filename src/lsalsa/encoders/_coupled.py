"""Layers that see the residual: the forward and the backward pass of every encoder that keeps the dictionary."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from lsalsa.decoders import Decoder, TiedDecoder
from lsalsa.encoders._dense import DenseEncoder
from lsalsa.encoders.base import Tape
from lsalsa.errors import DataError
from lsalsa.problem import SparseCodingProblem


class Roles(NamedTuple):
    """Names of the parameters that a layer is made of; one parameter may have two roles."""

    dictionary: str
    """A, (n_features, n_atoms)."""
    filter: str
    """W, (n_features, n_atoms), or one for each layer."""
    thresholds: str
    """b, (depth,): a layer's threshold in units of the penalties."""
    steps: str | None
    """s, (depth,); None: 1."""


class CoupledEncoder(DenseEncoder):
    """T layers x(t) = h(x(t-1) + s_t W_t^T (y - A x(t-1)); b_t penalty), x(0) = 0, with a soft thresholding h.

    The coupling of W and A in a layer is what a network needs whose error shall fall to zero with its depth (Chen et
    al. 2018, Theorem 1). A subclass says by `roles` which of its parameters A, W, b and s are. Several dictionaries
    stand side by side in A; `penalties`, (n_atoms,), keep their proportions and are fixed.
    """

    roles: ClassVar[Roles]
    nonnegative_arrays: ClassVar[tuple[str, ...]] = ("thresholds", "penalties", "steps")

    def decoder_scale(self, problem: SparseCodingProblem) -> float:
        """See `DenseEncoder.decoder_scale`: the dictionary itself is there."""
        return 1.0

    def decoder(self, problem: SparseCodingProblem) -> Decoder:
        """A itself; see `Encoder.decoder`."""
        return TiedDecoder(self.decoder_scale(problem), self.roles.dictionary)

    def constrain(self) -> None:
        """Steps and thresholds that fell below 0 are 0 again."""
        for name in self.learned:
            if name in (self.roles.thresholds, self.roles.steps):
                self.xp.maximum(self.arrays[name], 0, out=self.arrays[name])

    def shrink(self, z: Any, bounds: Any, layer: int, tape: Tape, out: Any) -> None:
        """Write h(z) of a layer.

        Parameters
        ----------
        z : array, (n_samples, n_atoms)
            Not to be changed.
        bounds : array, (n_atoms,)
            The layer's thresholds.
        layer : int
            From 0.
        tape : Tape
        out : array, (n_samples, n_atoms)
        """
        self.kernels.soft_threshold(z, bounds, out)

    def shrunk(self, x: Any, layer: int, tape: Tape) -> Any:
        """Return the signs of the codes of a layer, 0 where no threshold moved them: array, (n_samples, n_atoms).

        Parameters
        ----------
        x : array, (n_samples, n_atoms)
        layer : int
        tape : Tape
            As `shrink` left it.
        """
        return self.xp.sign(x)

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        """See `Encoder.forward`."""
        xp, dictionary, layers, z = self.xp, self.arrays[self.roles.dictionary], tape.layers("x"), tape("z")
        residuals, moved = tape.layers("residual", self.n_features), tape.layers("moved")
        for layer in range(self.depth):
            residual = residuals[layer]
            if layer:
                xp.matmul(layers[layer - 1], dictionary.T, out=residual)
                xp.subtract(signals, residual, out=residual)
            else:
                residual[...] = signals
            xp.matmul(residual, self._filter(layer), out=moved[layer])
            xp.multiply(moved[layer], self._step(layer), out=z)
            if layer:
                z += layers[layer - 1]
            x = layers[layer] if layer < self.depth - 1 else out
            self.shrink(z, self._bounds(layer), layer, tape, x)
        return out

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        """See `Encoder.backward`; docs/method.md, section 10."""
        xp, roles, layers, gx = self.xp, self.roles, tape.layers("x"), codes_gradient
        residuals, moved = tape.layers("residual", self.n_features), tape.layers("moved")
        dictionary, back = self.arrays[roles.dictionary], tape("back", self.n_features)
        gradient = {name: xp.zeros_like(array) for name, array in self.arrays.items()}
        layers[-1] = tape("codes")
        for layer in reversed(range(self.depth)):
            gx *= layers[layer] != 0
            self._add_to_numbers(gradient, gx, moved[layer], layer, self.shrunk(layers[layer], layer, tape))
            scaled = xp.multiply(gx, self._step(layer), out=moved[layer])
            if roles.filter in names:
                of_filter = gradient[roles.filter]
                of_layer = of_filter[layer] if of_filter.ndim == 3 else of_filter
                of_layer += residuals[layer].T @ scaled
            if layer:
                xp.matmul(scaled, self._filter(layer).T, out=back)
                if roles.dictionary in names:
                    gradient[roles.dictionary] -= back.T @ layers[layer - 1]
                gx -= back @ dictionary
        return gradient

    def _add_to_numbers(self, gradient: dict[str, Any], masked: Any, moved: Any, layer: int, shrunk: Any) -> None:
        """Add, in place, a layer's gradients of its step and its threshold, and those of the penalties."""
        xp, thresholds, steps = self.xp, self.roles.thresholds, self.roles.steps
        slope = -xp.sum(masked * shrunk, axis=0)
        gradient[thresholds][layer] += xp.sum(slope * self.arrays["penalties"])
        gradient["penalties"] += slope * self.arrays[thresholds][layer]
        if steps:
            gradient[steps][layer] += xp.sum(masked * moved)

    def _filter(self, layer: int) -> Any:
        filters = self.arrays[self.roles.filter]
        return filters[layer] if filters.ndim == 3 else filters

    def _step(self, layer: int) -> Any:
        return self.arrays[self.roles.steps][layer] if self.roles.steps else 1

    def _bounds(self, layer: int) -> Any:
        return self.arrays[self.roles.thresholds][layer] * self.arrays["penalties"]


def in_range(problem: SparseCodingProblem, values: Any, what: str) -> Any:
    """Return numbers in the problem's dtype and on its device; DataError where it cannot hold them.

    Parameters
    ----------
    problem : SparseCodingProblem
    values : sequence of float, or array, float64
    what : str
        For the message.
    """
    sizes, limits = np.abs(np.asarray(values, dtype=np.float64)), np.finfo(problem.dtype)
    if not limits.tiny <= sizes.max() <= limits.max:
        size, dtype = sizes.max(), problem.dtype
        raise DataError(
            f"{what} of size {size:.3g} leaves the range of {dtype}; scale the dictionaries to norms near 1"
        )
    return problem.asarray(values)
