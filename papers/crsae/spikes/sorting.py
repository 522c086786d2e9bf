"""Count the spikes that a bank of templates finds in the test half of a recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.signal import correlate, resample

from lsalsa.metrics import missed_and_false
from lsalsa.spikes.recording import Recording
from lsalsa.spikes.sorting import Estimates, Sorted
from papers.crsae.spikes.detection import Curve, cells_of_templates, curve_of

N_THRESHOLDS = 101
NEED_TRUTH = (
    *("n_true", "n_missed", "n_false", "missed_percent", "false_percent"),
    *("template_error", "template_error_whole", "template_correlation"),
)
"""Columns that are empty where no spike is known."""

SHIFTS = np.linspace(-10.0, 15.0, 101)
"""Of the thresholds of a curve from the chosen one, in standard deviations of the noise."""


def counts(
    recording: Recording, found: Sorted, tolerance: int, *, in_order: bool = False
) -> Iterator[tuple[dict[str, Any], list[dict]]]:
    """Count each cell's missed and false spikes on the test half.

    Which template is a cell's, and which threshold holds on the amplitude, is chosen on the training half.

    Parameters
    ----------
    recording : Recording
    found : Sorted
    tolerance : int
        In samples.
    in_order : bool
        Whether the templates are those of the cells, in their order, so that none is chosen.

    Yields
    ------
    row : dict
        unit, template (None for a cell that got none), threshold, n_true, n_found, n_missed, n_false, missed_percent,
        false_percent.
    curve : list of dict
        shift, threshold, missed_percent and false_percent on the test half: as the threshold moves by shift from the
        one that the training half chose, in standard deviations of the noise.
    """
    halves = (0, recording.test_from), (recording.test_from, len(recording.samples))
    train, test = ([each.between(*half) for each in found.estimates] for half in halves)
    levels = [np.linspace(0.0, max(each.amplitudes, default=1.0), N_THRESHOLDS) for each in found.estimates]
    true = [np.split(spikes, np.searchsorted(spikes, [recording.test_from])) for spikes in recording.spikes]
    curves = [
        [curve_of(each, own, tolerance, level) for each, level in zip(train, levels, strict=True)] for own, _ in true
    ]
    chosen = range(len(curves)) if in_order else cells_of_templates(curves)
    for unit, template in enumerate(chosen):
        spikes = true[unit][1]
        if template is None:
            none = Estimates(np.empty(0, np.int64), np.empty(0))
            yield (
                _row(recording.names[unit], None, None, none, spikes, tolerance),
                _points(curve_of(none, spikes, tolerance, SHIFTS)),
            )
            continue
        curve = curves[unit][template]
        threshold = float(curve.thresholds[curve.best])
        row = _row(recording.names[unit], template, threshold, test[template].above(threshold), spikes, tolerance)
        yield row, _points(curve_of(test[template], spikes, tolerance, np.maximum(threshold + SHIFTS, 0.0)))


def found_by(recording: Recording, found: Sorted) -> Iterator[dict[str, Any]]:
    """Count the spikes of each template on the test half of a recording whose spikes nobody knows.

    Parameters
    ----------
    recording : Recording
    found : Sorted

    Yields
    ------
    row : dict
        unit and template; threshold, 0 since the penalty is the only one; n_found; per_second; amplitude, the median,
        in standard deviations of the noise (None without a spike); n_true, missed_percent and the like are None.
    """
    seconds = (len(recording.samples) - recording.test_from) / recording.rate_hz
    for template, estimates in enumerate(found.estimates):
        test = estimates.between(recording.test_from, len(recording.samples))
        n_found = len(test.samples)
        yield {
            **dict.fromkeys(NEED_TRUTH),
            "unit": f"template {template + 1}",
            "template": template,
            "threshold": 0.0,
            "n_found": n_found,
            "per_second": n_found / seconds,
            "amplitude": float(np.median(test.amplitudes)) if n_found else None,
        }


def _row(
    unit: str, template: int | None, threshold: float | None, estimates: Estimates, spikes: np.ndarray, tolerance: int
) -> dict[str, Any]:
    missed, false = missed_and_false(estimates.samples, spikes, tolerance)
    n_found, n_true = len(estimates.samples), len(spikes)
    return {
        "unit": unit,
        "template": template,
        "threshold": threshold,
        "n_true": n_true,
        "n_found": n_found,
        "n_missed": missed,
        "n_false": false,
        "missed_percent": 100 * missed / max(n_true, 1),
        "false_percent": 100 * false / max(n_found, 1),
    }


def _points(curve: Curve) -> list[dict[str, Any]]:
    columns = (SHIFTS, curve.thresholds, *curve.percent())
    names = ("shift", "threshold", "missed_percent", "false_percent")
    return [dict(zip(names, map(float, point), strict=True)) for point in zip(*columns, strict=True)]


def likeness(template: np.ndarray, true: np.ndarray, parts: int = 1) -> float:
    """Return the largest correlation of two templates over shifts in time, channels kept apart, in [-1, 1].

    Parameters
    ----------
    template, true : array, (length, n_channels)
        Neither is zero; zeros are thought around them.
    parts : int
        Shifts are by whole samples, or by parts of a sample of the band-limited waves.

    Returns
    -------
    likeness : float
    """
    a, b = (_finer(wave, parts) for wave in (template, true))
    products = sum(correlate(one, other, mode="full") for one, other in zip(a.T, b.T, strict=True))
    return float(np.max(products) / (np.linalg.norm(a) * np.linalg.norm(b)))


def _finer(wave: np.ndarray, parts: int) -> np.ndarray:
    """Return a wave at several times the rate, with silence around it."""
    if parts == 1:
        return wave
    padded = np.pad(wave, ((len(wave), len(wave)), (0, 0)))
    return resample(padded, len(padded) * parts)
