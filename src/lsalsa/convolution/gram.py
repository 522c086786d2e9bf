"""Inner products of filters that overlap: all that the Gram matrix of a convolution holds."""

from typing import Any

from lsalsa.arrays import namespace
from lsalsa.convolution.operator import Convolution, as_picture


def gram_taps(filters: Any, stride: tuple[int, ...]) -> Any:
    """Inner products of each filter with all filters at all offsets at which they overlap.

    Parameters
    ----------
    filters : array, (length, n_filters) or (height, width, n_filters)
    stride : tuple of int

    Returns
    -------
    taps : array, (n_filters, 2 rows + 1, 2 columns + 1, n_filters)
        `taps[c, rows + p, columns + q, d]` belongs to filter c at a position and filter d that is p rows and q columns
        of positions further; a recording has no other rows (0). In the dtype of the filters.
    """
    filters, step = as_picture(filters, stride)
    height, width, n_filters = filters.shape
    down, across = (height - 1) // step[0] * step[0], (width - 1) // step[1] * step[1]
    framed = namespace(filters).zeros((n_filters, height + 2 * down, width + 2 * across), filters.dtype)
    for c in range(n_filters):
        framed[c, down : down + height, across : across + width] = filters[..., c]
    operator = Convolution(filters, step, framed.shape[1:])
    flat = framed.reshape(n_filters, -1)
    taps = namespace(filters).empty((n_filters, operator.grid[0] * operator.grid[1] * n_filters), filters.dtype)
    return operator.correlate(flat, taps).reshape(n_filters, *operator.grid, n_filters)
