"""The steps that solvers of problems with non-negative codes take: one-sided soft thresholding, max(z - threshold, 0).

Implements `lsalsa.arrays.kernels.portable` for them: where the two-sided step gives a negative code, the one-sided step
gives 0; everything else is the same.
"""

from typing import Any

from lsalsa.arrays.kernels import kernels_for
from lsalsa.arrays.namespace import namespace


def soft_threshold_sum(moved: Any, filtered: Any, thresholds: Any, out: Any) -> None:
    """out = max(moved + filtered - threshold, 0); see `portable.soft_threshold_sum`."""
    kernels_for(out).soft_threshold_sum(moved, filtered, thresholds, out)
    namespace(out).maximum(out, 0, out=out)


def fista_step(moved: Any, filtered: Any, thresholds: Any, weight: Any, x: Any, v: Any) -> None:
    """new = max(moved + filtered - threshold, 0); v = new + weight (new - x); x = new; see `portable.fista_step`."""
    kernels_for(x).fista_step(moved, filtered, thresholds, weight, x, v)
    below = namespace(x).minimum(x, 0)
    x -= below
    below *= 1 + weight  # new counts 1 + weight times in v
    v -= below
