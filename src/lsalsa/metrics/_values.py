"""What the metrics share: values as they take them, in float64, and shapes that must agree."""

from typing import Any

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.arrays.checks import plain
from lsalsa.errors import ShapeError


def squares(estimates: Any, targets: Any) -> Any:
    estimates, targets = values_of("estimates", estimates), values_of("targets", targets)
    check_same_shape(estimates, targets)
    xp = namespace(estimates, targets)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged run has huge codes, which is a result
        return xp.square(estimates.astype(np.float64) - targets)


def values_of(name: str, given: Any) -> Any:
    """Sparse rows as they are, lists of numbers as an array, and what `plain` takes."""
    if isinstance(given, list | tuple):
        return np.asarray(given)
    return given if getattr(given, "format", None) == "csr" else plain(name, given)


def mean_or_nan(values: Any) -> float:
    return float(values.mean()) if values.size else float("nan")


def check_same_shape(estimates: Any, targets: Any) -> None:
    if estimates.shape != targets.shape:
        raise ShapeError(f"estimates have shape {estimates.shape}, but targets have shape {targets.shape}")
