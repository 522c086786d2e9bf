"""The steps as CUDA kernels, one pass each over arrays in GPU memory. Meaning: `portable`.

The source is plain C++ with one element to a thread, so that it can be compiled and run without a GPU as well.
"""

from functools import cache
from typing import Any

import numpy as np

THREADS = 256
C_TYPES = {"f": "float", "d": "double"}

# Name -> parameters and what is done for element k, of atom j. T is the arrays' type.
BODIES = {
    "shrink": (
        "const T* values, const T* thresholds, T* out",
        "out[k] = values[k] - clip(values[k], thresholds[j]);",
    ),
    "shrink_sum": (
        "const T* moved, const T* fit, const T* thresholds, T* out",
        "T z = moved[k] + fit[k]; out[k] = z - clip(z, thresholds[j]);",
    ),
    "fista_step": (
        "const T* moved, const T* fit, const T* thresholds, T weight, T* x, T* v",
        "T z = moved[k] + fit[k]; T now = z - clip(z, thresholds[j]); v[k] = now + weight * (now - x[k]); x[k] = now;",
    ),
    "salsa_step": (
        "const T* x, T* p, const T* fit, const T* thresholds, T mu, T* mixed",
        "p[k] = x[k] - clip(2 * x[k] - p[k], thresholds[j]); mixed[k] = fit[k] + mu * p[k];",
    ),
    "salsa_step_taped": (
        "const T* x, T* p, const T* fit, const T* thresholds, T mu, T* mixed, signed char* signs",
        "T z = 2 * x[k] - p[k]; T clipped = clip(z, thresholds[j]);"
        " signs[k] = (z > thresholds[j]) - (z < -thresholds[j]); p[k] = x[k] - clipped; mixed[k] = fit[k] + mu * p[k];",
    ),
    "lista_back": (
        "const T* gradient, const T* x, T* masked, T* fit_gradient",
        "T kept = x[k] != 0 ? gradient[k] : 0; masked[k] = kept; fit_gradient[k] += kept;",
    ),
    "salsa_back": (
        "const T* back, const signed char* signs, T mu, T* p_gradient, T* x_gradient, T* fit_gradient",
        "fit_gradient[k] += back[k]; T total = p_gradient[k] + mu * back[k];"
        " x_gradient[k] = signs[k] ? total : -total; p_gradient[k] = signs[k] ? 0 : total;",
    ),
}


def source(name: str, dtype: Any) -> str:
    """The C++ source of a step for float32 or float64 arrays."""
    parameters, body = BODIES[name]
    return f"""
typedef {C_TYPES[np.dtype(dtype).char]} T;
__device__ inline T clip(T z, T threshold) {{ return z > threshold ? threshold : (z < -threshold ? -threshold : z); }}
extern "C" __global__ void {name}({parameters}, long long size, int n_atoms) {{
  long long k = (long long)blockDim.x * blockIdx.x + threadIdx.x;
  if (k >= size) return;
  int j = k % n_atoms;
  {body}
}}
"""


def shrink(values: Any, thresholds: Any, out: Any) -> None:
    """See `portable.shrink`."""
    _launch("shrink", values, thresholds, out)


def shrink_sum(moved: Any, fit: Any, thresholds: Any, out: Any) -> None:
    """See `portable.shrink_sum`."""
    _launch("shrink_sum", moved, fit, thresholds, out)


def fista_step(moved: Any, fit: Any, thresholds: Any, weight: Any, x: Any, v: Any) -> None:
    """See `portable.fista_step`."""
    _launch("fista_step", moved, fit, thresholds, weight, x, v)


def salsa_step(x: Any, p: Any, fit: Any, thresholds: Any, mu: Any, mixed: Any) -> None:
    """See `portable.salsa_step`."""
    _launch("salsa_step", x, p, fit, thresholds, mu, mixed)


def salsa_step_taped(x: Any, p: Any, fit: Any, thresholds: Any, mu: Any, mixed: Any, signs: Any) -> None:
    """See `portable.salsa_step_taped`."""
    _launch("salsa_step_taped", x, p, fit, thresholds, mu, mixed, signs)


def lista_back(gradient: Any, x: Any, masked: Any, fit_gradient: Any) -> None:
    """See `portable.lista_back`."""
    _launch("lista_back", gradient, x, masked, fit_gradient)


def salsa_back(back: Any, signs: Any, mu: Any, p_gradient: Any, x_gradient: Any, fit_gradient: Any) -> None:
    """See `portable.salsa_back`."""
    _launch("salsa_back", back, signs, mu, p_gradient, x_gradient, fit_gradient)


def _launch(name: str, first: Any, *others: Any) -> None:
    """Run a step over all elements of its arrays, which are contiguous, (n_samples, n_atoms)."""
    if first.size == 0:
        return
    counts = (np.int64(first.size), np.int32(first.shape[1]))
    _kernel(name, first.dtype.char)((-(-first.size // THREADS),), (THREADS,), (first, *others, *counts))


@cache
def _kernel(name: str, dtype: str) -> Any:
    import cupy

    return cupy.RawKernel(source(name, dtype), name, options=("--std=c++17",))
