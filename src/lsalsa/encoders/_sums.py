"""The loss and the gradient of a batch from those of its tiles."""

from collections.abc import Sequence
from typing import Any

from lsalsa.arrays import Tiles, namespace


def summed(
    parts: Sequence[tuple[float, dict[str, Any]]], names: Sequence[str], tiles: Tiles
) -> tuple[float, dict[str, Any]]:
    """The loss and the gradient of a batch from those of its tiles, in the memory of the first tile's.

    Parameters
    ----------
    parts : sequence of (float, dict of str to array)
    names : sequence of str
    tiles : Tiles
        Spreads the sums over the workers.
    """
    gradient = {name: _total([part[name] for _, part in parts], tiles) for name in names}
    return sum(value for value, _ in parts), gradient


def _total(parts: Sequence[Any], tiles: Tiles) -> Any:
    """The sum of the tiles' gradients, in the memory of the first, a few rows at a time on each worker."""
    total = parts[0]
    if not total.ndim:  # no rows, and a plain number where the array module makes one of a sum
        return namespace(total).asarray(sum(parts))

    def add(rows: slice) -> None:
        for part in parts[1:]:
            total[rows] += part[rows]

    if len(parts) > 1:
        tiles.in_place(add, total.shape[0])
    return total
