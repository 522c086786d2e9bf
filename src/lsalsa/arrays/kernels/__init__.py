"""Element-wise steps fused into one pass over memory.

Each step has three bodies under one name: `portable` (array operations, any array module), `compiled` (one loop, host
memory) and `cuda` (one kernel, GPU memory). A method asks `kernels_for` once and calls the step by name.
"""

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from lsalsa.arrays.namespace import is_host

STEPS = (
    "soft_threshold",
    "soft_threshold_sum",
    "fista_step",
    "salsa_step",
    "salsa_step_taped",
    "lista_back",
    "salsa_back",
)


def kernels_for(array: Any) -> ModuleType:
    """The module whose functions `STEPS` work on arrays like this one."""
    if type(array) is np.ndarray:
        return _compiled()
    if not is_host(array):
        return _cuda()
    if isinstance(array, np.ndarray):
        return _compiled()
    return getattr(array, "kernels", None) or _portable()  # recorded arrays bring their own


# The imports stand here, by name, so that only what is used is loaded and all of it counts as code of a result.
@cache
def _compiled() -> ModuleType:
    from lsalsa.arrays.kernels import compiled

    return compiled


@cache
def _cuda() -> ModuleType:
    from lsalsa.arrays.kernels import cuda

    return cuda


@cache
def _portable() -> ModuleType:
    from lsalsa.arrays.kernels import portable

    return portable
