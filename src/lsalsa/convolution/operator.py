"""The convolution H with a bank of filters and its transpose H^T, by patches, one matrix product and overlap-add.

A code position is a row of the product, so that samples stay rows: H^T y is patches(y) @ bank, H x is the overlap-add
of x @ bank^T. One engine serves pictures and recordings. A recording is a picture of one row, and some neighbouring
positions share one patch: their filters, each shifted to its place, form a wider bank (block-Toeplitz), and the product
becomes large enough to run at full speed.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import Space, is_host, namespace
from lsalsa.arrays.checks import check_out

BLOCKS = sorted(range(8, 33), key=lambda size: abs(size - 16))
"""Positions of a recording that may share a patch, the best first; they are about equally fast."""

SLAB_BYTES = 250_000  # of patches at a time: they stay in a core's cache, and memory does not grow with the signal

Pair = tuple[int, int]
Slab = tuple[slice, slice, slice]  # of (samples, rows, columns) of a grid


@dataclass(frozen=True)
class Part:
    """A range of code positions whose patches form a regular grid.

    Attributes
    ----------
    bank : array, (height * width, n_columns)
        Filters as columns; of a block of positions, all filters of the first, then all of the second, and so on.
    kernel : (int, int)
        Height and width of a patch.
    step : (int, int)
        From one patch to the next, in pixels.
    grid : (int, int)
        Patches along each axis.
    origin : (int, int)
        Where the first patch begins.
    first : int
        Column of a code row at which this part's codes begin.
    """

    bank: Any
    kernel: Pair
    step: Pair
    grid: Pair
    origin: Pair
    first: int

    def patches_of(self, pictures: Any) -> Any:
        """All patches: view, (n_samples, rows, columns, height, width)."""
        inside = pictures[:, self.origin[0] :, self.origin[1] :]
        sample, row, column = inside.strides
        strides = (sample, row * self.step[0], column * self.step[1], row, column)
        shape = (pictures.shape[0], *self.grid, *self.kernel)
        return namespace(pictures).lib.stride_tricks.as_strided(inside, shape, strides)

    def corner_of(self, slab: Slab) -> Pair:
        """Where the first patch of a slab begins."""
        row, column = slab[1].start or 0, slab[2].start or 0
        return self.origin[0] + self.step[0] * row, self.origin[1] + self.step[1] * column

    def codes_of(self, codes: Any) -> Any:
        """This part's codes: view, (n_samples, rows, columns, n_columns)."""
        n_columns = self.bank.shape[1]
        stop = self.first + self.grid[0] * self.grid[1] * n_columns
        return codes[:, self.first : stop].reshape(codes.shape[0], *self.grid, n_columns)


class Convolution:
    """H and H^T for signals of one shape; safe to use from several threads at once.

    It may not see filters that are changed in place: make a new one after a change.

    Parameters
    ----------
    filters : array, (length, n_filters) or (height, width, n_filters)
        For recordings or pictures; contiguous.
    stride : tuple of int
        From one position to the next, along each axis.
    signal_shape : tuple of int
        Length, or height and width, of a signal; not smaller than a filter.
    """

    def __init__(self, filters: Any, stride: tuple[int, ...], signal_shape: tuple[int, ...]):
        self.xp, self.dtype, self.shape, self.stride = namespace(filters), filters.dtype, filters.shape, stride[-1]
        filters, step, self.picture = as_picture(filters, stride, signal_shape)
        height, width, _ = filters.shape
        self.grid = ((self.picture[0] - height) // step[0] + 1, (self.picture[1] - width) // step[1] + 1)
        if height == self.picture[0] == 1:
            self.parts = _parts_of_row(filters[0], step[1], self.grid[1])
        else:
            self.parts = [Part(filters.reshape(height * width, -1), (height, width), step, self.grid, (0, 0), 0)]
        self._overlap_add, self._scratch = _overlap_add_for(filters), _Scratch(self.xp)

    @property
    def n_atoms(self) -> int:
        """Length of a code: filters times positions."""
        return self.grid[0] * self.grid[1] * self.shape[-1]

    def signals_buffer(self, n_samples: int) -> Any:
        """Room for signals, (n_samples, n_features), uninitialised; the same memory at each call from one thread."""
        return self._buffer("signals", (n_samples, self.picture[0] * self.picture[1]))

    def correlate(self, signals: Any, out: Any) -> Any:
        """H^T y of each signal.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
            In the filters' dtype.
        out : array, (n_samples, n_atoms), contiguous
            Written.

        Returns
        -------
        out : array, (n_samples, n_atoms)
        """
        check_out("out", out, (signals.shape[0], self.n_atoms), self.parts[0].bank)
        pictures = signals.reshape(signals.shape[0], *self.picture)
        for part in self.parts:
            patches, target = part.patches_of(pictures), part.codes_of(out)
            for slab in self._slabs(part, signals.shape[0]):
                patch = self._buffer("patches", patches[slab].shape)
                patch[...] = patches[slab]
                self._multiply(patch, part.bank, target[slab])
        return out

    def synthesize(self, codes: Any, out: Any) -> Any:
        """H x of each code.

        Parameters
        ----------
        codes : array, (n_samples, n_atoms)
            In the filters' dtype.
        out : array, (n_samples, n_features), contiguous
            Written.

        Returns
        -------
        out : array, (n_samples, n_features)
        """
        check_out("out", out, (codes.shape[0], self.picture[0] * self.picture[1]), self.parts[0].bank)
        pictures = out.reshape(codes.shape[0], *self.picture)
        pictures.fill(0)
        for part in self.parts:
            source = part.codes_of(codes)
            for slab in self._slabs(part, codes.shape[0]):
                rows = source[slab]
                patch = self._buffer("patches", (*rows.shape[:3], *part.kernel))
                flat = patch.reshape(-1, part.bank.shape[0])
                self.xp.matmul(rows.reshape(-1, part.bank.shape[1]), part.bank.T, out=flat)
                self._overlap_add(patch, part.step, part.corner_of(slab), pictures[slab[0]])
        return out

    def filter_gradient(self, signals: Any, codes: Any) -> Any:
        """Gradient of the sum over the samples of <y, H x> for the filters.

        Parameters
        ----------
        signals : array, (n_samples, n_features)
            In the filters' dtype; residuals, in a decoder.
        codes : array, (n_samples, n_atoms)

        Returns
        -------
        gradient : array, (length, n_filters) or (height, width, n_filters)
        """
        pictures, gradient = signals.reshape(signals.shape[0], *self.picture), self.xp.zeros(self.shape, self.dtype)
        flat = gradient.reshape(-1, self.shape[-1])
        for part in self.parts:
            patches, source, of_bank = part.patches_of(pictures), part.codes_of(codes), self.xp.zeros_like(part.bank)
            for slab in self._slabs(part, signals.shape[0]):
                patch = self._buffer("patches", patches[slab].shape)
                patch[...] = patches[slab]
                of_bank += patch.reshape(-1, of_bank.shape[0]).T @ source[slab].reshape(-1, of_bank.shape[1])
            for rows, columns in _places_in_bank(flat.shape, self.stride, of_bank.shape[1]):
                flat += of_bank[rows, columns]
        return gradient

    def _multiply(self, patch: Any, bank: Any, target: Any) -> None:
        """target = patch @ bank, through a buffer where the target's rows do not follow each other in memory."""
        rows, direct = patch.reshape(-1, bank.shape[0]), len(self.parts) == 1 or target.shape[0] == 1
        shape = (rows.shape[0], bank.shape[1])
        product = target.reshape(shape) if direct else self._buffer("product", shape)
        self.xp.matmul(rows, bank, out=product)
        if not direct:
            target[...] = product.reshape(target.shape)

    def _slabs(self, part: Part, n_samples: int) -> Iterator[Slab]:
        """Cuts of a part's grid whose patches are small; all at once on a device."""
        whole, upright = slice(None), part.grid[0] > 1
        n_lines, n_across = part.grid if upright else part.grid[::-1]
        fitting = SLAB_BYTES // (part.bank.shape[0] * self.dtype.itemsize * n_across)
        most = max(1, fitting) if is_host(part.bank) else n_samples * n_lines
        if most >= n_lines:
            yield from ((samples, whole, whole) for samples in _cuts(n_samples, most // n_lines))
            return
        for sample in range(n_samples):
            for lines in _cuts(n_lines, most):
                yield slice(sample, sample + 1), *((lines, whole) if upright else (whole, lines))

    def _buffer(self, name: str, shape: tuple[int, ...]) -> Any:
        return self._scratch.space(name, shape, self.dtype)


class _Scratch(threading.local):
    """Buffers of each thread's own."""

    def __init__(self, xp: Any):
        self.space = Space(xp)


def _overlap_add_for(array: Any) -> Callable[..., None]:
    """The body for arrays like this one; imported here, so that only what is used is loaded."""
    if isinstance(array, np.ndarray):
        from lsalsa.convolution import compiled

        return compiled.overlap_add
    from lsalsa.convolution import portable

    return portable.overlap_add


def as_picture(filters: Any, *sizes: tuple[int, ...]) -> tuple[Any, ...]:
    """Filters (length, n_filters) and sizes along one axis as those of pictures of one row; those of pictures as they
    are."""
    if filters.ndim == 3:
        return filters, *sizes
    return filters[None], *((1, size) for (size,) in sizes)


def _cuts(count: int, size: int) -> Iterator[slice]:
    return (slice(first, min(first + size, count)) for first in range(0, count, size))


def _parts_of_row(filters: Any, stride: int, n_positions: int) -> list[Part]:
    """Blocks of positions, and a smaller one for those that are left over where no good size divides their number."""
    block = next((size for size in BLOCKS if n_positions % size == 0), BLOCKS[0])
    n_blocks, n_left = divmod(n_positions, block)
    parts = []
    for n_grid, size, done in ((n_blocks, block, 0), (1, n_left, n_blocks * block)):
        if n_grid and size:
            bank = _toeplitz(filters, stride, size)
            kernel, origin = (1, bank.shape[0]), (0, done * stride)
            parts.append(Part(bank, kernel, (1, size * stride), (1, n_grid), origin, done * filters.shape[1]))
    return parts


def _toeplitz(filters: Any, stride: int, size: int) -> Any:
    """The filters at `size` neighbouring positions: array, (length + (size - 1) stride, size * n_filters)."""
    length, n_filters = filters.shape
    bank = namespace(filters).zeros((length + (size - 1) * stride, size * n_filters), filters.dtype)
    for rows, columns in _places_in_bank(filters.shape, stride, bank.shape[1]):
        bank[rows, columns] = filters
    return bank


def _places_in_bank(shape: Pair, stride: int, n_columns: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of a bank at which it holds the filters, (length, n_filters): one position after the other."""
    length, n_filters = shape
    for i in range(n_columns // n_filters):
        yield slice(i * stride, i * stride + length), slice(i * n_filters, (i + 1) * n_filters)
