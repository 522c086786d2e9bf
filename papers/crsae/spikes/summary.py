"""Means over cells and seeds, and the sentences that they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lsalsa.study.summaries.repetitions import Row, measured, status, summary
from papers.crsae.spikes.labels import method_label

MEANS = ("missed_percent", "false_percent", "template_error", "template_error_whole", "template_correlation")
GIVEN = ("true", "kmeans")
KEYS = ("recording", "origin", "n_channels", "method")


def with_truth(runs: Iterable[Row]) -> list[Row]:
    """Return the rows of recordings whose spikes are known."""
    return [run for run in runs if run["n_true"] is not None]


def rows_by_method(runs: Iterable[Row]) -> list[dict[str, Any]]:
    """Average over cells first, then over the seeds; the spread is that between seeds.

    Parameters
    ----------
    runs : iterable of rows
        One per cell and seed, as `sort_crsae_spikes` writes them. Those without known spikes are left out.

    Returns
    -------
    rows : list of dict
        One per recording, number of channels and method.
    """
    cells: dict[tuple, list[Row]] = {}
    for run in with_truth(runs):
        cells.setdefault(tuple(run[key] for key in KEYS), []).append(run)
    order = sorted(cells, key=lambda key: (key[0], -key[2]))  # stable: methods stay in their order
    return [_row(key, cells[key]) for key in order]


def _row(key: tuple, runs: Sequence[Row]) -> dict[str, Any]:
    seeds = [[run for run in runs if run["repetition"] == r] for r in dict.fromkeys(run["repetition"] for run in runs)]
    means = [_mean_over_cells(own) for own in seeds]
    row: dict[str, Any] = dict(zip(KEYS, key, strict=True)) | {"unit": "all"}
    for column in MEANS:
        row |= summary(means, column)
    lost = sum(run["template"] is None or run["missed_percent"] > 50 for run in runs)
    alike = [run["most_alike"] for run in runs if run["most_alike"] is not None]
    gap = max(run["relative_gap"] for run in runs)
    facts = {"n_cells": len(runs), "n_lost": lost, "most_alike": max(alike, default=None), "relative_gap": gap}
    return {**row, **facts, "status": status(means)}


def _mean_over_cells(runs: Sequence[Row]) -> dict[str, Any]:
    found = {column: measured(runs, column) for column in MEANS}
    first = {name: runs[0][name] for name in ("repetition", "status")}
    return {**first, **{column: value.mean if value else None for column, value in found.items()}}


def findings(rows: Sequence[Row]) -> list[str]:
    """Say what learning changes against k-means, how near it comes to the true templates, what one channel costs."""
    found: list[str] = []
    recordings = list(dict.fromkeys(row["recording"] for row in rows))
    for recording in recordings:
        own = [row for row in rows if row["recording"] == recording and row["missed_percent"] is not None]
        most = max((row["n_channels"] for row in own), default=0)
        known = {row["method"]: row for row in own if row["n_channels"] == most}
        sentences = [*_against_kmeans(known, most), *_one_channel(own, most)]
        found += [f"{recording}: {sentence}" for sentence in sentences]
    return found


def _against_kmeans(known: dict[str, Row], n_channels: int) -> list[str]:
    """One sentence per learned method: both numbers, whichever is better."""
    if "kmeans" not in known:
        return []
    before = known["kmeans"]
    start = f"k-means, its start, {_counts(before)}, error {before['template_error']:.3f}"
    return [
        f"{method_label(method)}, {_channels(n_channels)}: {_counts(row)}, template error {row['template_error']:.3f};"
        f" {start}."
        for method, row in known.items()
        if method not in GIVEN
    ]


def _one_channel(rows: Sequence[Row], most: int) -> list[str]:
    """Compare one channel with all of them, by the true templates."""
    true = {row["n_channels"]: row for row in rows if row["method"] == "true"}
    if not {1, most} <= set(true) or most == 1:
        return []
    one, all_of_them = true[1], true[most]
    if one["most_alike"] is None:
        return []
    return [
        f"One channel instead of {most}: the true templates of two cells have a correlation of up to"
        f" {one['most_alike']:.3f} ({all_of_them['most_alike']:.3f} on {most}), and even with true templates"
        f" {_counts(one)} instead of {_counts(all_of_them)}."
    ]


def _channels(count: int) -> str:
    return f"{count} channel{'s' * (count > 1)}"


def _counts(row: Row) -> str:
    return f"{row['missed_percent']:.1f} % missed and {row['false_percent']:.1f} % false"
