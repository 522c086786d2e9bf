"""The common form of tables about separated sources: one grid for each component, depths down, methods across."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import LEVELS, RMSE, SOURCE_PSNR, Quantity
from lsalsa.study.summaries.repetitions import Measured, Row, by_cell, measured
from lsalsa.study.tables._by_depth import (
    cells_where,
    first_note,
    legend,
    level_of,
    marked_grid,
    marks_of,
    rows_by_depth,
)

VISIBLE_DB = 0.5
"""Sources that differ by less are called equal."""


def by_source(quantity: Quantity, data: Mapping[str, Any], shown: Shown, notes: Sequence[str]) -> Table:
    """Make a table of one quantity of the separated sources.

    Parameters
    ----------
    quantity : Quantity
    data : mapping
        ``evaluation``, rows of all methods together.
    shown : Shown
        The component; None for all of the task, one after the other.
    notes : sequence of str
        Sentences that follow the words of the quantity.

    Returns
    -------
    table : Table
        Its rows are those of a table by depth with the component in front.
    """
    evaluation, grids, rows = data["evaluation"], [], []
    components = components_of(shown)
    for name, one in components.items():
        own = rows_by_depth(quantity, evaluation, one)
        marks, caption = marks_of(own), f"{shown.components[name]}:" if len(components) > 1 else ""
        grids.append(marked_grid(own, one, quantity, marks, caption))
        rows += [{"component": name, **row} for row in own]
    levels = [sentence for one in components.values() for sentence in _levels(quantity, evaluation, one)]
    said = list(dict.fromkeys(legend(own, quantity, marks, shown)))
    return Table(
        shown.heading,
        rows,
        grids,
        [first_note(quantity), *notes, *levels],
        [*said, *disagreements(evaluation, shown)],
    )


def components_of(shown: Shown) -> dict[str, Shown]:
    """Return the shown component, or all of the task, each with what the table shows of it."""
    names = [shown.component] if shown.component else list(shown.components)
    return {name: replace(shown, component=name) for name in names}


def _levels(quantity: Quantity, evaluation: Sequence[Row], shown: Shown) -> Iterator[str]:
    """Say what the optimal code and plain answers reach, and name the cells that a constant grey would beat."""
    known = {name: level_of(evaluation, shown.component, f"{quantity.column}_of_{name}") for name in LEVELS}
    values = [f"{LEVELS[name]} {quantity.text(value)}" for name, value in known.items() if value is not None]
    title = shown.components[str(shown.component)]
    if values:
        yield f"{title}: {', '.join(values)}."
    grey = known["grey"]
    where = "" if grey is None else cells_where(lambda mean, _: mean < grey, quantity, evaluation, shown)
    if where:
        yield f"{title}, worse than one constant grey: {where}."


def disagreements(evaluation: Sequence[Row], shown: Shown) -> list[str]:
    """Name the depths at which the method with the nearest codes does not have the best source.

    Differences within the spread of the seeds, or sources that differ by less than `VISIBLE_DB`, are none.

    Parameters
    ----------
    evaluation : sequence of rows
        Without columns about sources there is nothing to say.
    shown : Shown
        The component whose codes and source are compared; None for the whole code and each source.

    Returns
    -------
    sentences : list of str
        At most one for each source.
    """
    if not any(SOURCE_PSNR.column in row for row in evaluation):
        return []
    nearness, found = _means(evaluation, RMSE, shown), []
    for name, one in components_of(shown).items():
        quality = _means(evaluation, SOURCE_PSNR, one)
        depths = [words for depth in shown.depths if (words := _differ(nearness, quality, shown, depth))]
        if depths:
            found.append(
                f"The nearest code is not the best source, {shown.components[name]} (RMSE of the code, PSNR of the"
                f" source): {'; '.join(depths)}."
            )
    return found


def _means(evaluation: Sequence[Row], quantity: Quantity, shown: Shown) -> dict[tuple[int, str], Measured]:
    cells = by_cell(evaluation, shown.component)
    means = {cell: measured(runs, quantity.column) for cell, runs in cells.items() if cell[1] in shown.labels}
    return {cell: mean for cell, mean in means.items() if mean is not None}


def _differ(nearness: Mapping, quality: Mapping, shown: Shown, depth: int) -> str:
    """Say who is nearest and who has the best source at a depth, if these are clearly not the same."""
    methods = [m for m in shown.labels if (depth, m) in nearness and (depth, m) in quality]
    if not methods:
        return ""
    near = min(methods, key=lambda m: nearness[depth, m].mean)
    best = max(methods, key=lambda m: quality[depth, m].mean)
    (near_code, near_source), (best_code, best_source) = ((nearness[depth, m], quality[depth, m]) for m in (near, best))
    clear = near_code.against(best_code) == "below" and near_source.against(best_source) == "below"
    if not clear or best_source.mean - near_source.mean < VISIBLE_DB:
        return ""
    pairs = [
        f"{shown.labels[m]} ({RMSE.text(code.mean)}, {SOURCE_PSNR.text(source.mean)})"
        for m, code, source in ((near, near_code, near_source), (best, best_code, best_source))
    ]
    return f"at T = {depth} {pairs[0]} against {pairs[1]}"
