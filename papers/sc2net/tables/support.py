"""Recovery of the support of a synthetic code: cases and methods down, sizes of the support across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import DASH, Column, Grid, Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import OK, status, summary
from papers.sc2net.findings import recovered
from papers.sc2net.labels import case_label, variant_label

needs = ("sc2net.support",)
subject = "study"
caption = "Share of the true support of synthetic codes that each method finds."

NOTE = (
    "Percentage of the true support found among the k largest entries of the code, k being the true number of"
    " non-zeros. Networks learn the true codes, or without supervision the loss of SC2Net."
)
KEYS = ("case", "variant", "n_nonzero")
RECOVERED = Column("recovered_percent", "recovered", ".1f", spread=True)

Row = Mapping[str, Any]


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row of the CSV file per case, method and size."""
    rows = rows_of(data["sc2net.support"])
    return Table(shown.heading, rows, [_grid(rows)], [NOTE], recovered(rows))


def rows_of(runs: Iterable[Row]) -> list[dict[str, Any]]:
    """Average over the repetitions of each case, method and size of the support."""
    cells: dict[tuple, list[Row]] = {}
    for run in runs:
        cells.setdefault(tuple(run[name] for name in KEYS), []).append(run)
    return [_row(key, found) for key, found in cells.items()]


def _row(key: tuple, runs: Sequence[Row]) -> dict[str, Any]:
    found = summary(runs, "recovered_percent")
    count = found.pop("n_repetitions")
    guess = {"guess_percent": runs[0]["guess_percent"]}
    return {**dict(zip(KEYS, key, strict=True)), **found, **guess, "n_repetitions": count, "status": status(runs)}


def _grid(rows: Sequence[Row]) -> Grid:
    sizes = sorted({row["n_nonzero"] for row in rows})
    cells = {(row["case"], row["variant"], row["n_nonzero"]): RECOVERED.text(row) for row in rows}
    lines = []
    for case, variant in dict.fromkeys((row["case"], row["variant"]) for row in rows):
        statuses = {row["status"] for row in rows if (row["case"], row["variant"]) == (case, variant)}
        ended = ", ".join(sorted(statuses - {OK})) or OK
        numbers = [cells.get((case, variant, size), DASH) for size in sizes]
        lines.append([case_label(case), variant_label(variant), *numbers, ended])
    chance = {row["n_nonzero"]: f"{row['guess_percent']:g}" for row in rows}
    lines.append(["any", "a guess", *(chance[size] for size in sizes), ""])
    return Grid(["case", "method", *(f"{size} non-zero" for size in sizes), "status"], lines, n_words=2)
