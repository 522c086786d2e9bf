"""How near codes are to others, how sparse they are, and how often their classes are wrong."""

from typing import Any

import numpy as np

from lsalsa.arrays import namespace, to_host
from lsalsa.metrics._values import check_same_shape, mean_or_nan, squares, values_of


def rmse(estimates: Any, targets: Any) -> float:
    """Root mean squared difference over samples and entries (docs/method.md, section 6).

    Parameters
    ----------
    estimates, targets : array, (n_samples, n_atoms)

    Returns
    -------
    float
        In the unit of the codes; NaN when an estimate is NaN or there are no samples.
    """
    return float(np.sqrt(mean_or_nan(squares(estimates, targets).mean(axis=1))))


def rmse_per_sample(estimates: Any, targets: Any) -> np.ndarray:
    """The `rmse` of each sample: array, (n_samples,), float64."""
    return np.sqrt(to_host(squares(estimates, targets).mean(axis=1)))


def zero_share(codes: Any) -> float:
    """Share of entries that are exactly zero, in [0, 1] (the papers' sparsity)."""
    return mean_or_nan(zero_share_per_sample(codes))


def zero_share_per_sample(codes: Any) -> np.ndarray:
    """The `zero_share` of each sample: array, (n_samples,), float64."""
    return to_host((values_of("codes", codes) == 0).mean(axis=1, dtype=np.float64))


def near_zero_share(codes: Any, tolerance: float) -> float:
    """Share of entries smaller than `tolerance` in absolute value, in [0, 1]: sparsity of codes that have no zeros."""
    codes = values_of("codes", codes)
    return mean_or_nan(to_host((namespace(codes).abs(codes) < tolerance).mean(axis=1, dtype=np.float64)))


def support_f1(codes: Any, targets: Any) -> float:
    """F1 of the support: 2 |both| / (|codes| + |targets|), counting entries that are not zero over all samples.

    Parameters
    ----------
    codes, targets : array, (n_samples, n_atoms)

    Returns
    -------
    float
        In [0, 1], 1 where the same entries are not zero; NaN where neither has any.
    """
    mine, wanted = values_of("codes", codes) != 0, values_of("targets", targets) != 0
    check_same_shape(mine, wanted)
    total = float(mine.sum()) + float(wanted.sum())
    both = mine.multiply(wanted) if hasattr(mine, "multiply") else mine & wanted
    return 2.0 * float(both.sum()) / total if total else float("nan")


def error_percent(predicted: Any, labels: Any) -> float:
    """Share of samples whose predicted class is not their label, in percent."""
    predicted, labels = to_host(predicted), to_host(labels)
    check_same_shape(predicted, labels)
    return 100.0 * mean_or_nan(predicted != labels)
