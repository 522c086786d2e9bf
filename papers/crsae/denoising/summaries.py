"""Means over the pictures of a set and over seeds: what tables, figures and sentences read."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import FINISHED, Measured, measured, status, summary
from papers.crsae.denoising.scoring import NOISY

Row = Mapping[str, Any]

AUTHORS_SET = "crsae_test9"
"""The set of the authors' logged runs."""

FACTS = ("zero_share", "lambda_max", "penalty_min", "penalty_median", "penalty_max", "seconds")


def plain(picture: str) -> str:
    """Return a picture's name without its size and capitals: ``lena`` of Lena512."""
    return re.sub(r"\d+$", "", picture.lower()) or picture


def logged_runs(data: Mapping[str, Any], shown: Shown) -> list[Row]:
    """Return the authors' logged runs; none where ours are on parts of the pictures and cannot stand beside them."""
    return list(data.get("published", ())) if shown.details["whole_pictures"] else []


def by_set(runs: Iterable[Row], methods: Sequence[str], logged: Iterable[Row] = ()) -> list[dict[str, Any]]:
    """Average over the pictures of each set, then over seeds.

    Parameters
    ----------
    runs : iterable of rows
        Of denoised pictures.
    methods : sequence of str
        Arms in their order; the noisy picture goes before them, the usual methods after.
    logged : iterable of rows
        The authors': run, picture, psnr_db.

    Returns
    -------
    rows : list of dict
        One for each set and method; the standard deviation is over seeds, ``lambda_max`` the largest of all seeds.
        ``psnr_db_before`` is the mean over the runs that ran away, with their filters of before.
    """
    runs, means = list(runs), _logged_means(logged)
    rows = []
    for pictures in dict.fromkeys(run["pictures"] for run in runs):
        of_set = [run for run in runs if run["pictures"] == pictures]
        for method in in_order(of_set, methods):
            known = means.get(method) if pictures == AUTHORS_SET else None
            rows.append({**_of_method(pictures, method, of_set), "logged_psnr_db": known})
    return rows


def in_order(runs: Sequence[Row], methods: Sequence[str]) -> list[str]:
    """Return the methods of some runs: the noisy picture, the arms in their order, the usual methods."""
    found = dict.fromkeys(run["method"] for run in runs)
    peers = [name for name in found if name not in (NOISY, *methods)]
    return [name for name in (NOISY, *methods, *peers) if name in found]


def _of_method(pictures: str, method: str, of_set: Sequence[Row]) -> dict[str, Any]:
    own = [run for run in of_set if run["method"] == method]
    seeds = [_mean([run for run in own if run["repetition"] == r]) for r in sorted({run["repetition"] for run in own})]
    means = {name: measured(seeds, name) for name in FACTS}
    facts: dict[str, Any] = {name: found.mean if found else None for name, found in means.items()}
    lost = [one["psnr_db"] for one in seeds if one["status"] not in FINISHED and one["psnr_db"] is not None]
    facts["psnr_db_before"] = statistics.fmean(lost) if lost else None
    facts["lambda_max"] = max((one["lambda_max"] for one in seeds if one["lambda_max"] is not None), default=None)
    first = {"pictures": pictures, "method": method, "kind": own[0]["kind"]}
    return {
        **first,
        **summary(seeds, "psnr_db"),
        **facts,
        "n_pictures": seeds[0]["n_pictures"],
        "status": status(seeds),
    }


def _mean(runs: Sequence[Row]) -> dict[str, Any]:
    """Return the mean over the pictures of one seed."""
    columns = {name: [run[name] for run in runs if run[name] is not None] for name in ("psnr_db", *FACTS)}
    means = {name: statistics.fmean(values) if values else None for name, values in columns.items()}
    facts = {name: runs[0][name] for name in ("repetition", "status")}
    return {**means, **facts, "n_pictures": len(runs)}


def by_picture(runs: Iterable[Row], methods: Sequence[str], logged: Iterable[Row] = ()) -> list[dict[str, Any]]:
    """Average over the seeds of each picture.

    Parameters
    ----------
    runs : iterable of rows
    methods : sequence of str
    logged : iterable of rows
        As for `by_set`.
    """
    runs = list(runs)
    known = {(row["run"], row["picture"]): row["psnr_db"] for row in logged}
    cells: dict[tuple[str, str, str], list[Row]] = {}
    for run in runs:
        cells.setdefault((run["pictures"], run["method"], run["picture"]), []).append(run)
    return [
        {
            **{"pictures": pictures, "picture": picture, "method": method},
            **summary(cells[pictures, method, picture], "psnr_db"),
            "logged_psnr_db": known.get((method, plain(picture))) if pictures == AUTHORS_SET else None,
            "status": status(cells[pictures, method, picture]),
        }
        for pictures in dict.fromkeys(run["pictures"] for run in runs)
        for method in in_order([run for run in runs if run["pictures"] == pictures], methods)
        for picture in dict.fromkeys(run["picture"] for run in runs if run["pictures"] == pictures)
        if (pictures, method, picture) in cells
    ]


def of_row(row: Row | None) -> Measured | None:
    """Return the PSNR of a row of `by_set`, or None without a finished run."""
    if row is None or row["psnr_db"] is None:
        return None
    return Measured(row["psnr_db"], row["psnr_db_std"], row["n_repetitions"])


def _logged_means(logged: Iterable[Row]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for row in logged:
        values.setdefault(row["run"], []).append(row["psnr_db"])
    return {run: statistics.fmean(found) for run, found in values.items()}


def by_bank(rows: Iterable[Row], banks: Sequence[str]) -> list[dict[str, Any]]:
    """Summarise how much the filters of each bank look like Gabor functions, over seeds.

    Parameters
    ----------
    rows : iterable of rows
        One for each filter and seed.
    banks : sequence of str
        In their order.

    Returns
    -------
    rows : list of dict
        Medians over the filters of a seed, and the share of them with R^2 above 0.8; means over seeds.
    """
    rows, found = list(rows), []
    for bank in banks:
        own = [row for row in rows if row["bank"] == bank]
        seeds = [
            _likeness([row for row in own if row["repetition"] == r]) for r in sorted({r["repetition"] for r in own})
        ]
        columns = [summary(seeds, name) for name in ("r2", "share_above_0_8", "selectivity")]
        merged = {key: value for column in columns for key, value in column.items()}
        found.append({"bank": bank, **merged, "status": status(seeds)})
    return found


def _likeness(filters: Sequence[Row]) -> dict[str, Any]:
    medians = {name: statistics.median(row[name] for row in filters) for name in ("r2", "selectivity")}
    share = statistics.fmean(float(row["r2"] > 0.8) for row in filters)
    return {**medians, "share_above_0_8": share, **{name: filters[0][name] for name in ("repetition", "status")}}


COLUMNS = (
    "sweep", "arm", "depth", "noise", "penalties", "rate", "rate_em", "psnr_db", "psnr_db_std", "psnr_db_noisy",
    "zero_share", "lambda_max", "n_repetitions", "status",
)  # fmt: skip
"""Of the rows of all sweeps."""


def by_point(runs: Iterable[Row], histories: Iterable[Row]) -> list[dict[str, Any]]:
    """Average the points of the sweeps over pictures and seeds.

    Parameters
    ----------
    runs : iterable of rows
        Of the sweeps over depth and noise.
    histories : iterable of rows
        Of trainings; the last row of each seed counts, of the points of the stability sweep only.

    Returns
    -------
    rows : list of dict
        With `COLUMNS`; PSNR over the validation pictures for the stability sweep.
    """
    cells: dict[tuple, list[Row]] = {}
    for run in runs:
        cells.setdefault(tuple(run[name] for name in COLUMNS[:5]), []).append(run)
    rows = [_point(own) for own in cells.values()]
    last: dict[tuple, Row] = {}
    for row in histories:
        if row["run"] != row["arm"]:
            last[row["run"], row["repetition"]] = row
    points: dict[str, list[Row]] = {}
    for (run, _), row in last.items():
        points.setdefault(run, []).append({**row, "sweep": "stability"})
    return rows + [_point(own) for own in points.values()]


def _point(runs: Sequence[Row]) -> dict[str, Any]:
    """Return one point; runs that ran away count for ``lambda_max`` and the status only."""
    found = dict.fromkeys(COLUMNS) | {name: runs[0].get(name) for name in COLUMNS[:7]}
    finished = [run for run in runs if run["status"] in FINISHED]
    seeds = [
        _mean_of([run for run in finished if run["repetition"] == r])
        for r in sorted({r["repetition"] for r in finished})
    ]
    found |= summary(seeds, "psnr_db")
    for name in ("psnr_db_noisy", "zero_share"):
        mean = measured(finished, name)
        found[name] = mean.mean if mean else None
    found["lambda_max"] = max(run["lambda_max"] for run in runs)
    found["status"] = status(list({run["repetition"]: run for run in runs}.values()))
    return found


def _mean_of(runs: Sequence[Row]) -> dict[str, Any]:
    return {"psnr_db": statistics.fmean(run["psnr_db"] for run in runs), "status": runs[0]["status"]}
