"""A table held against the paper's, cell by cell: who is best at each depth, and where the numbers part."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from lsalsa.study.tables.rows import Row
from lsalsa.study.tables.text import kind_of, method_label

LARGE = 20.0
"""Percentage points from which a difference is listed."""


def agreement(rows: Sequence[Row]) -> str:
    """Sentences on how far a table of errors agrees with the paper's.

    Parameters
    ----------
    rows : sequence of rows
        A table of classification errors as `make_table` or `read_table` gives it, with the paper's numbers.

    Returns
    -------
    text : str
        Markdown: at how many depths the same method is best, the typical difference, and a list of the cells that
        differ by `LARGE` points or more.
    """
    pairs = [(row, ours, paper) for row, ours, paper in _compared(rows) if ours is not None and paper is not None]
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
    return "\n".join([text, "", *_listed(pairs)]).strip()


def _compared(rows: Sequence[Row]) -> list[tuple[Row, float | None, float | None]]:
    written = kind_of(rows).written
    return [(row, row[written], row[f"paper_{written}"]) for row in rows]


def _best(pairs: Sequence[tuple], depth: int, column: int) -> set[str]:
    """The methods with the least error at a depth, in our column or the paper's: several where they tie."""
    values = {pair[0]["method"]: pair[column] for pair in pairs if pair[0]["depth"] == depth}
    return {method for method, value in values.items() if value == min(values.values())}


def _listed(pairs: Sequence[tuple]) -> list[str]:
    far = sorted((pair for pair in pairs if abs(pair[1] - pair[2]) >= LARGE), key=lambda pair: -abs(pair[1] - pair[2]))
    if not far:
        return [f"No cell differs by {LARGE:.0f} points or more."]
    head = [
        f"Cells that differ by {LARGE:.0f} points or more:",
        "",
        "| method | T | paper | ours |",
        "|---|--:|--:|--:|",
    ]
    return head + [f"| {method_label(r['method'])} | {r['depth']} | {p:.2f} | {o:.2f} |" for r, o, p in far]
