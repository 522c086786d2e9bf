"""Element-wise steps fused into one pass over memory.

Each step has three bodies under one name: `portable` (array operations, any array module), `compiled` (one loop, host
memory) and `cuda` (one kernel, GPU memory). A method asks `kernels_for` once and calls the step by name.
"""

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from lsalsa.arrays.namespace import is_host

STEPS = ("shrink", "shrink_sum", "fista_step", "salsa_step", "salsa_step_taped", "lista_back", "salsa_back")


def kernels_for(array: Any) -> ModuleType:
    """The module whose functions `STEPS` work on arrays like this one."""
    if not is_host(array):
        return _bodies("cuda")
    return _bodies("compiled" if isinstance(array, np.ndarray) else "portable")


@cache
def _bodies(name: str) -> ModuleType:
    return import_module(f"lsalsa.arrays.kernels.{name}")
