"""The constrained recurrent sparse auto-encoder."""

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.encoders._convolutional import ConvolutionalEncoder
from lsalsa.encoders._momentum import momenta_of_fista
from lsalsa.encoders.base import Tape
from lsalsa.problem.convolutional import ConvolutionalProblem


class CRsAE(ConvolutionalEncoder):
    """CRsAE (Tolooshams, Dey and Ba 2018 and 2020; docs/method.md, section 9).

    T iterations of FISTA with one bank of filters, whose decoder is the same bank: x(t) = soft(z + s H^T (y - H z);
    s penalty_c) at z = x(t-1) + m_t (x(t-1) - x(t-2)), x(0) = x(-1) = 0, output x(T). From a problem it starts as
    FISTA after T iterations. Training keeps the filters at norm 1, and the step s at 1 / L with an upper bound L of the
    largest eigenvalue of H^T H, computed anew after each step.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    shared : bool
        One penalty for all filters, or one for each.
    learn_penalties : bool
        Whether training moves the penalties, unless its groups say what they move.
    ceiling : float, optional
        L above which training has run away; `from_problem` takes five times that of the start. None for no limit.
    nonnegative : bool
        Whether codes are thresholded on one side, max(z - threshold, 0); from the problem.
    signal_shape : list of int
        One number for each axis, as for the next two; all from the problem.
    filter_shape : list of int
    stride : list of int
        Channels are a stride, see `ConvolutionalProblem`.
    """

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        return {**super().shapes(settings, n_features, n_atoms), "step": ()}

    @classmethod
    def start(cls, problem: ConvolutionalProblem, shared: bool) -> dict[str, Any]:
        return {**super().start(problem, shared), "step": 1 / problem.lipschitz}

    def constrain(self) -> None:
        self.arrays["step"][...] = 1 / self._constrained()

    @property
    def thresholds(self) -> Any:
        """Of each entry of a code: array, (n_atoms,)."""
        of_filters = self.arrays["penalties"] * self.arrays["step"]
        return self.xp.tile(of_filters, self.n_atoms // of_filters.size)

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        operator, kernels, thresholds, step = self.operator(), self.kernels, self.thresholds, float(self.arrays["step"])
        filtered = operator.correlate(signals, tape("filtered"))
        filtered *= step
        predicted, layers = tape.layers("predicted", self.n_features), tape.layers("x")
        moved, z = tape("moved"), tape("z")
        for buffer in (moved, z, out, predicted[0]):
            buffer.fill(0)
        for layer, momentum in enumerate(momenta_of_fista(self.depth + 1)[1:]):
            if layer:
                operator.synthesize(z, predicted[layer])
                predicted[layer] *= -step
                operator.correlate(predicted[layer], moved)
                moved += z
            kernels.fista_step(moved, filtered, thresholds, self.dtype.type(momentum), out, z)
            if tape.keep:
                layers[layer][...] = out
        return out

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        xp, operator, step = self.xp, self.operator(), float(self.arrays["step"])
        predicted, layers = tape.layers("predicted", self.n_features), tape.layers("x")
        momenta = momenta_of_fista(self.depth)
        gradient = {name: xp.zeros_like(array) for name, array in self.arrays.items()}
        scaled = xp.multiply(signals, step, out=tape("scaled", self.n_features))
        gx, before = codes_gradient, tape("before")  # what x(t) got, and x(t-1) already, through the momentum
        before.fill(0)
        for layer in reversed(range(self.depth)):
            z = self._extrapolated(layers, layer, momenta[layer], tape("z"))
            masked = xp.multiply(gx, layers[layer] != 0, out=tape("masked"))
            self._add_to_thresholds(gradient, layers[layer], masked, z, names)
            residual = predicted[layer]  # -s H z so far
            residual += scaled
            gradient["filters"] += operator.filter_gradient(residual, masked)
            if layer:
                back = operator.synthesize(masked, residual)
                back *= -step
                gradient["filters"] += operator.filter_gradient(back, z)
                masked += operator.correlate(back, gx)
                xp.multiply(masked, 1 + momenta[layer], out=gx)
                gx += before
                xp.multiply(masked, -momenta[layer], out=before)
        return gradient

    def _extrapolated(self, layers: Any, layer: int, momentum: float, out: Any) -> Any:
        """z of a layer."""
        if layer == 0:
            out.fill(0)
        else:
            self.xp.multiply(layers[layer - 1], 1 + momentum, out=out)
        if layer > 1:
            out -= momentum * layers[layer - 2]
        return out

    def _add_to_thresholds(self, gradient: dict[str, Any], x: Any, masked: Any, z: Any, names: Sequence[str]) -> None:
        """Add the layer's gradients of penalties and step; where x is not zero, x - z is s times its slope in s."""
        step, penalties = self.arrays["step"], gradient["penalties"]
        if "penalties" in names:
            slopes = self.xp.sign(x) * masked
            penalties -= step * self.xp.sum(slopes.reshape(-1, penalties.shape[0]), axis=0)
        if "step" in names:
            gradient["step"] += self.xp.sum(masked * (x - z)) / step
