"""Missed and false spikes and the error of the templates, for every method; cell by cell in the CSV file.

Where spikes are not known: how many each template finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Column, Table, grid
from lsalsa.study.shown import Shown
from papers.crsae.spikes.labels import method_label
from papers.crsae.spikes.summary import findings, rows_by_method

needs = ("crsae.spikes",)
subject = "study"
caption = "Spikes of known cells that are missed and found where there are none, with templates of several methods."

COLUMNS = (
    Column("recording", "recording"),
    Column("method", "templates", method_label),
    Column("n_channels", "channels", "d"),
    Column("missed_percent", "missed %", ".1f", spread=True),
    Column("false_percent", "false %", ".1f", spread=True),
    Column("template_error", "template error", ".3f", spread=True),
    Column("template_error_whole", "whole samples", ".3f"),
    Column("n_lost", "lost cells", "d"),
    Column("n_cells", "of", "d"),
    Column("status", "status"),
)
OWN_COLUMNS = (
    *COLUMNS[:2],
    Column("unit", "template"),
    COLUMNS[2],
    Column("n_found", "spikes", "d"),
    Column("per_second", "per second", ".2f"),
    Column("amplitude", "amplitude", ".1f"),
    Column("status", "status"),
)
OF_CELLS = (
    "repetition",
    "seed",
    "template",
    "penalty",
    "threshold",
    "n_true",
    "n_found",
    "n_missed",
    "n_false",
    "per_second",
    "amplitude",
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Print means over cells and seeds; the CSV file has a row for each cell and seed as well."""
    runs = data["crsae.spikes"]
    means = rows_by_method(runs)
    columns = list(dict.fromkeys([*(key for row in means for key in row), *OF_CELLS]))
    rows = [{key: row.get(key) for key in columns} for row in (*means, *runs)]
    grids = [grid(COLUMNS, means, n_words=2)] if means else []
    own = [run for run in runs if run["n_true"] is None and run["repetition"] == 0]
    if own:
        grids.append(grid(OWN_COLUMNS, own, n_words=3, caption="No spikes known, first repetition:"))
    return Table(shown.heading, rows, grids, _notes(runs, shown, bool(means), bool(own)), findings(means))


def _notes(runs: list[Mapping[str, Any]], shown: Shown, some_known: bool, some_unknown: bool) -> list[str]:
    details = shown.details
    origins = dict.fromkeys(f"{run['recording']}: {run['origin']}" for run in runs)
    gap = max(run["relative_gap"] for run in runs)
    return [
        f"Recordings: {'; '.join(origins)}.",
        "Templates and thresholds are chosen on the first part of a recording, and spikes are counted on the rest.",
        *(_of_known(details["spikes_tolerance_ms"]) if some_known else ()),
        *([_OF_UNKNOWN] if some_unknown else ()),
        f"Codes of the whole recording are optimal at the penalty {details['spikes_penalty']:g} times the noise: the"
        f" relative duality gap is at most {gap:.0e}." + (" Means are over cells, ± over seeds." if some_known else ""),
    ]


_OF_UNKNOWN = (
    "Where no spikes are known, nobody can say which are missed or false: the table has the spikes of each template in"
    " the rest, and the median of their amplitudes in standard deviations of the noise, which the penalty makes"
    " smaller by itself. Templates of different methods and seeds need not be those of the same cell."
)


def _of_known(tolerance: float) -> list[str]:
    return [
        f"A true spike is missed if no estimate is within {tolerance:g} ms; an estimate is false if no true spike is."
        " Percentages are of the true spikes and of the estimates. Each cell's template and threshold on the amplitude"
        " are those with the fewest errors on the first half.",
        "The template error is the square root of 1 - rho^2, with the correlation rho to the true template at the best"
        " shift, in eighths of a sample or in whole ones: 0 is perfect. A shift by half a sample, which costs no spike,"
        " is an error with whole samples. A cell is lost if more than half of its spikes are missed.",
    ]
