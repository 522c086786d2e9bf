"""Arguments for the fused element-wise steps, and a call that leaves them as they were."""

import inspect

import numpy as np

from lsalsa.arrays.kernels import portable

SHAPE = (7, 13)
DTYPES = [np.float32, np.float64]


def arguments(step, dtype, seed=3):
    """Random arguments of a step, by the names of its parameters; ties at the thresholds and zeros among them."""
    rng = np.random.default_rng(seed)
    thresholds = rng.uniform(0, 1, SHAPE[1]).astype(dtype)
    special = {
        "thresholds": lambda: thresholds,
        "mu": lambda: dtype(1.4 + 0.1 * seed),
        "weight": lambda: dtype(0.1 + 0.1 * seed),
        "signs": lambda: rng.integers(-1, 2, SHAPE, dtype=np.int8),
    }
    names = inspect.signature(getattr(portable, step)).parameters
    found = {name: special.get(name, lambda: rng.standard_normal(SHAPE).astype(dtype))() for name in names}
    if "x" in found:
        found["x"][0] = 0
    if "values" in found:
        found["values"][0], found["values"][1] = thresholds, -thresholds
    return found


def run(module, step, values):
    values = {name: value.copy() for name, value in values.items()}
    getattr(module, step)(*values.values())
    return values
