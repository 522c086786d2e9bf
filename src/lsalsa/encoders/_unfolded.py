"""Layers of ISTA or FISTA over banks of filters: the forward and the backward pass of every unfolded encoder of
convolutional codes."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from lsalsa.encoders._convolutional import ConvolutionalEncoder
from lsalsa.encoders.base import Tape


class UnfoldedEncoder(ConvolutionalEncoder):
    """T layers x(t) = soft(z + s A^T (y - H z); b) at z = x(t-1) + m_t (x(t-1) - x(t-2)), x(0) = x(-1) = 0.

    H and A are the first two of `banks`. A subclass says what s, b and the momenta m_t are.
    """

    @property
    @abstractmethod
    def step(self) -> float:
        """The step s."""

    @property
    @abstractmethod
    def thresholds(self) -> Any:
        """b of each entry of a code: array, (n_atoms,)."""

    @abstractmethod
    def momenta(self, count: int) -> list[float]:
        """m_1 .. m_count, of which the first is 0."""

    @abstractmethod
    def add_to_thresholds(self, gradient: dict[str, Any], x: Any, masked: Any, z: Any, names: Sequence[str]) -> None:
        """Add, in place, a layer's gradients of all parameters but the banks.

        Parameters
        ----------
        gradient : dict of str to array
            Of all parameters.
        x, z : array, (n_samples, n_atoms)
            The layer's code and where it started from.
        masked : array, (n_samples, n_atoms)
            Gradient of x, 0 where x is 0.
        names : sequence of str
            Parameters whose gradient is wanted.
        """

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        """See `Encoder.forward`."""
        (model, analysis), kernels = self._operators(), self.kernels
        thresholds, step = self.thresholds, self.step
        filtered = analysis.correlate(signals, tape("filtered"))
        filtered *= step
        predicted, layers = tape.layers("predicted", self.n_features), tape.layers("x")
        moved, z = tape("moved"), tape("z")
        for buffer in (moved, z, out, predicted[0]):
            buffer.fill(0)
        for layer, momentum in enumerate(self.momenta(self.depth + 1)[1:]):
            if layer:
                model.synthesize(z, predicted[layer])
                predicted[layer] *= -step
                analysis.correlate(predicted[layer], moved)
                moved += z
            kernels.fista_step(moved, filtered, thresholds, self.dtype.type(momentum), out, z)
            if tape.keep:
                layers[layer][...] = out
        return out

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        """See `Encoder.backward`."""
        xp, (model, analysis), step, momenta = self.xp, self._operators(), self.step, self.momenta(self.depth)
        of_model, of_analysis, _ = self.banks
        predicted, layers = tape.layers("predicted", self.n_features), tape.layers("x")
        gradient = {name: xp.zeros_like(array) for name, array in self.arrays.items()}
        scaled = xp.multiply(signals, step, out=tape("scaled", self.n_features))
        gx, before = codes_gradient, tape("before")  # what x(t) got, and x(t-1) already, through the momentum
        before.fill(0)
        for layer in reversed(range(self.depth)):
            z = self._extrapolated(layers, layer, momenta[layer], tape("z"))
            masked = xp.multiply(gx, layers[layer] != 0, out=tape("masked"))
            self.add_to_thresholds(gradient, layers[layer], masked, z, names)
            residual = predicted[layer]  # -s H z so far
            residual += scaled
            gradient[of_analysis] += analysis.filter_gradient(residual, masked)
            if layer:
                back = analysis.synthesize(masked, residual)
                back *= -step
                gradient[of_model] += model.filter_gradient(back, z)
                masked += model.correlate(back, gx)
                xp.multiply(masked, 1 + momenta[layer], out=gx)
                gx += before
                xp.multiply(masked, -momenta[layer], out=before)
        return gradient

    def _operators(self) -> tuple[Any, Any]:
        """H and A, which are one where the banks are."""
        model, analysis, _ = self.banks
        operator = self.operator(model)
        return operator, operator if analysis == model else self.operator(analysis)

    def _extrapolated(self, layers: Any, layer: int, momentum: float, out: Any) -> Any:
        """z of a layer."""
        if layer == 0:
            out.fill(0)
        else:
            self.xp.multiply(layers[layer - 1], 1 + momentum, out=out)
        if layer > 1:
            out -= momentum * layers[layer - 2]
        return out

    def _of_each(self, of_filters: Any) -> Any:
        """Numbers of filters, or one for all, for each entry of a code: array, (n_atoms,)."""
        return self.xp.tile(of_filters, self.n_atoms // of_filters.size)

    def _slope(self, x: Any, masked: Any, thresholds: Any) -> Any:
        """Gradient of the thresholds of filters, or of the one for all, in their shape."""
        slopes = self.xp.sign(x) * masked
        return -self.xp.sum(slopes.reshape(-1, thresholds.shape[0]), axis=0)
