"""Search for hyper-parameters: successive halving of candidates, and steps from the best one to its neighbours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from lsalsa.arrays import parallel_map
from lsalsa.errors import ConfigError
from lsalsa.training.grid import Candidate, Grid, identity

Rows = list[dict[str, Any]]
KEPT = 1 / 3
"""Share of the candidates that reach the next rung."""


class Run(Protocol):
    """A candidate under way."""

    def advance(self, epochs: int) -> float:
        """Train up to this many epochs in all; the score then, smaller is better, NaN or inf for a failed run."""


def each_alone(runs: Sequence[Run], epochs: int) -> list[float]:
    """The scores of runs that are advanced on a thread each."""
    return parallel_map(lambda run: run.advance(epochs), runs)


def successive_halving(
    candidates: Sequence[dict],
    start: Callable[[dict], Run],
    rungs: Sequence[int],
    keep: float = KEPT,
    advance: Callable[[list[Any], int], list[float]] = each_alone,
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
    advance : callable
        Runs and a total of epochs -> the score of each then.

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
        scores = advance([runs[i] for i in alive], epochs)
        for i, score in zip(alive, scores, strict=True):
            rows[i].update(epochs=epochs, score=score)
        alive = [i for i in ranked(rows, alive) if np.isfinite(rows[i]["score"])]
        alive = alive[: max(1, int(np.ceil(keep * len(alive))))]
    finite = [i for i, row in enumerate(rows) if np.isfinite(row["score"])]
    if finite:
        furthest = max(rows[i]["epochs"] for i in finite)
        rows[ranked(rows, [i for i in finite if rows[i]["epochs"] == furthest])[0]]["chosen"] = True
    return rows


def search_grid(
    grid: Grid,
    compare: Callable[[list[Candidate]], Rows],
    *,
    candidates: int | None = None,
    rounds: int = 0,
    seed: int = 0,
    allowed: Callable[[Candidate], bool] = lambda candidate: True,
) -> Rows:
    """Compare candidates of a grid, then the neighbours of the best one, until no neighbour is better.

    Where the grid has steps beyond its ends, they are neighbours of its ends: the search leaves the grid where its best
    candidate lies at the edge.

    Parameters
    ----------
    grid : Grid
    compare : callable
        Candidates -> a row for each: its settings, `score`, `chosen` for at most one, and `epochs` if it was trained.
    candidates : int, optional
        Compare an even sample of at most this many; the whole grid by default.
    rounds : int
        At most this many times the neighbours of the best candidate are compared with it.
    seed : int
        Of the sample.
    allowed : callable
        Whether a candidate beyond the grid can be: a setting may have bounds.

    Returns
    -------
    rows : list of dict
        Those of `compare`, one of them `chosen`: the first, if no score is finite. `beyond_grid`: settings with a value
        outside the grid, joined by commas. `at_edge`, of the chosen one: settings whose best value is the last that was
        tried, so that a better one may follow.
    """
    rows = compare(grid.sample(candidates, seed))
    tried = {_key(grid, row) for row in rows}
    bounds: list[Candidate] = []
    for _ in range(rounds):
        best = _chosen(rows)
        near = [one for one in grid.neighbours(best) if identity(one) not in tried] if best else []
        tried |= {identity(one) for one in near}
        refused = [one for one in near if grid.beyond(one) and not allowed(one)]
        bounds += refused
        near = [one for one in near if one not in refused]
        if best is None or not near:
            break
        found = compare(near)
        rows += found
        if not _replaced(best, _chosen(found)):
            break
    if not any(row["chosen"] for row in rows):
        rows[0]["chosen"] = True
    for row in rows:
        edges = grid.edges(row, [*rows, *bounds]) if row["chosen"] else []
        row.update(beyond_grid=", ".join(grid.beyond(row)), at_edge=", ".join(edges))
    return rows


def _key(grid: Grid, row: Mapping[str, Any]) -> tuple:
    return identity({name: row[name] for name in grid.axes})


def _chosen(rows: Rows) -> dict[str, Any] | None:
    """The chosen row; None without a finite score."""
    return next((row for row in rows if row["chosen"] and np.isfinite(row["score"])), None)


def _replaced(best: dict[str, Any], other: dict[str, Any] | None) -> bool:
    """Let one of two chosen rows be chosen: the other if it came as far and is better."""
    if other is None:
        return False
    better = other.get("epochs", 0) >= best.get("epochs", 0) and other["score"] < best["score"]
    (best if better else other)["chosen"] = False
    return better


def ranked(rows: Sequence[Mapping], among: Sequence[int]) -> list[int]:
    """Indices by score, best first; NaN last; ties in the order of the grid."""
    scores = {i: rows[i]["score"] if np.isfinite(rows[i]["score"]) else np.inf for i in among}
    return sorted(among, key=lambda i: (scores[i], i))
