"""Shifted copies of a picture: with a stride, the grid of code positions has an offset, and all offsets are averaged.

With stride s a filter occurs only at every s-th pixel, so the result depends on where the grid begins. The authors code
s x s copies of the picture, one for each offset, and average their reconstructions (as in CSCNet, Simon and Elad 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import check_count, namespace
from lsalsa.errors import ConfigError, ShapeError


@dataclass(frozen=True)
class Shifts:
    """The copies of pictures of one shape.

    A copy is a window of the picture, which is continued by reflection. All copies together have a code position
    wherever a filter overlaps the picture, so each pixel is covered by a filter as often as any other.

    Parameters
    ----------
    picture : (int, int)
        Height and width of the pictures.
    side : int
        Height and width of the filters.
    stride : int
        From one code position to the next, at most `side`. With stride 1 there is one copy.

    Raises
    ------
    ConfigError
        When a size is no whole number of at least 1, or the stride is larger than a filter.
    """

    picture: tuple[int, int]
    side: int
    stride: int

    def __post_init__(self) -> None:
        for name in ("side", "stride"):
            check_count(name, getattr(self, name))
        for size in self.picture:
            check_count("a side of a picture", size)
        if self.stride > self.side:
            raise ConfigError(
                f"stride must be at most the side of the filters, {self.side}, found {self.stride}: a copy would have"
                " pixels that no filter covers"
            )

    @property
    def n_copies(self) -> int:
        """Copies of each picture."""
        return self.stride**2

    @property
    def copy_shape(self) -> tuple[int, int]:
        """Height and width of a copy: a whole number of strides longer than a filter."""
        height, width = (self.side + (size + self.side - 2) // self.stride * self.stride for size in self.picture)
        return height, width

    def split(self, pictures: Any) -> Any:
        """Make the copies.

        Parameters
        ----------
        pictures : array, (n_pictures, height, width)

        Returns
        -------
        copies : array, (n_pictures * n_copies, height * width of a copy)
            All copies of the first picture, then those of the next; contiguous.

        Raises
        ------
        ShapeError
            When the pictures have another shape.
        """
        if pictures.ndim != 3 or tuple(pictures.shape[1:]) != tuple(self.picture):
            wanted = f"(n_pictures, {self.picture[0]}, {self.picture[1]})"
            raise ShapeError(f"pictures must have shape {wanted}, found {tuple(pictures.shape)}")
        xp, (height, width) = namespace(pictures), self.copy_shape
        copies = xp.empty((pictures.shape[0], self.n_copies, height, width), pictures.dtype)
        for number, (row, column) in enumerate(self._offsets()):
            rows = xp.asarray(_reflected(row - self.side + 1, height, self.picture[0]))
            columns = xp.asarray(_reflected(column - self.side + 1, width, self.picture[1]))
            copies[:, number] = pictures[:, rows[:, None], columns]
        return copies.reshape(-1, height * width)

    def merge(self, copies: Any) -> Any:
        """Average the copies where they show the picture: the inverse of `split`.

        Parameters
        ----------
        copies : array, (n_pictures * n_copies, height * width of a copy)

        Returns
        -------
        pictures : array, (n_pictures, height, width)
        """
        xp, windows = namespace(copies), self._windows(copies)
        pictures = xp.zeros((windows.shape[0], *self.picture), copies.dtype)
        for number, inside in enumerate(self._insides()):
            pictures += windows[:, number][:, *inside]
        pictures /= self.n_copies
        return pictures

    def place(self, pictures: Any, chosen: Any) -> Any:
        """Put pictures where some copies show them, zeros around: the transpose of `merge`, times the copies' number.

        Parameters
        ----------
        pictures : array, (n_pictures, height, width)
        chosen : sequence of int
            Numbers of copies, in [0, n_copies).

        Returns
        -------
        copies : array, (n_pictures * n_chosen, height * width of a copy)
        """
        xp, insides = namespace(pictures), list(self._insides())
        copies = xp.zeros((pictures.shape[0], len(chosen), *self.copy_shape), pictures.dtype)
        for position, number in enumerate(chosen):
            copies[:, position][:, *insides[number]] = pictures
        return copies.reshape(pictures.shape[0] * len(chosen), -1)

    def choose(self, copies: Any, chosen: Any) -> Any:
        """Take some copies of each picture.

        Parameters
        ----------
        copies : array, (n_pictures * n_copies, height * width of a copy)
        chosen : sequence of int

        Returns
        -------
        copies : array, (n_pictures * n_chosen, height * width of a copy)
        """
        some = copies.reshape(-1, self.n_copies, copies.shape[1])[:, list(chosen)]
        return some.reshape(-1, copies.shape[1])

    def _windows(self, copies: Any) -> Any:
        return copies.reshape(-1, self.n_copies, *self.copy_shape)

    def _offsets(self) -> list[tuple[int, int]]:
        return [(row, column) for row in range(self.stride) for column in range(self.stride)]

    def _insides(self) -> list[tuple[slice, slice]]:
        """Where each copy shows the picture."""
        starts = [(self.side - 1 - row, self.side - 1 - column) for row, column in self._offsets()]
        height, width = self.picture
        return [(slice(row, row + height), slice(column, column + width)) for row, column in starts]


def _reflected(first: int, count: int, size: int) -> np.ndarray:
    """Return `count` indices from `first` on into `size` pixels, which reflect at the first and the last pixel."""
    period = max(1, 2 * (size - 1))
    steps = np.arange(first, first + count) % period
    return np.minimum(steps, period - steps) if size > 1 else np.zeros(count, int)
