"""Learned convolutional sparse coding."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from lsalsa.encoders._convolutional import UNTIED
from lsalsa.encoders._unfolded import UnfoldedEncoder
from lsalsa.errors import DivergedError
from lsalsa.problem.convolutional import ConvolutionalProblem


class LCSC(UnfoldedEncoder):
    """Learned convolutional sparse coding (Sreter and Giryes 2018; docs/method.md, section 9).

    x(1) = soft(W^T y; b), x(t+1) = soft(x(t) + W^T (y - H x(t)); b), and the decoder B. H is the array `filters`, W
    `analysis`, B `synthesis`, b `thresholds`: all are free, without a norm, and shared by the layers. From a problem it
    starts as ISTA after T iterations: W = H / L, B = H, b = penalty / L.

    Parameters
    ----------
    depth : int
        T, the number of layers, the first one among them.
    shared : bool
        One threshold for all filters, or one for each.
    nonnegative : bool
        Whether codes are thresholded on one side, max(z - threshold, 0); from the problem.
    signal_shape : list of int
        One number for each axis, as for the next two; all from the problem.
    filter_shape : list of int
    stride : list of int
    """

    banks: ClassVar[tuple[str, str, str]] = UNTIED
    unit_norm: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[dict[str, Any]] = {
        "depth": 30,
        "shared": False,
        "nonnegative": False,
        "signal_shape": None,
        "filter_shape": None,
        "stride": None,
    }

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        shapes = super().shapes(settings, n_features, n_atoms)
        of_thresholds = shapes.pop("penalties")
        return {**shapes, "thresholds": of_thresholds}

    @classmethod
    def start(cls, problem: ConvolutionalProblem, shared: bool) -> dict[str, Any]:
        start, step = super().start(problem, shared), 1 / problem.lipschitz
        thresholds = [step * penalty for penalty in start.pop("penalties")]
        analysis = step * problem.filters.astype(np.float64)  # float32 may not hold the step alone
        return {**start, "analysis": analysis, "thresholds": thresholds}

    @property
    def learned(self) -> tuple[str, ...]:
        return self.parameters

    def constrain(self) -> None:
        """Thresholds are not negative.

        Raises
        ------
        DivergedError
            When a bank holds NaN or Inf.
        """
        self.xp.maximum(self.arrays["thresholds"], 0, out=self.arrays["thresholds"])
        for bank in self.banks:
            if not bool(self.xp.isfinite(self.arrays[bank]).all()):
                raise DivergedError(f"the filters have run away: {bank} holds NaN or Inf; lower the learning rate")

    @property
    def step(self) -> float:
        return 1.0

    @property
    def thresholds(self) -> Any:
        return self._of_each(self.arrays["thresholds"])

    def momenta(self, count: int) -> list[float]:
        return [0.0] * count

    def add_to_thresholds(self, gradient: dict[str, Any], x: Any, masked: Any, z: Any, names: Sequence[str]) -> None:
        if "thresholds" in names:
            gradient["thresholds"] += self._slope(x, masked, gradient["thresholds"])
