"""Overlapping patches of a picture of any size, and the picture put together from them again by averaging."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lsalsa.arrays import check_count
from lsalsa.errors import ConfigError, DataError, ShapeError

BAND = 4096
"""Patches that are cut and worked on together: what they take does not grow with the picture."""

Work = Callable[[np.ndarray], Sequence[np.ndarray]]


@dataclass(frozen=True)
class PatchGrid:
    """Square patches at every `stride` pixels; the last ones of a row and of a column end at the picture's edge.

    Attributes
    ----------
    patch_size : int
    stride : int
        1 to `patch_size`, so that patches leave no gap.
    n_channels : int
        1 for grey pictures, (height, width); 3 for colour, (height, width, 3).

    Raises
    ------
    ConfigError
        For sizes that cannot be.
    """

    patch_size: int
    stride: int
    n_channels: int = 1

    def __post_init__(self) -> None:
        check_count("patch_size", self.patch_size)
        check_count("stride", self.stride)
        if self.stride > self.patch_size:
            raise ConfigError(f"stride must be at most patch_size {self.patch_size}, found {self.stride}")
        if self.n_channels not in (1, 3):
            raise ConfigError(f"n_channels must be 1 for grey or 3 for colour, found {self.n_channels!r}")

    @property
    def n_features(self) -> int:
        """Length of a patch as a row: pixels row by row, channel by channel."""
        return self.patch_size**2 * self.n_channels

    def check(self, name: str, picture: np.ndarray) -> None:
        """Refuse a picture that cannot be cut.

        Raises
        ------
        ShapeError
            With other axes, or smaller than a patch.
        DataError
            With NaN or Inf.
        """
        channels = () if self.n_channels == 1 else (self.n_channels,)
        if np.ndim(picture) != 2 + len(channels) or picture.shape[2:] != channels:
            wanted = "(height, width)" if self.n_channels == 1 else "(height, width, 3)"
            raise ShapeError(f"{name} must have shape {wanted}, found {np.shape(picture)}")
        if min(picture.shape[:2]) < self.patch_size:
            size = self.patch_size
            found = f"found {picture.shape[0]} x {picture.shape[1]}"
            raise ShapeError(f"{name} must have at least {size} x {size} pixels, the size of a patch, {found}")
        if not np.isfinite(picture).all():
            raise DataError(f"{name} holds NaN or Inf")

    def starts(self, length: int) -> np.ndarray:
        """First pixels of the patches along a side of a picture: array, (n,), int64."""
        last = length - self.patch_size
        return np.unique(np.append(np.arange(0, last + 1, self.stride), last))

    def count(self, picture: np.ndarray) -> int:
        """Number of patches of a picture."""
        return len(self.starts(picture.shape[0])) * len(self.starts(picture.shape[1]))

    def bands(self, picture: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """First rows, first columns and patches, (n, n_features), of a band of the picture, from top to bottom.

        Parameters
        ----------
        picture : array, (height, width) or (height, width, 3)
        """
        rows, columns = self.starts(picture.shape[0]), self.starts(picture.shape[1])
        windows = sliding_window_view(picture, (self.patch_size, self.patch_size), axis=(0, 1))
        if self.n_channels > 1:
            windows = np.moveaxis(windows, 2, -1)
        per_band = max(1, BAND // len(columns))
        for first in range(0, len(rows), per_band):
            chosen = rows[first : first + per_band]
            yield chosen, columns, windows[np.ix_(chosen, columns)].reshape(-1, self.n_features)

    def apply(self, picture: np.ndarray, work: Work) -> list[np.ndarray]:
        """Pictures whose patches some work makes of the patches of a picture, averaged where they overlap.

        Parameters
        ----------
        picture : array, (height, width) or (height, width, 3)
        work : callable
            Patches (n, n_features) -> one or several arrays like it.

        Returns
        -------
        pictures : list of array, each of the shape of `picture`, float64
        """
        totals: list[np.ndarray] = []
        weight = np.zeros(picture.shape[:2])
        for rows, columns, patches in self.bands(picture):
            made = work(patches)
            totals = totals or [np.zeros(picture.shape) for _ in made]
            for total, values in zip(totals, made, strict=True):
                self._add(total, rows, columns, values)
            self._add(weight[..., None], rows, columns, np.ones((len(patches), self.patch_size**2)))
        weight = weight.reshape(*weight.shape, *[1] * (picture.ndim - 2))
        return [total / weight for total in totals]

    def _add(self, total: Any, rows: np.ndarray, columns: np.ndarray, patches: np.ndarray) -> None:
        """Add patches in their places: one pixel of all patches at a time, which never meet in one place."""
        size = self.patch_size
        cells = patches.reshape(len(rows), len(columns), size, size, *total.shape[2:])
        for i in range(size):
            for j in range(size):
                total[np.ix_(rows + i, columns + j)] += cells[:, :, i, j]
