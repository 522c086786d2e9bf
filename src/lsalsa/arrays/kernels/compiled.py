"""The steps as compiled loops over host memory, one pass each, without the interpreter's lock.

Implements `lsalsa.arrays.kernels.portable`.
"""

from typing import Any

from lsalsa.arrays.compiling import compiled as compiled_with

compiled = compiled_with({"contract", "nsz"})


@compiled
def soft_threshold(values: Any, thresholds: Any, out: Any) -> None:
    """See `portable.soft_threshold`."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            z = values[i, j]
            out[i, j] = z - min(max(z, -thresholds[j]), thresholds[j])


@compiled
def soft_threshold_sum(moved: Any, filtered: Any, thresholds: Any, out: Any) -> None:
    """See `portable.soft_threshold_sum`."""
    for i in range(moved.shape[0]):
        for j in range(moved.shape[1]):
            z = moved[i, j] + filtered[i, j]
            out[i, j] = z - min(max(z, -thresholds[j]), thresholds[j])


@compiled
def fista_step(moved: Any, filtered: Any, thresholds: Any, weight: Any, x: Any, v: Any) -> None:
    """See `portable.fista_step`."""
    for i in range(moved.shape[0]):
        for j in range(moved.shape[1]):
            z = moved[i, j] + filtered[i, j]
            new = z - min(max(z, -thresholds[j]), thresholds[j])
            v[i, j] = new + weight * (new - x[i, j])
            x[i, j] = new


@compiled
def salsa_step(x: Any, p: Any, filtered: Any, thresholds: Any, mu: Any, mixed: Any) -> None:
    """See `portable.salsa_step`."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z = x[i, j] + x[i, j] - p[i, j]
            moved = x[i, j] - min(max(z, -thresholds[j]), thresholds[j])
            p[i, j] = moved
            mixed[i, j] = filtered[i, j] + mu * moved


@compiled
def salsa_step_taped(x: Any, p: Any, filtered: Any, thresholds: Any, mu: Any, mixed: Any, signs: Any) -> None:
    """See `portable.salsa_step_taped`."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z = x[i, j] + x[i, j] - p[i, j]
            clipped = min(max(z, -thresholds[j]), thresholds[j])
            moved = x[i, j] - clipped
            signs[i, j] = (z > thresholds[j]) - (z < -thresholds[j])
            p[i, j] = moved
            mixed[i, j] = filtered[i, j] + mu * moved


@compiled
def lista_back(gradient: Any, x: Any, masked: Any, filtered_gradient: Any) -> None:
    """See `portable.lista_back`."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            kept = gradient[i, j] if x[i, j] != 0 else x[i, j]
            masked[i, j] = kept
            filtered_gradient[i, j] += kept


@compiled
def salsa_back(back: Any, signs: Any, mu: Any, p_gradient: Any, x_gradient: Any, filtered_gradient: Any) -> None:
    """See `portable.salsa_back`."""
    for i in range(back.shape[0]):
        for j in range(back.shape[1]):
            filtered_gradient[i, j] += back[i, j]
            total = p_gradient[i, j] + mu * back[i, j]
            inactive = signs[i, j] == 0
            x_gradient[i, j] = -total if inactive else total
            p_gradient[i, j] = total if inactive else total - total
