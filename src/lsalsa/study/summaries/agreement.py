"""Compare a table with the paper's, cell by cell: who is best, where the numbers differ, and what variants change."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from lsalsa.study.pages.render import pipe_table
from lsalsa.study.pages.table import Grid
from lsalsa.study.summaries.findings import Labels
from lsalsa.study.summaries.quantities import quantity_of
from lsalsa.study.summaries.repetitions import Row

LARGE = 20.0
"""Differences of at least this many percentage points are listed."""
NEAR = 0.5
"""A variant explains a difference if it leaves less than this share of it."""


def agreement(rows: Sequence[Row], labels: Labels) -> str:
    """Write sentences on how far a table of errors agrees with the paper's.

    Parameters
    ----------
    rows : sequence of rows
        The CSV file of a table of classification errors, with the paper's numbers.
    labels : mapping
        Method -> its name in print.

    Returns
    -------
    text : str
        Markdown: at how many depths the same method is best, the typical difference, and a list of the cells that
        differ by `LARGE` points or more.
    """
    pairs = _compared(rows)
    if not pairs:
        return "No cell of this table can be compared with the paper's."
    depths = sorted({row["depth"] for row, *_ in pairs})
    same = [depth for depth in depths if _best(pairs, depth, 1) & _best(pairs, depth, 2)]
    typical = statistics.median(abs(ours - paper) for _, ours, paper in pairs)
    lean = statistics.fmean(ours - paper for _, ours, paper in pairs)
    count = f"{len(pairs)} cell{'s' * (len(pairs) > 1)}"
    text = (
        f"{count} can be compared. At {len(same)} of {len(depths)} depths the method that is best in the paper"
        f" is best here. Half of the cells differ by less than {typical:.1f} points; ours are"
        f" {abs(lean):.1f} points {'higher' if lean > 0 else 'lower'} on average."
    )
    return f"{text}\n\n{_listed(_far(rows), labels)}"


def experiments(rows: Sequence[Row], variants: Sequence[Row], labels: Labels, algorithms: Mapping[str, str]) -> str:
    """For each cell far from the paper's, say whether a variant of its method (read-out, optimiser) comes nearer.

    Parameters
    ----------
    rows : sequence of rows
        As for `agreement`.
    variants : sequence of rows
        The same table for other methods with the same algorithms.
    labels, algorithms : mapping
        Method -> its name in print; method -> its solver or encoder.

    Returns
    -------
    text : str
        A Markdown list, the farthest cell first; empty if no cell is far.
    """
    lines = []
    for row, ours, paper in _far(rows):
        same = algorithms[row["method"]]
        tried = [v for v in variants if algorithms[v["method"]] == same and v["depth"] == row["depth"]]
        lines.append(f"- {labels[row['method']]}, T = {row['depth']}: {_tried(tried, ours, paper, labels)}.")
    return "\n".join(lines)


def _tried(variants: Sequence[Row], ours: float, paper: float, labels: Labels) -> str:
    """List the results of a method's variants in a cell, and say whether the best of them explains the difference."""
    head = f"{paper:.1f} in the paper, {ours:.1f} here"
    done = [(row["method"], row[quantity_of([row]).name]) for row in variants]
    done = [(method, error) for method, error in done if error is not None]
    if not done:
        return f"{head}; no variant of it was run"
    listed = ", ".join(f"{error:.1f} as {labels[method]}" for method, error in done)
    method, nearest = min(done, key=lambda pair: abs(pair[1] - paper))
    if abs(nearest - paper) < NEAR * abs(ours - paper):
        return f"{head}; {listed}: {labels[method]} takes away more than half of the difference"
    return f"{head}; {listed}: no variant takes away half of the difference"


def _compared(rows: Sequence[Row]) -> list[tuple[Row, float, float]]:
    """Return each cell that both tables have, with our error and the paper's."""
    written = quantity_of(rows).name
    pairs = [(row, row[written], row[f"paper_{written}"]) for row in rows]
    return [(row, ours, paper) for row, ours, paper in pairs if ours is not None and paper is not None]


def _far(rows: Sequence[Row]) -> list[tuple[Row, float, float]]:
    """Return the cells that differ by `LARGE` or more, the farthest first."""
    far = [pair for pair in _compared(rows) if abs(pair[1] - pair[2]) >= LARGE]
    return sorted(far, key=lambda pair: -abs(pair[1] - pair[2]))


def _best(pairs: Sequence[tuple], depth: int, column: int) -> set[str]:
    """Return the methods with the least error at a depth, in our column or the paper's; several in a tie."""
    values = {pair[0]["method"]: pair[column] for pair in pairs if pair[0]["depth"] == depth}
    return {method for method, value in values.items() if value == min(values.values())}


def _listed(far: Sequence[tuple], labels: Labels) -> str:
    if not far:
        return f"No cell differs by {LARGE:.0f} points or more."
    lines = [[labels[row["method"]], str(row["depth"]), f"{paper:.2f}", f"{ours:.2f}"] for row, ours, paper in far]
    grid = pipe_table(Grid(["method", "T", "paper", "ours"], lines))
    return f"Cells that differ by {LARGE:.0f} points or more:\n\n{grid}"
