"""The overlap-add as array operations: what it means, for any array module."""

from typing import Any


def overlap_add(patches: Any, step: tuple[int, int], origin: tuple[int, int], out: Any) -> None:
    """Add every patch at its place.

    Parameters
    ----------
    patches : array, (n_samples, rows, columns, height, width)
        One patch for each position of a grid.
    step : (int, int)
        From one position of the grid to the next, in pixels.
    origin : (int, int)
        The pixel at which the first patch begins.
    out : array, (n_samples, picture height, picture width)
        What the patches are added to.
    """
    rows, columns, height, width = patches.shape[1:]
    for i in range(height):
        for j in range(width):
            out[:, _comb(origin[0] + i, step[0], rows), _comb(origin[1] + j, step[1], columns)] += patches[..., i, j]


def _comb(first: int, step: int, count: int) -> slice:
    """`count` indices from `first` on, `step` apart."""
    return slice(first, first + (count - 1) * step + 1, step)
