"""Search for hyper-parameters by successive halving over a grid."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from lsalsa.arrays import parallel_map
from lsalsa.errors import ConfigError


class Run(Protocol):
    """A candidate under way."""

    def advance(self, epochs: int) -> float:
        """Train up to this many epochs in all; the score then, smaller is better, NaN or inf for a failed run."""


def expand(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every combination of the grid's values, in the order of the grid."""
    for name, values in grid.items():
        if not values:
            raise ConfigError(f"the search grid has no value for {name}")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def successive_halving(
    candidates: Sequence[dict], start: Callable[[dict], Run], rungs: Sequence[int], keep: float = 1 / 3
) -> list[dict]:
    """Train all candidates a little, the better ones further, and so on.

    Parameters
    ----------
    candidates : sequence of dict
    start : callable
        Gives the run of a candidate.
    rungs : sequence of int
        Epochs in all that a candidate has had at the end of each rung, increasing.
    keep : float
        Share of the candidates that reach the next rung (rounded up).

    Returns
    -------
    rows : list of dict
        Each candidate with `epochs` it had, its last `score`, and `chosen`, true for one: the best of those that came
        furthest. NaN never wins; if no score is finite, none is chosen.
    """
    if list(rungs) != sorted(set(rungs)) or not rungs or rungs[0] < 1:
        raise ConfigError(f"rungs must be increasing numbers of epochs, at least 1, found {list(rungs)}")
    runs = [start(candidate) for candidate in candidates]
    rows = [{**candidate, "epochs": 0, "score": float("nan"), "chosen": False} for candidate in candidates]
    alive = list(range(len(rows)))
    for epochs in rungs:
        scores = parallel_map(partial(_advance, runs, epochs), alive)
        for i, score in zip(alive, scores, strict=True):
            rows[i].update(epochs=epochs, score=score)
        alive = [i for i in ranked(rows, alive) if np.isfinite(rows[i]["score"])]
        alive = alive[: max(1, int(np.ceil(keep * len(alive))))]
    finite = [i for i, row in enumerate(rows) if np.isfinite(row["score"])]
    if finite:
        furthest = max(rows[i]["epochs"] for i in finite)
        rows[ranked(rows, [i for i in finite if rows[i]["epochs"] == furthest])[0]]["chosen"] = True
    return rows


def _advance(runs: Sequence[Run], epochs: int, i: int) -> float:
    return runs[i].advance(epochs)


def ranked(rows: Sequence[Mapping], among: Sequence[int]) -> list[int]:
    """Indices by score, best first; NaN last; ties in the order of the grid."""
    scores = {i: rows[i]["score"] if np.isfinite(rows[i]["score"]) else np.inf for i in among}
    return sorted(among, key=lambda i: (scores[i], i))
