"""The steps as CUDA kernels, one pass each over arrays in GPU memory.

Implements `lsalsa.arrays.kernels.portable`. The source is plain C++ with one element to a thread, so that it can be
compiled and run without a GPU as well.
"""

import re
from functools import cache
from typing import Any

import numpy as np

THREADS = 256
C_TYPES = {"f": "float", "d": "double"}

# Name -> parameters and what is done for element k, of atom j. T is the arrays' type.
BODIES = {
    "soft_threshold": (
        "const T* values, const T* thresholds, T* out",
        "out[k] = values[k] - clip(values[k], thresholds[j]);",
    ),
    "soft_threshold_sum": (
        "const T* moved, const T* filtered, const T* thresholds, T* out",
        "T z = moved[k] + filtered[k]; out[k] = z - clip(z, thresholds[j]);",
    ),
    "fista_step": (
        "const T* moved, const T* filtered, const T* thresholds, T weight, T* x, T* v",
        "T z = moved[k] + filtered[k]; T now = z - clip(z, thresholds[j]);"
        " v[k] = now + weight * (now - x[k]); x[k] = now;",
    ),
    "salsa_step": (
        "const T* x, T* p, const T* filtered, const T* thresholds, T mu, T* mixed",
        "p[k] = x[k] - clip(2 * x[k] - p[k], thresholds[j]); mixed[k] = filtered[k] + mu * p[k];",
    ),
    "salsa_step_taped": (
        "const T* x, T* p, const T* filtered, const T* thresholds, T mu, T* mixed, signed char* signs",
        "T z = 2 * x[k] - p[k]; T clipped = clip(z, thresholds[j]);"
        " signs[k] = (z > thresholds[j]) - (z < -thresholds[j]); p[k] = x[k] - clipped;"
        " mixed[k] = filtered[k] + mu * p[k];",
    ),
    "lista_back": (
        "const T* gradient, const T* x, T* masked, T* filtered_gradient",
        "T kept = x[k] != 0 ? gradient[k] : 0; masked[k] = kept; filtered_gradient[k] += kept;",
    ),
    "salsa_back": (
        "const T* back, const signed char* signs, T mu, T* p_gradient, T* x_gradient, T* filtered_gradient",
        "filtered_gradient[k] += back[k]; T total = p_gradient[k] + mu * back[k];"
        " x_gradient[k] = signs[k] ? total : -total; p_gradient[k] = signs[k] ? 0 : total;",
    ),
}


def source(name: str, dtype: Any, ensemble: bool = False) -> str:
    """The C++ source of a step.

    Parameters
    ----------
    name : str
        One of `BODIES`.
    dtype : dtype
        float32 or float64.
    ensemble : bool
        For arrays with a first axis of encoders: the kernel `<name>_each`, which takes the number of samples as well,
        and a row of thresholds and a number for each encoder.
    """
    parameters, body = BODIES[name]
    atom, size = "int j = k % n_atoms;", "long long size, int n_atoms"
    if ensemble:
        size = f"{size}, int n_samples"
        atom = "int i = k / ((long long)n_atoms * n_samples); int j = i * n_atoms + k % n_atoms;"
        for number in re.findall(r"\bT (\w+)", parameters):
            parameters = parameters.replace(f"T {number}", f"const T* {number}s")
            atom += f" T {number} = {number}s[i];"
    return f"""
typedef {C_TYPES[np.dtype(dtype).char]} T;
__device__ inline T clip(T z, T threshold) {{ return z > threshold ? threshold : (z < -threshold ? -threshold : z); }}
extern "C" __global__ void {_entry(name, ensemble)}({parameters}, {size}) {{
  long long k = (long long)blockDim.x * blockIdx.x + threadIdx.x;
  if (k >= size) return;
  {atom}
  {body}
}}
"""


def _entry(name: str, ensemble: bool) -> str:
    return f"{name}_each" if ensemble else name


def soft_threshold(values: Any, thresholds: Any, out: Any) -> None:
    """See `portable.soft_threshold`."""
    _launch("soft_threshold", values, thresholds, out)


def soft_threshold_sum(moved: Any, filtered: Any, thresholds: Any, out: Any) -> None:
    """See `portable.soft_threshold_sum`."""
    _launch("soft_threshold_sum", moved, filtered, thresholds, out)


def fista_step(moved: Any, filtered: Any, thresholds: Any, weight: Any, x: Any, v: Any) -> None:
    """See `portable.fista_step`."""
    _launch("fista_step", moved, filtered, thresholds, weight, x, v)


def salsa_step(x: Any, p: Any, filtered: Any, thresholds: Any, mu: Any, mixed: Any) -> None:
    """See `portable.salsa_step`."""
    _launch("salsa_step", x, p, filtered, thresholds, mu, mixed)


def salsa_step_taped(x: Any, p: Any, filtered: Any, thresholds: Any, mu: Any, mixed: Any, signs: Any) -> None:
    """See `portable.salsa_step_taped`."""
    _launch("salsa_step_taped", x, p, filtered, thresholds, mu, mixed, signs)


def lista_back(gradient: Any, x: Any, masked: Any, filtered_gradient: Any) -> None:
    """See `portable.lista_back`."""
    _launch("lista_back", gradient, x, masked, filtered_gradient)


def salsa_back(back: Any, signs: Any, mu: Any, p_gradient: Any, x_gradient: Any, filtered_gradient: Any) -> None:
    """See `portable.salsa_back`."""
    _launch("salsa_back", back, signs, mu, p_gradient, x_gradient, filtered_gradient)


def _launch(name: str, first: Any, *others: Any) -> None:
    """Run a step over all elements of its arrays, which are contiguous, (n_samples, n_atoms), or have a first axis more
    for the encoders of an ensemble."""
    if first.size == 0:
        return
    ensemble = first.ndim == 3
    counts = (np.int64(first.size), np.int32(first.shape[-1]), *([np.int32(first.shape[1])] if ensemble else []))
    kernel = _kernel(name, first.dtype.char, ensemble)
    kernel((-(-first.size // THREADS),), (THREADS,), (first, *others, *counts))


@cache
def _kernel(name: str, dtype: str, ensemble: bool) -> Any:
    import cupy

    return cupy.RawKernel(source(name, dtype, ensemble), _entry(name, ensemble), options=("--std=c++17",))
