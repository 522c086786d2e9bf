"""Seconds that a method takes for a signal, everything that does not depend on the signal being computed before."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lsalsa.arrays.namespace import synchronize
from lsalsa.study.estimators import Estimator


def time_estimator(
    estimate: Estimator, signals: Any, *, passes: int = 20, clock: Callable[[], float] = time.perf_counter
) -> dict[str, Any]:
    """Time passes over a whole batch after a warm-up pass.

    Parameters
    ----------
    estimate : callable
        Signals to codes; solvers come prepared, with their matrices computed.
    signals : array, (n_samples, n_features)
    passes : int
        Timed passes; the median counts.

    Returns
    -------
    row : dict
        seconds_per_sample (median over the passes), seconds_per_sample_min, seconds_per_sample_max, n_passes,
        n_samples. On a GPU the clock is read when the device has finished.
    """
    seconds = []
    synchronize(estimate(signals))
    for _ in range(passes):
        start = clock()
        synchronize(estimate(signals))
        seconds.append((clock() - start) / signals.shape[0])
    return {
        "seconds_per_sample": float(np.median(seconds)),
        "seconds_per_sample_min": min(seconds),
        "seconds_per_sample_max": max(seconds),
        "n_passes": passes,
        "n_samples": signals.shape[0],
    }
