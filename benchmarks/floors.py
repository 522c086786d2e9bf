"""The floor: the matrix products of a method and nothing else, as fast as plain NumPy can.

Each floor is written in several ways, and the fastest of them on the machine at hand counts.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from benchmarks.bench import Bench
from lsalsa.arrays import namespace, threads

TILE_ROWS = 512
SLABS, TILES = "one tile per thread", f"tiles of {TILE_ROWS} rows"

Work = Callable[[], Any]


def fastest(bench: Bench, ways: Mapping[str, Work]) -> str:
    """Name of the way that takes least time."""
    times = bench.interleaved(ways, rounds=2)
    return min(ways, key=lambda way: times[way].least)


def encoding_floor(signals: Any, filter_matrix: Any, square: Any, depth: int) -> dict[str, Work]:
    """One product of the signals with the filter, then `depth` products of (n, N) with (N, N)."""
    xp = namespace(signals)
    first = xp.empty((signals.shape[0], square.shape[0]), signals.dtype)
    last = xp.empty_like(first)

    def products(rows: slice) -> None:
        xp.matmul(signals[rows], filter_matrix, out=first[rows])
        for _ in range(depth):
            xp.matmul(first[rows], square, out=last[rows])

    n = signals.shape[0]
    return _ways(xp, n, lambda rows: partial(products, rows), {SLABS: threads(), TILES: -(-n // TILE_ROWS)})


def step_floor(signals: Any, filter_matrix: Any, square: Any, depth: int, repeats: int) -> dict[str, Work]:
    """The products of `repeats` training steps on a batch."""
    xp, n = namespace(signals), signals.shape[0]

    def prepare(rows: slice) -> Work:
        return StepProducts(signals[rows], filter_matrix, square, depth, repeats)

    return _ways(xp, n, prepare, {SLABS: threads()})


class StepProducts:
    """A training step's products on some rows of a batch: the filter, `depth` forward, `depth` backward, the gradients
    of the square matrix and of the filter."""

    def __init__(self, batch: Any, filter_matrix: Any, square: Any, depth: int, repeats: int):
        xp = namespace(batch)
        shape = (depth, batch.shape[0], square.shape[0])
        self.matmul, self.repeats = xp.matmul, repeats
        self.batch, self.filter, self.square = batch, filter_matrix, square
        self.forward, self.backward = xp.full(shape, 0.5, batch.dtype), xp.full(shape, 0.5, batch.dtype)
        self.codes = xp.empty(shape[1:], batch.dtype)
        self.filter_gradient, self.square_gradient = xp.empty_like(filter_matrix), xp.empty_like(square)

    def __call__(self) -> None:
        """Run them."""
        n_atoms = self.square.shape[0]
        for _ in range(self.repeats):
            self.matmul(self.batch, self.filter, out=self.codes)
            for layer in self.forward:
                self.matmul(layer, self.square, out=self.codes)
            for layer in self.backward:
                self.matmul(layer, self.square.T, out=self.codes)
            before, after = self.forward.reshape(-1, n_atoms), self.backward.reshape(-1, n_atoms)
            self.matmul(before.T, after, out=self.square_gradient)
            self.matmul(self.batch.T, self.codes, out=self.filter_gradient)


def _ways(xp: Any, n: int, prepare: Callable[[slice], Work], tile_counts: Mapping[str, int]) -> dict[str, Work]:
    """The work on all rows at once with BLAS's own threads and, on the host, cut into tiles spread over threads."""
    ways: dict[str, Work] = {"whole matrices": partial(_whole, prepare(slice(0, n)))}
    if xp is np:
        for name, count in tile_counts.items():
            edges = [n * i // count for i in range(count + 1)]
            tiles = [prepare(slice(a, b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
            ways[name] = partial(_spread, tiles)
    return ways


def _whole(work: Work) -> None:
    with _controller().limit(limits=threads(), user_api="blas"):
        work()


def _spread(tiles: list[Work]) -> None:
    with _controller().limit(limits=1, user_api="blas"):
        for done in [_pool(threads()).submit(tile) for tile in tiles]:
            done.result()


@cache
def _pool(n: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n)


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
