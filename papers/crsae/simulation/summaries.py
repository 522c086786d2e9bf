"""One row for each run, from its rows of all epochs and filters, and the names of arms in print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lsalsa.study.summaries.repetitions import FINISHED, status, summary

Row = Mapping[str, Any]

NEAR = 0.1
"""An error below which a filter counts as found."""

RUN = ("experiment", "arm", "gradient", "tangent", "start", "snr_db", "repetition", "seed")
LABELS = {
    "layers": "through all layers",
    "decoder": "decoder only",
    "exact": "exact codes",
    "noise": "CRsAE, penalty from the noise",
    "prior": "CRsAE, penalties under the prior",
    "spikes": "CRsAE, penalty from the spikes",
    "exact_spikes": "exact codes, penalty from the spikes",
    "lcsc": "LCSC, free thresholds",
    "lcsc_held": "LCSC, thresholds held",
}
STEPS = {True: "tangent", False: "plain Adam"}
STARTS = {"close": "filters half wrong", "truth": "true filters"}


def final_runs(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Summarise each run by its last epoch.

    Parameters
    ----------
    rows : iterable of mapping
        Of all epochs and filters, as the rules write them.

    Returns
    -------
    runs : list of dict
        What names the run, and: worst_error (of all filters, after the last epoch), start_error (the same before the
        first), first_epoch (the first with all errors below 0.1; None if there is none), epochs (how many were run),
        penalty_factor, lipschitz, device, status.
    """
    runs: dict[tuple, list[Row]] = {}
    for row in rows:
        runs.setdefault(tuple(row[name] for name in RUN), []).append(row)
    return [{**dict(zip(RUN, key, strict=True)), **_summary(found)} for key, found in runs.items()]


def worst_errors(rows: Sequence[Row]) -> dict[int, float]:
    """Return epoch -> largest error of the filters of one run."""
    worst: dict[int, float] = {}
    for row in rows:
        worst[row["epoch"]] = max(row["error"], worst.get(row["epoch"], 0.0))
    return worst


def _summary(rows: Sequence[Row]) -> dict[str, Any]:
    worst, last = worst_errors(rows), rows[-1]
    near = [epoch for epoch, error in worst.items() if error < NEAR]
    facts = {name: last[name] for name in ("penalty_factor", "lipschitz", "device", "status")}
    return {
        "worst_error": worst[max(worst)],
        "start_error": worst[0],
        "first_epoch": min(near, default=None),
        "epochs": max(worst),
        **facts,
    }


def by_cell(runs: Iterable[Row], names: Sequence[str]) -> list[dict[str, Any]]:
    """Average over the seeds of each cell.

    Parameters
    ----------
    runs : iterable of mapping
        As `final_runs` gives them.
    names : sequence of str
        Columns that tell cells apart.

    Returns
    -------
    rows : list of dict
        The names, worst_error with its spread, largest_error and lipschitz (the largest of all seeds), start_error,
        penalty_factor (means), first_epochs (in words), n_repetitions, status.
    """
    cells: dict[tuple, list[Row]] = {}
    for run in runs:
        cells.setdefault(tuple(run[name] for name in names), []).append(run)
    return [{**dict(zip(names, key, strict=True)), **_cell(found)} for key, found in cells.items()]


def _cell(runs: Sequence[Row]) -> dict[str, Any]:
    finished = [run for run in runs if run["status"] in FINISHED]
    epochs = ["never" if run["first_epoch"] is None else str(run["first_epoch"]) for run in finished]
    largest = {name: max((run[name] for run in finished), default=None) for name in ("worst_error", "lipschitz")}
    return {
        **summary(finished, "worst_error"),
        "largest_error": largest["worst_error"],
        "lipschitz": largest["lipschitz"],
        "start_error": summary(finished, "start_error")["start_error"],
        "penalty_factor": summary(finished, "penalty_factor")["penalty_factor"],
        "first_epochs": ", ".join(epochs) or None,
        "status": status(runs),
    }
