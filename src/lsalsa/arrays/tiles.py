"""Row tiles that stay in the cache, one tile per worker thread, one BLAS thread per worker.

All iterations of a tile run before the next tile starts, in buffers that each worker keeps. The cut into tiles
depends on the shape only, never on the number of threads, so a result is the same to the byte with one thread or
many. On a GPU, which is parallel by itself, all rows are one tile as long as its memory holds them.
"""

import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from lsalsa.arrays.blas import one_blas_thread
from lsalsa.arrays.checks import check_count
from lsalsa.arrays.space import Space
from lsalsa.arrays.workers import spread, threads
from lsalsa.errors import DeviceMemoryError

log = logging.getLogger(__name__)
HALVINGS = 8  # how often a tile that does not fit into the memory of a GPU is halved before the work fails
KEPT_BYTES = 2**24  # of buffers that a thread keeps for the next call
LEAST_ROWS, LEAST_PRODUCTS = 8, 2**19  # of a tile that is cut only to have two
_TILE_BYTES = 250_000  # of one buffer of a tile; a method keeps four or five, about half of a 2 MiB cache
_local = threading.local()


class Tiles:
    """Runs a piece of work on every tile of the rows; keeps the workers' buffers between runs.

    Parameters
    ----------
    xp : module
        NumPy (tiles over threads) or CuPy (one tile; the device is parallel by itself).
    tile_rows : int
        Largest number of rows of a tile in host memory.
    least_rows : int, optional
        Rows that are worth a tile of their own; so many or more are cut into two tiles at least, if it is given.
    shared : bool
        Whether buffers in host memory are those that each thread keeps for whatever it runs next, as far as they are
        small: for works that are done with them when they return.
    """

    def __init__(self, xp: Any, tile_rows: int, least_rows: int | None = None, shared: bool = False):
        self.xp = xp
        self._two_from = sys.maxsize if least_rows is None else 2 * least_rows
        self.tile_rows = check_count("tile_rows", tile_rows)
        self._shared = shared
        self._spaces = threading.local()
        self._on_device = xp.__name__ == "cupy"
        self._device_rows, self._halvings = sys.maxsize, 0

    def cut(self, n_rows: int) -> list[slice]:
        """The rows in tiles of nearly equal size; one tile on a device."""
        if self._on_device:
            return [slice(0, n_rows)]
        count = max(1, -(-n_rows // self.tile_rows), 2 if n_rows >= self._two_from else 1)
        edges = [n_rows * i // count for i in range(count + 1)]
        return [slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True)]

    def run(self, work: Callable[[slice, Space], Any], n_rows: int) -> list[Any]:
        """Call `work(rows, space)` for every tile; the results in the order of the tiles.

        On a device `work` is called again, with half the rows, for a tile that its memory does not hold; this object
        remembers the size that did fit.

        Raises
        ------
        DeviceMemoryError
            When a tile halved `HALVINGS` times, or one of a single row, does not fit either.
        """
        if self._on_device:
            return self._run_on_device(work, n_rows)
        on_tile = self._with_shared_space(work) if self._shared else self._with_own_space(work)
        with one_blas_thread():
            tiles = self.cut(n_rows)
            return spread(on_tile, tiles) if len(tiles) > 1 < threads() else [on_tile(rows) for rows in tiles]

    def _with_own_space(self, work: Callable[[slice, Space], Any]) -> Callable[[slice], Any]:
        return lambda rows: work(rows, self._space())

    def _with_shared_space(self, work: Callable[[slice, Space], Any]) -> Callable[[slice], Any]:
        def on_tile(rows: slice) -> Any:
            kept = _kept_spaces()
            space = kept.pop() if kept else Space(self.xp)  # works that run inside this one find the next
            try:
                return work(rows, space)
            finally:
                if space.nbytes <= KEPT_BYTES:
                    kept.append(space)

        return on_tile

    def in_place(self, work: Callable[[slice], Any], n_rows: int) -> None:
        """Call `work(rows)` exactly once for every tile: unlike `run`, it never repeats work that changes arrays."""
        if self._on_device or n_rows <= self.tile_rows:
            work(slice(0, n_rows))
        else:
            self.run(lambda rows, _: work(rows), n_rows)

    def _run_on_device(self, work: Callable[[slice, Space], Any], n_rows: int) -> list[Any]:
        results: list[Any] = []
        first = 0
        while first < n_rows or not results:
            rows = slice(first, min(first + self._device_rows, n_rows))
            result = self._if_it_fits(work, rows)
            if result:
                results += result
                first = rows.stop
            else:
                self._halve(rows)
        return results

    def _if_it_fits(self, work: Callable[[slice, Space], Any], rows: slice) -> list[Any]:
        """The tile's result in a list; an empty list when the tile does not fit into the device's memory."""
        try:
            return [work(rows, self._space())]
        except self.xp.cuda.memory.OutOfMemoryError as error:
            count = rows.stop - rows.start
            if count <= 1 or self._halvings == HALVINGS:
                raise DeviceMemoryError(
                    f"a tile of {count} rows does not fit into the memory of the GPU after {self._halvings} halvings: "
                    f"{error}; free some of it or say device=cpu"
                ) from error
        return []

    def _halve(self, rows: slice) -> None:
        """Free all buffers, also those that CuPy's pool keeps, and halve the rows of the next tiles."""
        self._spaces = threading.local()
        self.xp.get_default_memory_pool().free_all_blocks()
        self._halvings += 1
        self._device_rows = -(-(rows.stop - rows.start) // 2)
        log.info("the memory of the GPU does not hold %d rows; on with %d", rows.stop - rows.start, self._device_rows)

    def _space(self) -> Space:
        if not hasattr(self._spaces, "space"):
            self._spaces.space = Space(self.xp)
        return self._spaces.space


def tiles_for(
    xp: Any, n_columns: int, dtype: np.dtype, tile_rows: int | None = None, multiplies: bool = False
) -> Tiles:
    """Tiles whose buffers stay in a core's cache, and with the threads for the next call.

    Parameters
    ----------
    xp : module
    n_columns : int
        Of the widest buffer that an iteration works on.
    dtype : dtype
    tile_rows : int, optional
        Rows of a tile; by default 256 to 512, the more the narrower: fewer rows make matrix products slow.
    multiplies : bool
        Whether the work is products with (n_columns, n_columns) matrices: then the rows of half a tile are shared by
        two threads as soon as one product of a half takes about ten microseconds.
    """
    least_rows = None
    if multiplies and tile_rows is None:
        least_rows = max(LEAST_ROWS, -(-LEAST_PRODUCTS // n_columns**2))
    if tile_rows is None:
        tile_rows = max(256, min(512, _TILE_BYTES // (n_columns * dtype.itemsize)))
    return Tiles(xp, tile_rows, least_rows, shared=True)


def _kept_spaces() -> list[Space]:
    """Spaces in host memory that this thread keeps and nobody uses now."""
    if not hasattr(_local, "spaces"):
        _local.spaces = []
    return _local.spaces
