"""A table held against the paper's, cell by cell: who is best, where the numbers part, and what variants do."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from lsalsa.study.tables.rows import Row
from lsalsa.study.tables.text import kind_of, method_label

LARGE = 20.0
"""Percentage points from which a difference is listed."""
NEAR = 0.5
"""A variant explains a difference when it leaves less than this share of it."""


def agreement(rows: Sequence[Row]) -> str:
    """Sentences on how far a table of errors agrees with the paper's.

    Parameters
    ----------
    rows : sequence of rows
        A table of classification errors as `make_table` or `read_csv` gives it, with the paper's numbers.

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
    return "\n".join([text, "", *_listed(_far(rows))]).strip()


def experiments(rows: Sequence[Row], variants: Sequence[Row]) -> str:
    """For each cell far from the paper's, whether another read-out or optimiser of its method comes nearer to it.

    Parameters
    ----------
    rows : sequence of rows
        As for `agreement`.
    variants : sequence of rows
        The same table for variants: methods called ``<method>_<variant>``.

    Returns
    -------
    text : str
        A Markdown list, the farthest cell first; empty where no cell is far.
    """
    lines = []
    for row, ours, paper in _far(rows):
        tried = [v for v in variants if v["method"].partition("_")[0] == row["method"] and v["depth"] == row["depth"]]
        lines.append(f"- {method_label(row['method'])}, T = {row['depth']}: {_tried(tried, ours, paper)}.")
    return "\n".join(lines)


def _tried(variants: Sequence[Row], ours: float, paper: float) -> str:
    """What the variants of a method gave in a cell, and whether the best of them explains the difference."""
    head = f"{paper:.1f} in the paper, {ours:.1f} here"
    done = [(row["method"], row[kind_of([row]).written]) for row in variants]
    done = [(method, error) for method, error in done if error is not None]
    if not done:
        return f"{head}; no variant of it was run"
    listed = ", ".join(f"{error:.1f} as {method_label(method)}" for method, error in done)
    method, nearest = min(done, key=lambda pair: abs(pair[1] - paper))
    if abs(nearest - paper) < NEAR * abs(ours - paper):
        return f"{head}; {listed}: {method_label(method)} takes away more than half of the difference"
    return f"{head}; {listed}: no variant takes away half of the difference"


def _compared(rows: Sequence[Row]) -> list[tuple[Row, float, float]]:
    """Each cell that both tables have, with our error and the paper's."""
    written = kind_of(rows).written
    pairs = [(row, row[written], row[f"paper_{written}"]) for row in rows]
    return [(row, ours, paper) for row, ours, paper in pairs if ours is not None and paper is not None]


def _far(rows: Sequence[Row]) -> list[tuple[Row, float, float]]:
    """The cells that differ by `LARGE` or more, the farthest first."""
    far = [pair for pair in _compared(rows) if abs(pair[1] - pair[2]) >= LARGE]
    return sorted(far, key=lambda pair: -abs(pair[1] - pair[2]))


def _best(pairs: Sequence[tuple], depth: int, column: int) -> set[str]:
    """The methods with the least error at a depth, in our column or the paper's: several where they tie."""
    values = {pair[0]["method"]: pair[column] for pair in pairs if pair[0]["depth"] == depth}
    return {method for method, value in values.items() if value == min(values.values())}


def _listed(far: Sequence[tuple]) -> list[str]:
    if not far:
        return [f"No cell differs by {LARGE:.0f} points or more."]
    head = [
        f"Cells that differ by {LARGE:.0f} points or more:",
        "",
        "| method | T | paper | ours |",
        "|---|--:|--:|--:|",
    ]
    return head + [f"| {method_label(r['method'])} | {r['depth']} | {p:.2f} | {o:.2f} |" for r, o, p in far]
