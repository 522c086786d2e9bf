"""The settings that the search chose: a row for each method and depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lsalsa.study.methods.coders import TRAINING_SETTINGS
from lsalsa.study.pages.table import DASH, Grid, Row, Table
from lsalsa.study.scoring.runs import NOT_SETTINGS, PENALTIES
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import FINISHED

needs = ("searches",)
subject = "task"
caption = (
    "The hyper-parameters of each method at each depth, chosen on the validation signals among the candidates that were"
    " tried. Training and evaluation used these."
)

WORDS = {
    "penalty_second": "second penalty",
    "learning_rate": "rate",
    "batch_size": "batch",
    "read_out": "read-out",
}
NOTES = (
    "RMSE and objective are those of the validation signals, of a learned method after the few epochs of the search."
    " The objective is under the task's own penalties, whatever the method's. Tried: candidates that were compared.",
    "Beyond: a value outside the grid, where the search went because its best lay at the edge. Last: no value behind it"
    " was tried, so that a better one may follow.",
)
OWN = "own"
"""The penalty null: the task's own."""


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row per method and depth; in print only settings of which some method tried several values."""
    rows = chosen_rows(data["searches"], shown)
    tried = [name for name in _settings(data["searches"]) if _varies(data["searches"], name)]
    several = len({row["chosen_by"] for row in rows}) > 1
    head = ["method", "T", *(WORDS.get(name, name.replace("_", " ")) for name in tried), "tried", "RMSE", "objective"]
    head += [*["chosen by"] * several, "place in grid"]
    lines = [_line(row, tried, several, shown) for row in rows]
    return Table(shown.heading, rows, [Grid(head, lines)], NOTES, list(_sentences(rows, shown)))


def chosen_rows(searches: Sequence[Row], shown: Shown) -> list[dict[str, Any]]:
    """Return the chosen candidate of each method and depth.

    Parameters
    ----------
    searches : sequence of rows
        Of ``search/{task}/{method}``, all methods together.
    shown : Shown

    Returns
    -------
    rows : list of dict
        method, depth, every setting that some method has (empty where a method has it not, "own" for the task's own
        penalty), epochs (of the search; empty for a solver), n_candidates, beyond_grid and at_edge (settings, joined by
        commas), chosen_by, validation_rmse, validation_objective, status.
    """
    names, found = _settings(searches), []
    for method in shown.methods:
        for depth in shown.depths:
            cell = [row for row in searches if (row["method"], row["depth"]) == (method, depth)]
            found += [_chosen(row, names, len(cell)) for row in cell if row["chosen"]]
    return found


def _chosen(row: Row, names: Sequence[str], n_candidates: int) -> dict[str, Any]:
    settings = {name: OWN if name in row and row[name] is None else row.get(name) for name in names}
    return {
        "method": row["method"],
        "depth": row["depth"],
        **settings,
        "epochs": row.get("epochs"),
        "n_candidates": n_candidates,
        **{name: row[name] for name in ("beyond_grid", "at_edge", "chosen_by")},
        "validation_rmse": row["rmse"],
        "validation_objective": row["objective"],
        "status": row["status"],
    }


def _settings(searches: Sequence[Row]) -> list[str]:
    """Settings of any method: penalties first, what belongs to the training last, the rest as in the searches."""
    names = dict.fromkeys(name for row in searches for name in row if name not in NOT_SETTINGS)
    first, last = ([name for name in known if name in names] for known in (PENALTIES, TRAINING_SETTINGS))
    return [*first, *(name for name in names if name not in (*first, *last)), *last]


def _varies(searches: Sequence[Row], name: str) -> bool:
    """Whether one method at one depth tried several values of a setting."""
    values: dict[tuple[str, int], set[Any]] = {}
    for row in searches:
        if name in row:
            values.setdefault((row["method"], row["depth"]), set()).add(row[name])
    return any(len(of_cell) > 1 for of_cell in values.values())


def _line(row: Row, tried: Sequence[str], several: bool, shown: Shown) -> list[str]:
    settings = [_text(row[name]) for name in tried]
    scores = [_text(row[name], ".4g") for name in ("validation_rmse", "validation_objective")]
    criterion = [row["chosen_by"]] * several
    return [
        *(shown.labels[row["method"]], str(row["depth"]), *settings),
        *(str(row["n_candidates"]), *scores, *criterion, _place(row)),
    ]


def _text(value: Any, form: str = "g") -> str:
    if value is None:
        return DASH
    return format(value, form) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _place(row: Row) -> str:
    if row["status"] not in FINISHED:
        return row["status"]
    beyond, last = (row[key].split(", ") if row[key] else [] for key in ("beyond_grid", "at_edge"))
    words = {name: ["beyond"] * (name in beyond) + ["last"] * (name in last) for name in (*beyond, *last)}
    short = {name: WORDS.get(name, name.removesuffix("_factor").replace("_", " ")) for name in words}
    named = (f"{short[name]}: {', '.join(what)}" for name, what in words.items())
    return "; ".join(named) or "inside"


def _sentences(rows: Sequence[Row], shown: Shown) -> Iterator[str]:
    good = [row for row in rows if row["status"] in FINISHED]
    beyond, ends = (sum(bool(row[key]) for row in good) for key in ("beyond_grid", "at_edge"))
    yield (
        f"Of {len(good)} choices {beyond} lie beyond their grid, and {ends} have a value behind which none was tried;"
        f" {sum(row['n_candidates'] for row in rows)} candidates were compared in all."
    )
    for row in rows:
        if row["status"] not in FINISHED:
            where = f"{shown.labels[row['method']]} at T = {row['depth']}"
            yield f"{where}: no candidate succeeded ({row['status']}); the first of the grid stands for them."
