"""Seconds from a recording to its spike times: coders and convex solvers on windows, the exact coder on a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from lsalsa.study.pages.table import Column, Grid, Table, grid
from lsalsa.study.shown import Shown
from papers.crsae.speed.findings import against_900, encoder_and_gap, in_order, label, of_streams

needs = ("crsae.window_times", "crsae.stream_times")
subject = "study"
caption = "Seconds from a recording to its spike times, with the duality gap that each method reaches."

NOTES = (
    "Seconds from a window to its spike times: the median over calls that each work on one window, with one thread."
    " What does not depend on the signal is prepared before, except where a name says otherwise. Shapes are known.",
    "The relative duality gap bounds how far the objective is above the optimum; it is measured alike for all, in"
    " float64, and the largest over the windows is shown. The excess is the distance itself. To measure the gap is not"
    " part of the seconds.",
    "A tolerance is the method's own. The encoder runs to a gap or to an excess with as many layers T as that takes.",
)


def _milliseconds(value: float) -> str:
    return f"{1e3 * value:.3g}"


COLUMNS = (
    Column("name", "method"),
    Column("tolerance", "tolerance", "g"),
    Column("seconds", "ms per window", _milliseconds),
    Column("times_exact", "times exact", ",.3g"),
    Column("relative_gap", "relative gap", ".0e"),
    Column("relative_excess", "excess", ".0e"),
    Column("n_iterations", "iterations", "d"),
    Column("n_spikes", "spikes", ".3g"),
    Column("n_windows", "windows", "d"),
    Column("status", "status"),
)
STREAM = (
    Column("rate", "spikes per second", "g"),
    Column("recording_seconds", "recording in s", ",d"),
    Column("coding_seconds", "coded in s", ".3g"),
    Column("drawing_seconds", "drawn in s", ".3g"),
    Column("n_spikes", "spikes", ",d"),
    Column("relative_gap", "relative gap", ".0e"),
    Column("peak_memory_mib", "peak memory in MiB", ".0f"),
    Column("status", "status"),
)

Row = Mapping[str, Any]


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a grid per rate, then one for whole recordings; the CSV file has the rows of both, told apart by `part`."""
    windows, streams = in_order(data["crsae.window_times"]), data["crsae.stream_times"]
    named = [{**row, "name": label(row)} for row in windows]
    grids = [_grid(rate, list(rows)) for rate, rows in groupby(named, key=lambda row: row["rate"])]
    grids.append(grid(STREAM, streams, n_words=0, caption="Whole recordings by the exact coder, certificate included."))
    rows = [{"part": "window", **row} for row in windows] + [{"part": "stream", **row} for row in streams]
    names = list(dict.fromkeys(name for row in rows for name in row))
    sentences = [*against_900(windows), *encoder_and_gap(windows), *of_streams(streams)]
    notes = [*NOTES, *_absent(windows), *_versions(windows)]
    return Table(shown.heading, [dict.fromkeys(names) | row for row in rows], grids, notes, sentences)


def _grid(rate: float, rows: Sequence[Row]) -> Grid:
    return grid(COLUMNS, rows, caption=f"Windows with {rate:g} spikes per second.")


def _absent(rows: Sequence[Row]) -> list[str]:
    reasons = {row["reason"]: None for row in rows if row["status"] in ("skipped", "diverged")}
    return [f"Not measured: {'; '.join(reasons)}."] if reasons else []


def _versions(rows: Sequence[Row]) -> list[str]:
    found = {row["method"]: row["version"] for row in rows if row["version"]}
    words = ", ".join(f"{method} {version}" for method, version in found.items())
    return [f"Versions: {words}; NumPy {rows[0]['version_numpy']}, SciPy {rows[0]['version_scipy']}."] if rows else []
