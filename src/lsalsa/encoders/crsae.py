"""The constrained recurrent sparse auto-encoder."""

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.convolution import check_step
from lsalsa.encoders._momentum import momenta_of_fista
from lsalsa.encoders._unfolded import UnfoldedEncoder
from lsalsa.problem.convolutional import ConvolutionalProblem


class CRsAE(UnfoldedEncoder):
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
        return {**super().start(problem, shared), "step": check_step(1 / problem.lipschitz, problem.dtype)}

    def constrain(self) -> None:
        self.arrays["step"][...] = 1 / self._constrained()

    @property
    def step(self) -> float:
        return float(self.arrays["step"])

    @property
    def thresholds(self) -> Any:
        return self._of_each(self.arrays["penalties"] * self.arrays["step"])

    def momenta(self, count: int) -> list[float]:
        return momenta_of_fista(count)

    def add_to_thresholds(self, gradient: dict[str, Any], x: Any, masked: Any, z: Any, names: Sequence[str]) -> None:
        """Where x is not zero, x - z is s times its slope in s."""
        step, penalties = self.arrays["step"], gradient["penalties"]
        if "penalties" in names:
            penalties += step * self._slope(x, masked, penalties)
        if "step" in names:
            gradient["step"] += self.xp.sum(masked * (x - z)) / step
