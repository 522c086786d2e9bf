"""Each algorithm at its best, beside its printed form: RMSE, and the variant that validation signals chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lsalsa.study.pages.table import DASH, Column, Grid, Row, Table, grid
from lsalsa.study.shown import Shown
from lsalsa.study.summaries import best
from lsalsa.study.summaries.quantities import RMSE, column_of
from lsalsa.study.tables._by_depth import first_note, legend, marked_grid, marks_of, rows_by_depth

needs = ("evaluation",)
subject = "task"
caption = (
    "Distance to the optimal codes of each algorithm at its best. At every T the variant (read-out, optimiser, loss,"
    " form of its layers) is taken that came nearest to the optimal codes on validation signals; the printed method"
    " stands beside it."
)

NOTE = (
    "An algorithm at its best is, at each T, its variant with the lowest RMSE on the validation signals; test signals"
    " have no part in the choice. An algorithm without variants in this study stands for itself."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row per depth and algorithm; in print all at their best, then each beside its printed form."""
    evaluation = data["evaluation"]
    variants = best.chosen(evaluation, shown.families)
    printed = best.printed(shown.families)
    methods = [method for method in printed.values() if method in shown.labels]
    shown_best = replace(shown, labels={method: shown.labels[method] for method in methods})
    found = rows_by_depth(RMSE, best.at_best(evaluation, variants, shown.families), shown_best)
    own = rows_by_depth(RMSE, evaluation, shown_best)
    rows = [_row(row, first, shown, variants) for row, first in zip(found, own, strict=True)]
    marks = marks_of(rows)
    grids = [marked_grid(rows, shown_best, RMSE, marks, "")]
    grids += [_beside([row for row in rows if row["method"] == m], shown) for m in methods if _varies(m, shown)]
    said = [*legend(rows, RMSE, marks, shown_best), *_gains(rows, shown_best)]
    return Table(shown.heading, rows, grids, [first_note(RMSE), NOTE], said)


def _row(row: Row, own: Row, shown: Shown, variants: best.Chosen) -> dict[str, Any]:
    family = shown.families[row["method"]]
    variant = variants.get((shown.task, family, row["depth"]))
    printed = {f"printed_{name}": own[name] for name in ("rmse", "rmse_std", "status")}
    return {"family": family, **row, "variant": variant, **printed}


def _varies(method: str, shown: Shown) -> bool:
    return list(shown.families.values()).count(shown.families[method]) > 1


def _beside(rows: Sequence[Row], shown: Shown) -> Grid:
    """Print one algorithm: T, as printed, at best, the variant."""
    columns = [
        Column("depth", "T"),
        replace(column_of(RMSE), key="printed_rmse", heading="as printed"),
        replace(column_of(RMSE), heading="at best"),
        Column("variant", "variant", lambda name: shown.labels.get(name, DASH)),
    ]
    return grid(columns, rows, n_words=0, caption=f"{shown.labels[rows[0]['method']]}:")


def _gains(rows: Sequence[Row], shown: Shown) -> Iterator[str]:
    """Say where a variant changes the result, and who comes nearest at each T."""
    for method, label in shown.labels.items():
        pairs = [row for row in rows if row["method"] == method and row["variant"] not in (None, method)]
        both = [row for row in pairs if row["rmse"] and row["printed_rmse"]]
        if both:
            most = min(both, key=lambda row: row["rmse"] / row["printed_rmse"])
            share = f"{100 * most['rmse'] / most['printed_rmse']:.0f} %"
            where = ", ".join(str(row["depth"]) for row in pairs)
            yield (
                f"A variant of {label} was chosen at T = {where}; at T = {most['depth']} its RMSE is {share} of that of"
                " the printed form."
            )
    for words, key in (("As printed", "printed_rmse"), ("At best", "rmse")):
        yield f"{words} the nearest is {_nearest(rows, key, shown)}."


def _nearest(rows: Sequence[Row], key: str, shown: Shown) -> str:
    winners: dict[str, list[str]] = {}
    for depth in dict.fromkeys(row["depth"] for row in rows):
        cells = [row for row in rows if row["depth"] == depth and row[key] is not None]
        if cells:
            winners.setdefault(min(cells, key=lambda row: row[key])["method"], []).append(str(depth))
    return "; ".join(f"{shown.labels[m]} (T = {', '.join(depths)})" for m, depths in winners.items()) or "nobody"
