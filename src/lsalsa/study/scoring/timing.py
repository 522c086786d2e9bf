"""Time that a method takes for a signal. What does not depend on the signal is computed before."""

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lsalsa.arrays.namespace import synchronize
from lsalsa.study.methods.coders import Coder


def time_coder(
    encode: Coder,
    signals: Any,
    *,
    passes: int = 20,
    budget: float = math.inf,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Any]:
    """Time passes over a whole batch after a warm-up pass.

    Parameters
    ----------
    encode : callable
        Signals -> codes. A solver must be prepared: its matrices are computed.
    signals : array, (n_samples, n_features)
    passes : int
        Timed passes at most; the median counts.
    budget : float
        Seconds after which no further pass begins. One pass is always made.
    clock : callable
        Returns the time in seconds.

    Returns
    -------
    row : dict
        seconds_per_sample (median over the passes), seconds_per_sample_min, seconds_per_sample_max, n_passes,
        n_samples. On a GPU the clock is read after the device has finished.
    """
    seconds = []
    synchronize(encode(signals))
    for _ in range(passes):
        start = clock()
        synchronize(encode(signals))
        seconds.append((clock() - start) / signals.shape[0])
        if sum(seconds) * signals.shape[0] >= budget:
            break
    return {
        "seconds_per_sample": float(np.median(seconds)),
        "seconds_per_sample_min": min(seconds),
        "seconds_per_sample_max": max(seconds),
        "n_passes": len(seconds),
        "n_samples": signals.shape[0],
    }
