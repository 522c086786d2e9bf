"""The common form of tables of one quantity: depths down, methods across, the paper's numbers below ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lsalsa.study.jobs.skipped import SKIPPED, is_skipped, skipped
from lsalsa.study.pages.table import DASH, Column, Grid, Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import Quantity, column_of
from lsalsa.study.summaries.repetitions import OK, Row, by_cell, require, status, summary

DEPTH_LINE = "T is the depth: iterations of ISTA, FISTA and SALSA, layers of a learned method."
SAME_COST = "Each costs the same matrix product."
ONE_PRODUCT = ("ista", "fista", "salsa", "lista", "lsalsa", "lfista", "adaptive_ista")
"""Algorithms with one product by an (n_atoms, n_atoms) matrix per iteration or layer; a gated unit needs several."""

Marks = Mapping[tuple[str, int], int]


def by_depth(
    quantity: Quantity,
    data: Mapping[str, Any],
    shown: Shown,
    notes: Sequence[str] = (),
    sentences: Sequence[str] = (),
) -> Table:
    """Make a table of one quantity.

    Parameters
    ----------
    quantity : Quantity
    data : mapping
        ``evaluation``, rows of all methods together, and optionally ``published``, the paper's rows.
    shown : Shown
        Methods and depths in the order of columns and rows; the component, None for the whole code.
    notes : sequence of str
        Sentences that follow the words of the quantity.
    sentences : sequence of str
        What the numbers say: below the grid, after the legend.

    Returns
    -------
    table : Table
    """
    rows = rows_by_depth(quantity, data["evaluation"], shown, data.get("published", ()))
    marks = marks_of(rows)
    grids = [marked_grid(rows, shown, quantity, marks)]
    if any(row[f"paper_{quantity.name}"] is not None for row in rows):
        paper = Column(f"paper_{quantity.name}", "", quantity.form)
        grids.append(_grid(rows, shown, lambda row, _: paper.text(row), quantity, "The paper's numbers:"))
    whose = f" of the component {shown.component}" if shown.component else ""
    notes = [first_note(quantity, whose), *notes]
    return Table(shown.heading, rows, grids, notes, [*legend(rows, quantity, marks, shown), *sentences])


def first_note(quantity: Quantity, whose: str = "") -> str:
    """Write what is shown, and what is better."""
    better = f"; {quantity.better} is better" if quantity.better else ""
    return f"{quantity.words[0].upper()}{quantity.words[1:]}{whose}{better}."


def rows_by_depth(
    quantity: Quantity, evaluations: Sequence[Row], shown: Shown, published: Sequence[Row] = ()
) -> list[dict[str, Any]]:
    """Return one row per depth and method; a cell that was not run is a row with its status.

    Parameters
    ----------
    quantity : Quantity
    evaluations : sequence of rows
        Of ``evaluation/{task}/{method}.parquet``.
    shown : Shown
    published : sequence of rows
        The paper's: ``depth``, ``method`` and the quantity.

    Returns
    -------
    rows : list of dict
        depth, method, the quantity and its ``_std``, n_repetitions, the paper's number as ``paper_<quantity>``, status.
        The standard deviation is that of a sample; None for one run. ``status`` is "ok", or names each failure with its
        repetitions. A cell that was not run is "skipped", for a learned method with the training time that it would
        take.

    Raises
    ------
    DataError
        A finished row has no value of the quantity.
    """
    cells = by_cell(evaluations, shown.component)
    trained = {
        method: [row for (_, m), runs in cells.items() if m == method for row in runs] for method in shown.methods
    }
    paper = {(row["depth"], row["method"]): row[quantity.name] for row in published}
    return [
        {
            "depth": depth,
            "method": method,
            **summary(require(cells.get((depth, method), []), quantity.column), quantity.column, quantity.name),
            f"paper_{quantity.name}": paper.get((depth, method)),
            "status": status(cells.get((depth, method), [])) or skipped(trained[method], depth),
        }
        for depth in shown.depths
        for method in shown.methods
    ]


def cells_where(
    test: Callable[[float, Row], bool], quantity: Quantity, evaluations: Sequence[Row], shown: Shown
) -> str:
    """List the cells whose mean passes a test, for a sentence: "FISTA at T = 1, 5; LISTA at T = 1"; "" for none.

    Parameters
    ----------
    test : callable
        Mean of the cell, and the first of its rows, which has what all rows of a task share.
    quantity : Quantity
    evaluations : sequence of rows
    shown : Shown
    """
    cells, where = by_cell(evaluations, shown.component), []
    for method in shown.labels:
        runs = {depth: cells.get((depth, method), []) for depth in shown.depths}
        means = {depth: summary(rows, quantity.column, quantity.name)[quantity.name] for depth, rows in runs.items()}
        where += [(method, at) for at, mean in means.items() if mean is not None and test(mean, runs[at][0])]
    return _listed(where, shown)


def _listed(cells: Iterable[tuple[str, int]], shown: Shown) -> str:
    """List cells by method."""
    cells = list(cells)
    depths = {method: [str(depth) for one, depth in cells if one == method] for method in shown.labels}
    return "; ".join(f"{shown.labels[method]} at T = {', '.join(those)}" for method, those in depths.items() if those)


def level_of(evaluations: Sequence[Row], component: str | None, column: str) -> Any:
    """Return what all rows of a component share, such as the value of the optimal codes; None if no row has it."""
    rows = (row for row in evaluations if row["component"] == (component or "all"))
    return next((row[column] for row in rows if row.get(column) is not None), None)


def marked_grid(rows: Sequence[Row], shown: Shown, quantity: Quantity, marks: Marks, caption: str = "") -> Grid:
    """Print the rows of one quantity, the best of each depth in bold, with the numbers of the remarks."""
    return _grid(rows, shown, lambda row, best: _cell(row, quantity, best, marks), quantity, caption)


def _grid(rows: Sequence[Row], shown: Shown, cell: Any, quantity: Quantity, caption: str = "") -> Grid:
    lines = [[str(depth), *(cell(row, best) for row in cells)] for depth, cells, best in _lines(rows, quantity)]
    return Grid(["T", *shown.labels.values()], lines, 0, caption)


def _lines(rows: Sequence[Row], quantity: Quantity) -> Iterator[tuple[int, list[Row], float | None]]:
    """Yield each depth, its rows in the order of the methods, and the best value among them (None without one)."""
    for depth in dict.fromkeys(row["depth"] for row in rows):
        cells = [row for row in rows if row["depth"] == depth]
        yield depth, cells, quantity.best(row[quantity.name] for row in cells)


def _cell(row: Row, quantity: Quantity, best: float | None, marks: Marks) -> str:
    """Write mean and spread, the best in bold, and the number of the remark on the cell."""
    text = column_of(quantity).text(row)
    text = f"**{text}**" if best is not None and row[quantity.name] == best else text
    mark = marks.get(_cell_of(row))
    return f"{text} [{mark}]" if mark else text


def marks_of(rows: Sequence[Row]) -> Marks:
    """Number the remarks: one for each cell whose runs failed."""
    cells = [_cell_of(row) for row in rows if row["status"] != OK and not is_skipped(row["status"])]
    return {cell: number for number, cell in enumerate(cells, start=1)}


def legend(rows: Sequence[Row], quantity: Quantity, marks: Marks, shown: Shown) -> Iterator[str]:
    """Yield the sentences that explain depths, spreads, gaps and remarks."""
    equal = all(algorithm in ONE_PRODUCT for algorithm in shown.algorithms.values())
    yield f"{DEPTH_LINE} {SAME_COST}" if equal else DEPTH_LINE
    if any(row[f"{quantity.name}_std"] is not None for row in rows):
        most = max(row["n_repetitions"] for row in rows)
        yield f"± is one standard deviation over up to {most} repetitions that differ in their seed only."
    if left_out := [row for row in rows if is_skipped(row["status"])]:
        yield f"{DASH} was not run: {_listed(map(_cell_of, left_out), shown)}.{_estimates(left_out)}"
    for row in rows:
        if (mark := marks.get(_cell_of(row))) is not None:
            where = _listed([_cell_of(row)], shown)
            yield f"[{mark}] {where}: {row['status']}; {_mean_over(row['n_repetitions'])}."


def _cell_of(row: Row) -> tuple[str, int]:
    return row["method"], row["depth"]


def _estimates(rows: Sequence[Row]) -> str:
    known = any(row["status"] != SKIPPED for row in rows)
    return " The CSV file says how long each training would take." if known else ""


def _mean_over(count: int) -> str:
    return f"mean over {count} repetition{'s' * (count > 1)}" if count else "no mean"
