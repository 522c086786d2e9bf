"""Accelerated iterative shrinkage-thresholding."""

import math
from types import SimpleNamespace
from typing import Any, ClassVar

from lsalsa.arrays import Space
from lsalsa.solvers.ista import ISTA


class FISTA(ISTA):
    """FISTA (Beck and Teboulle 2009; docs/method.md, section 4). Its settings are those of `ISTA`.

    x(0) = v(1) = 0, x(t) = soft(v(t) - A^T (A v(t) - y) / L; penalty / L), r(t+1) = (1 + sqrt(1 + 4 r(t)^2)) / 2,
    v(t+1) = x(t) + (r(t) - 1) / r(t+1) (x(t) - x(t-1)); the codes after T iterations are x(T).
    """

    state: ClassVar[tuple[str, ...]] = ("x", "v")

    def start(self, signals: Any, space: Space) -> SimpleNamespace:
        state = super().start(signals, space)
        (state.v,) = self.buffers(space, signals.shape[0], "v")
        state.v.fill(0)
        state.momentum = 1.0
        return state

    def step(self, state: SimpleNamespace) -> None:
        self.gradient_step.of_codes(state.v, out=state.moved)
        following = (1.0 + math.sqrt(1.0 + 4.0 * state.momentum**2)) / 2.0
        weight = self.problem.dtype.type((state.momentum - 1.0) / following)
        self.kernels.fista_step(state.moved, state.filtered, self.thresholds, weight, state.x, state.v)
        state.momentum = following
