"""Run one method on one recording: its templates, the spikes that they find, and the counts of the test half.

Without known spikes each template stands for itself: its spikes are counted, and nothing is missed or false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.data.recordings import RecordingSet
from lsalsa.errors import DataError
from lsalsa.spikes.recording import Recording, recording_of
from lsalsa.spikes.sorting import sort
from lsalsa.spikes.templates import Learned, kmeans_templates, learned_templates
from lsalsa.study.jobs.pieces import Piece
from lsalsa.study.summaries.repetitions import OK
from papers.crsae.spikes.sorting import counts, found_by, likeness
from papers.crsae.spikes.templates import kmeans_clusters, true_templates

PARTS = 8
"""Steps of a sample in which templates are shifted onto each other: spikes begin between samples."""


@dataclass(frozen=True)
class Outcome:
    """What a method found.

    Attributes
    ----------
    rows : list of dict
        One per cell: counts, likeness to the true template, certificate, status. One per template where no spike is
        known.
    curves : list of dict
        Missed and false spikes over the threshold, of each cell; empty where no spike is known.
    bank : array, (length, n_channels, n_templates)
    cells : array, (n_cells,), int64
        Template of each cell; -1 for a cell without one.
    truth : array, (length, n_channels, n_cells)
        True templates, cut and scaled like those of the bank; no cells where no spike is known.
    """

    rows: list[dict[str, Any]]
    curves: list[dict[str, Any]]
    bank: np.ndarray
    cells: np.ndarray
    truth: np.ndarray

    def parts(self) -> Piece:
        """Return what JSON can hold, and the arrays."""
        arrays = {"bank": self.bank, "cells": self.cells, "truth": self.truth}
        return {"rows": self.rows, "curves": self.curves}, arrays

    @classmethod
    def of(cls, words: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Outcome:
        """Put the parts together again."""
        return cls(words["rows"], words["curves"], **arrays)


def run_method(
    found: RecordingSet,
    method: str,
    n_channels: int,
    *,
    start: np.ndarray | None,
    settings: Mapping[str, Any],
    seed: int,
) -> Outcome:
    """Get the templates of a method from the training half, and count its spikes on the test half.

    Parameters
    ----------
    found : RecordingSet
    method : {"true", "kmeans", "decoder_only", "implicit", "em"}
    n_channels : int
    start : array, (length, n_channels, n_templates), or None
        Where learning starts.
    settings : mapping
        Of the rule `sort_crsae_spikes`.
    seed : int

    Returns
    -------
    outcome : Outcome

    Raises
    ------
    DataError
        True templates are asked for where the spikes are not known.
    """
    is_known = found.event_samples is not None
    if method == "true" and not is_known:
        raise DataError("true templates need a recording with known spikes, found one without events")
    recording = recording_of(found, n_channels)
    sizes = {"before": recording.count(settings["before_ms"]), "length": recording.count(settings["length_ms"])}
    truth = true_templates(recording, **sizes) if is_known else None
    learned = _templates(recording, method, truth, start, sizes, settings, seed)
    tolerance = recording.count(settings["tolerance_ms"])
    spikes = sort(recording, learned.bank, learned.penalties, tolerance)
    facts = {
        "origin": found.source["name"],
        "n_channels": n_channels,
        "most_alike": most_alike(learned.bank if truth is None else truth),
        "relative_gap": spikes.relative_gap,
        "epochs": len(learned.history) - 1 if learned.history else 0,
        "status": learned.status,
    }
    if truth is None:
        rows = [
            {**facts, **row, "penalty": p}
            for row, p in zip(found_by(recording, spikes), learned.penalties, strict=True)
        ]
        none = np.empty((*learned.bank.shape[:-1], 0))
        return Outcome(rows, [], learned.bank, np.arange(len(rows), dtype=np.int64), none)
    rows, curves, cells = [], [], []
    for unit, (row, curve) in enumerate(counts(recording, spikes, tolerance, in_order=method == "true")):
        own = row["template"]
        cells.append(-1 if own is None else own)
        penalty = None if own is None else learned.penalties[own]
        pair = None if own is None else (learned.bank[..., own], truth[..., unit])
        rows.append({**facts, **row, "penalty": penalty, **_errors(pair)})
        curves += [{"n_channels": n_channels, "unit": row["unit"], **point} for point in curve]
    return Outcome(rows, curves, learned.bank, np.array(cells, np.int64), truth)


def _errors(pair: tuple[np.ndarray, np.ndarray] | None) -> dict[str, float | None]:
    """Return how a template differs from the true one, at shifts by parts of a sample and by whole samples."""
    if pair is None:
        return {"template_error": None, "template_error_whole": None, "template_correlation": None}
    fine, whole = (likeness(*pair, parts) for parts in (PARTS, 1))
    errors = [float(np.sqrt(max(0.0, 1 - rho**2))) for rho in (fine, whole)]
    return {"template_error": errors[0], "template_error_whole": errors[1], "template_correlation": fine}


def _templates(
    recording: Recording,
    method: str,
    truth: np.ndarray | None,
    start: np.ndarray | None,
    sizes: Mapping[str, int],
    settings: Mapping[str, Any],
    seed: int,
) -> Learned:
    penalty = settings["penalty"]
    if method == "true" and truth is not None:
        return _given(truth, penalty)
    if start is None:
        options = {"level": settings["crossing"], **sizes, "seed": seed, "cluster": kmeans_clusters}
        return _given(kmeans_templates(recording, settings["n_templates"], **options), penalty)
    return learned_templates(recording, start, method, penalty=penalty, settings=settings["training"], seed=seed)


def _given(bank: np.ndarray, penalty: float) -> Learned:
    return Learned(bank, [penalty] * bank.shape[-1], OK, [])


def most_alike(bank: np.ndarray) -> float | None:
    """Return the largest correlation of two different templates over shifts; None for a single one."""
    n = bank.shape[-1]
    return max((likeness(bank[..., i], bank[..., j]) for i in range(n) for j in range(i)), default=None)
