"""H x of a recording for codes that are nearly all zero: compiled, over host memory."""

from typing import Any

from numba import njit


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz"})
def add_occurrences(filters: Any, stride: int, places: Any, values: Any, out: Any) -> None:
    """Add to a recording what some of its codes stand for.

    Parameters
    ----------
    filters : array, (n_filters, length)
        One in a row: contiguous.
    stride : int
        From one position to the next, in numbers.
    places : array, (n,), int64
        Entries of the code: all filters of the first position, then all of the next.
    values : array, (n,)
        Codes at these places.
    out : array, (n_features,)
        Changed.
    """
    n_filters = filters.shape[0]
    for a in range(places.shape[0]):
        first, taps = places[a] // n_filters * stride, filters[places[a] % n_filters]
        for i in range(taps.shape[0]):
            out[first + i] += values[a] * taps[i]
