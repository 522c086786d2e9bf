"""The numbers of the SC2Net tables: one row per set of images and arm, the paper's number beside ours."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lsalsa.study.tables import FINISHED

Row = Mapping[str, Any]

GIVEN = ("kind", "depth", "penalty", "dictionary")
MEANS = (
    "accuracy_released_percent",
    "accuracy_released_percent_std",
    "objective",
    "zero_share",
    "near_zero_share_0_001",
    "near_zero_share_0_01",
    "atom_norm_mean",
    "dictionary_zero_share",
    "training_seconds",
)


def make_table(name: str, rows: Iterable[Row], arms: Sequence[str], paper: Iterable[Row]) -> list[dict[str, Any]]:
    """Means over the repetitions that finished.

    Parameters
    ----------
    name : str
        A table of `lsalsa.study.config.sc2net`.
    rows : iterable of rows
        Of ``sc2net/arms/{images}/{arm}.parquet``, or of ``sc2net/support.parquet``.
    arms : sequence of str
        Order of the rows of a set of images.
    paper : iterable of rows
        data, arm, accuracy_percent.

    Returns
    -------
    table : list of dict
        Standard deviations are over repetitions, that of the protocol as released over its draws.
    """
    if name == "sc2net_support":
        return _support(list(rows))
    rows = list(rows)
    numbers = {(row["data"], row["arm"]): row["accuracy_percent"] for row in paper}
    table = []
    for data in dict.fromkeys(row["data"] for row in rows):
        for arm in arms:
            runs = [row for row in rows if (row["data"], row["arm"]) == (data, arm)]
            table.append(_row(data, arm, runs, numbers.get((data, arm))))
    return table


def _row(data: str, arm: str, runs: Sequence[Row], paper: float | None) -> dict[str, Any]:
    finished = [run for run in runs if run["status"] in FINISHED]
    mean, std = _mean_and_std([run["accuracy_percent"] for run in finished])
    return {
        "data": data,
        "arm": arm,
        **{name: runs[0][name] for name in GIVEN},
        "accuracy_percent": mean,
        "accuracy_percent_std": std,
        "n_repetitions": len(finished),
        "paper_accuracy_percent": paper,
        **{name: _mean_and_std([run[name] for run in finished])[0] for name in MEANS},
        "status": _status(runs),
    }


def _support(rows: Sequence[Row]) -> list[dict[str, Any]]:
    keys = ("case", "arm", "n_nonzero")
    table = []
    for key in dict.fromkeys(tuple(row[name] for name in keys) for row in rows):
        runs = [row for row in rows if tuple(row[name] for name in keys) == key]
        finished = [run for run in runs if run["status"] in FINISHED]
        mean, std = _mean_and_std([run["recovered_percent"] for run in finished])
        numbers = {"recovered_percent": mean, "recovered_percent_std": std, "guess_percent": runs[0]["guess_percent"]}
        told = {"n_repetitions": len(finished), "status": _status(runs)}
        table.append({**dict(zip(keys, key, strict=True)), **numbers, **told})
    return table


def _mean_and_std(values: Iterable[float | None]) -> tuple[float | None, float | None]:
    known = [value for value in values if value is not None]
    if not known:
        return None, None
    return statistics.fmean(known), statistics.stdev(known) if len(known) > 1 else None


def _status(runs: Sequence[Row]) -> str:
    """`done`, or what happened to the runs that did not finish."""
    return ", ".join(sorted({run["status"] for run in runs if run["status"] not in FINISHED})) or "done"
