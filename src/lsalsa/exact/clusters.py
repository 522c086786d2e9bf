"""An active-set method for convolutional codes, one cluster of overlapping codes after the other; compiled.

Two codes interact only where their filters overlap, as strongly as the short Gram taps say, so the optimality
conditions can be repaired locally. The worst violator of a block of positions is taken together with the active codes
that it overlaps, those that these overlap, and so on. Over this cluster the problem is solved (`active_set`) with all
other codes held, which lowers the objective; then the correlations within reach of the changed codes are brought up to
date. Where codes are sparse a cluster is all that hangs together, and the method ends after finitely many steps. Where
they are dense a cluster ends at a number of codes, and the method is a block descent over overlapping blocks. Large
violations are repaired everywhere before smaller ones: fewer codes join that have to leave again.

Everything is in units of the penalty, so that all penalties are 1. Positions form a grid of rows and columns, of one
row for a recording; the codes of a row of the grid lie side by side, all filters of a column together. What the
functions share comes in tuples (not named ones: a compiled function could not be loaded after a change of their names):

- codes: x and the correlations H^T (y - H x), both (n_rows, n_columns * n_filters); the number of active codes at each
  position; for each block of a row a bound on its violations, infinite where it is unknown;
- search: the places (row, column, filter) of the codes of a cluster, and the positions that were searched for them;
- room: for the problem of a cluster, in the order in which `active_set` takes it.
"""

from typing import Any

import numpy as np

from lsalsa.arrays.compiling import compiled as compiled_with
from lsalsa.exact.active_set import settle

COARSEST = 3.0  # excess of a correlation over its penalty that is repaired first
FINER = 0.3  # from one level of excess to the next
ENOUGH = 64  # codes of a cluster, beyond those that the violator itself overlaps
MOST = 512  # codes of a cluster in all

compiled = compiled_with({"reassoc", "contract", "nsz"})
compiled_for_finite = compiled_with(True)


@compiled
def solve_codes(taps: Any, nonnegative: bool, x: Any, correlations: Any, tolerance: float, max_solves: int) -> int:
    """Change codes until no optimality condition is violated by more than the tolerance.

    Parameters
    ----------
    taps : array, (n_filters, 2 r + 1, 2 c + 1, n_filters), float64
        Inner products of a filter with all filters up to r rows and c columns of positions away; contiguous.
    nonnegative : bool
        Whether codes must not be negative.
    x : array, (n_rows, n_columns * n_filters), float64
        Codes to start from; overwritten by the optimal ones.
    correlations : array, (n_rows, n_columns * n_filters), float64
        H^T (y - H x), finite; kept up to date.
    tolerance : float
        Largest violation allowed, as a share of the penalty.
    max_solves : int
        Clusters after which to give up.

    Returns
    -------
    n_solves : int
        Clusters that were solved.
    """
    active = _count_active(x, taps.shape[0])
    bound = np.full((x.shape[0], -(-active.shape[1] // taps.shape[2])), np.inf)
    codes, search, room = (x, correlations, active, bound), _make_search(active), _make_room()
    level, n_solves = COARSEST, 0
    while True:
        clean = False
        while not clean and n_solves < max_solves:
            clean = True
            for row in range(bound.shape[0]):
                for block in range(bound.shape[1]):
                    if bound[row, block] > level:
                        clean, left = False, max_solves - n_solves
                        n_solves += _repair(taps, nonnegative, codes, search, room, row, block, level, left)
        if level <= tolerance or n_solves >= max_solves:
            return n_solves
        level = max(FINER * level, tolerance)


@compiled
def _count_active(x: Any, n_filters: int) -> Any:
    active = np.zeros((x.shape[0], x.shape[1] // n_filters), np.int64)
    for row in range(x.shape[0]):
        for i in range(x.shape[1]):
            if x[row, i] != 0.0:
                active[row, i // n_filters] += 1
    return active


@compiled
def support_of(x: Any) -> Any:
    """The entries of a code, (n_atoms,), that are not zero: array, int64, in order."""
    n = 0
    for i in range(x.shape[0]):
        n += x[i] != 0.0
    places, n = np.empty(n, np.int64), 0
    for i in range(x.shape[0]):
        if x[i] != 0.0:
            places[n] = i
            n += 1
    return places


@compiled
def _make_search(active: Any) -> tuple:
    return np.empty((MOST, 3), np.int64), np.zeros(active.shape, np.bool_)


@compiled
def _make_room() -> tuple:
    """Gram matrix, correlation, penalties, x, active, signs, inside, target, factor."""
    gram, factor = np.empty(MOST * MOST), np.empty((MOST + 1) * (MOST + 1))
    active, inside = np.arange(MOST), np.empty(MOST, np.bool_)
    return gram, np.empty(MOST), np.ones(MOST), np.empty(MOST), active, np.empty(MOST), inside, np.empty(MOST), factor


@compiled
def _repair(
    taps: Any,
    nonnegative: bool,
    codes: tuple,
    search: tuple,
    room: tuple,
    row: int,
    block: int,
    level: float,
    max_solves: int,
) -> int:
    """Solve clusters around the worst violators of a block until none is above the level; their number."""
    x, correlations, active, bound = codes
    n_filters = taps.shape[0]
    width = taps.shape[2] * n_filters
    first, stop = block * width, min((block + 1) * width, x.shape[1])
    for n_solves in range(max_solves):
        worst = _largest_violation(x, correlations, nonnegative, row, first, stop)
        bound[row, block] = worst
        if worst <= level:
            return n_solves
        i = first
        while i < stop - 1 and _violation(x[row, i], correlations[row, i], nonnegative) < worst:
            i += 1
        n = _gather(taps, x, active, search, row, i // n_filters, i % n_filters)
        _solve(taps, x, correlations, search, room, n)
        if not _take_over(taps, codes, search, room, n):
            bound[row, block] = 0.0  # rounding alone is left
            return n_solves + 1
    return max_solves


@compiled_for_finite
def _largest_violation(x: Any, correlations: Any, nonnegative: bool, row: int, first: int, stop: int) -> float:
    worst = 0.0
    for i in range(first, stop):
        worst = max(worst, _violation(x[row, i], correlations[row, i], nonnegative))
    return worst


@compiled_for_finite
def _violation(x: float, correlation: float, nonnegative: bool) -> float:
    """By how much a code misses its optimality condition."""
    size = correlation if nonnegative else abs(correlation)
    return size - 1.0 if x == 0.0 else abs(correlation - np.copysign(1.0, x))


@compiled
def _gather(taps: Any, x: Any, active: Any, search: tuple, row: int, column: int, k: int) -> int:
    """The places of a violator and of the active codes around it, nearer ones first; the violator itself is last."""
    places, visited = search
    rows, columns = taps.shape[1] // 2, taps.shape[2] // 2
    places[0, 0], places[0, 1], places[0, 2] = row, column, k
    n, done = 1, 0
    while done < n and (done == 0 or n < ENOUGH):
        i, j = places[done, 0], places[done, 1]
        for a in range(max(0, i - rows), min(active.shape[0], i + rows + 1)):
            for b in range(max(0, j - columns), min(active.shape[1], j + columns + 1)):
                if active[a, b] > 0 and not visited[a, b]:
                    n = _append(x, taps.shape[0], search, n, a, b)
        done += 1
    for a in range(n):
        visited[places[a, 0], places[a, 1]] = False
    for d in range(3):
        places[0, d], places[n - 1, d] = places[n - 1, d], places[0, d]
    return n


@compiled
def _append(x: Any, n_filters: int, search: tuple, n: int, row: int, column: int) -> int:
    """Add the active codes of a position, but for the violator, as long as there is room; how many there are now."""
    places, visited = search
    for k in range(n_filters):
        known = places[0, 0] == row and places[0, 1] == column and places[0, 2] == k
        if n < MOST and not known and x[row, column * n_filters + k] != 0.0:
            places[n, 0], places[n, 1], places[n, 2] = row, column, k
            visited[row, column] = True
            n += 1
    return n


@compiled
def _solve(taps: Any, x: Any, correlations: Any, search: tuple, room: tuple, n: int) -> None:
    """Solve the problem of a cluster's codes with all others held, in the room for it."""
    places = search[0]
    gram, correlation, penalties, values, active, signs, inside, target, factor = room
    gram = gram[: n * n].reshape((n, n))
    for a in range(n):
        row, i = places[a, 0], places[a, 1] * taps.shape[0] + places[a, 2]
        values[a], correlation[a], active[a], inside[a] = x[row, i], correlations[row, i], a, True
        signs[a] = np.sign(values[a] if values[a] != 0.0 else correlation[a])
        for b in range(a + 1):
            gram[a, b] = gram[b, a] = _tap(taps, places, a, b)
    for a in range(n):
        for b in range(n):
            correlation[a] += gram[a, b] * values[b]
    factor = factor[: (n + 1) * (n + 1)].reshape((n + 1, n + 1))
    settle(gram, correlation, penalties, values, active, signs, inside, n, 0, target, factor)


@compiled
def _tap(taps: Any, places: Any, a: int, b: int) -> float:
    """Inner product of the filters at two of the places."""
    row = places[b, 0] - places[a, 0] + taps.shape[1] // 2
    column = places[b, 1] - places[a, 1] + taps.shape[2] // 2
    if 0 <= row < taps.shape[1] and 0 <= column < taps.shape[2]:
        return taps[places[a, 2], row, column, places[b, 2]]
    return 0.0


@compiled
def _take_over(taps: Any, codes: tuple, search: tuple, room: tuple, n: int) -> bool:
    """Put the codes of a cluster in their places; whether any has changed."""
    places, values = search[0], room[3]
    x, _, active, _ = codes
    moved = False
    for a in range(n):
        row, column, k = places[a, 0], places[a, 1], places[a, 2]
        i = column * taps.shape[0] + k
        before, after = x[row, i], values[a]
        if after != before:
            moved = True
            active[row, column] += (after != 0.0) - (before != 0.0)
            x[row, i] = after
            _update(taps, codes, row, column, k, after - before)
    return moved


@compiled
def _update(taps: Any, codes: tuple, row: int, column: int, k: int, change: float) -> None:
    """Bring the correlations within reach of a changed code up to date, and forget the bounds on their violations."""
    _, correlations, active, bound = codes
    n_filters, width, rows, columns = taps.shape[0], taps.shape[2], taps.shape[1] // 2, taps.shape[2] // 2
    first, stop = max(0, column - columns), min(active.shape[1], column + columns + 1)
    shift = (columns - column) * n_filters
    for i in range(max(0, row - rows), min(active.shape[0], row + rows + 1)):
        reached = taps[k, i - row + rows].reshape(-1)
        for j in range(first * n_filters, stop * n_filters):
            correlations[i, j] -= change * reached[j + shift]
        for block in range(first // width, (stop - 1) // width + 1):
            bound[i, block] = np.inf
