"""Methods side by side: one line each with distance, objective, support, time and size, beside certified codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import Column, Grid, Row, Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import OK
from lsalsa.study.summaries.side_by_side import CERTIFIED, CERTIFIED_LABEL, nearest, rows_of

needs = ("evaluation", "timing", "exact", "codes")
subject = "tasks"
caption = (
    "Distance to the optimal codes, objective, support, time and number of learned weights of each method at its"
    " depths, beside a solver that certifies its codes."
)

PRINTED = (
    Column("rmse", "RMSE", ".4f", spread=True),
    Column("objective_excess_percent", "objective above the least, %", ".2f"),
    Column("zero_share", "zeros", ".3f"),
    Column("support_f1", "F1 of the support", ".3f"),
    Column("microseconds", "µs per sample", ".1f"),
    Column("n_learned", "learned numbers", ",d"),
)
NOTES = (
    "RMSE: of the codes against the optimal codes; smaller is better. F1: harmonic mean of precision and recall of the"
    " entries that are not zero; 1 is best. Learned numbers: what training moved, a dash for a solver.",
    "T counts iterations or layers, whose cost differs, so that the time matters beside it. In bold: the least RMSE at"
    " a depth.",
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a grid per task, the methods of a depth one below the other, the certified codes last."""
    rows = rows_of(data, shown)
    grids = [_grid(rows, task, shown) for task in shown.tasks]
    return Table(shown.heading, rows, grids, NOTES, list(_sentences(rows, shown)))


def _grid(rows: Sequence[Row], task: str, shown: Shown) -> Grid:
    of_task = [row for row in rows if row["task"] == task]
    head = ["method", "T", *(column.heading for column in PRINTED)]
    return Grid(head, [_line(row, of_task, shown) for row in of_task], 1, f"{shown.tasks[task]['title']}:")


def _line(row: Row, of_task: Sequence[Row], shown: Shown) -> list[str]:
    texts = [column.text(row) for column in PRINTED]
    rivals = [other["rmse"] for other in of_task if other["depth"] == row["depth"] and other["rmse"] is not None]
    if row["depth"] is not None and row["rmse"] == min(rivals, default=None):
        texts[0] = f"**{texts[0]}**"
    name = CERTIFIED_LABEL if row["method"] == CERTIFIED else shown.labels[row["method"]]
    return [name, "" if row["depth"] is None else str(row["depth"]), *texts]


def _sentences(rows: Sequence[Row], shown: Shown) -> Iterator[str]:
    """Say which learned method is nearest with any number of weights and with few, and how runs failed."""
    few = 2 * max(shown.depths, default=0)
    for task, facts in shown.tasks.items():
        for depth in shown.depths:
            best, small = nearest(rows, task, depth), nearest(rows, task, depth, learned_at_most=few)
            if best:
                yield (
                    f"{facts['title']}, T = {depth}: of the learned methods {_named(best, shown)} comes nearest"
                    + (f"; of those that learn at most {few} numbers {_named(small, shown)}." if small else ".")
                )
    for row in rows:
        if row["status"] != OK:
            where = f"{shown.tasks[row['task']]['title']}, {shown.labels[row['method']]} at T = {row['depth']}"
            yield f"{where}: {row['status']}."


def _named(row: Row, shown: Shown) -> str:
    return f"{shown.labels[row['method']]} (RMSE {row['rmse']:.4f}, {row['n_learned']:,} learned numbers)"
