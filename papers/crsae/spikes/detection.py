"""From codes to spikes, and how many of the true ones are missed and of the estimated ones false."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from lsalsa.metrics import strongest_near
from lsalsa.spikes.sorting import Estimates


@dataclass(frozen=True)
class Curve:
    """Missed and false spikes over the threshold on the amplitude.

    Attributes
    ----------
    thresholds : array, (n,), float64
        Ascending; amplitudes of at least a threshold count.
    missed, false, found : array, (n,), int64
        True spikes without an estimate nearby; estimates without a true spike nearby; all estimates.
    n_true : int
    """

    thresholds: np.ndarray
    missed: np.ndarray
    false: np.ndarray
    found: np.ndarray
    n_true: int

    @property
    def best(self) -> int:
        """Position of the threshold with the fewest missed and false spikes together; the highest of equals."""
        errors = self.missed + self.false
        return len(errors) - 1 - int(errors[::-1].argmin())

    def percent(self) -> tuple[np.ndarray, np.ndarray]:
        """Return missed spikes in percent of the true ones, and false ones in percent of the estimated ones."""
        return 100 * self.missed / max(self.n_true, 1), 100 * self.false / np.maximum(self.found, 1)


def curve_of(estimates: Estimates, true: np.ndarray, tolerance: int, thresholds: np.ndarray) -> Curve:
    """Count missed and false spikes at every threshold; `lsalsa.metrics.missed_and_false` says what counts.

    Parameters
    ----------
    estimates : Estimates
    true : array, (n_true,), int64
        Ascending.
    tolerance : int
        In samples.
    thresholds : array, (n,), float64
        Ascending.

    Returns
    -------
    curve : Curve
    """
    strongest = np.sort(strongest_near(true, estimates.samples, estimates.amplitudes, tolerance))
    lonely = strongest_near(estimates.samples, true, np.ones(len(true)), tolerance) < 0
    every, alone = np.sort(estimates.amplitudes), np.sort(estimates.amplitudes[lonely])
    missed = np.searchsorted(strongest, thresholds, side="left")
    found, false = (len(each) - np.searchsorted(each, thresholds, side="left") for each in (every, alone))
    return Curve(thresholds, missed, false, found, len(true))


def cells_of_templates(curves: list[list[Curve]]) -> list[int | None]:
    """Give each cell one template, so that the fewest spikes are missed or false, each at its best threshold.

    Parameters
    ----------
    curves : list of list of Curve
        Of each cell and each template, on the training half.

    Returns
    -------
    templates : list of int or None
        Template of each cell; None for a cell that gets none, where there are fewer templates than cells.
    """
    errors = [[int((curve.missed + curve.false)[curve.best]) for curve in row] for row in curves]
    cells, templates = linear_sum_assignment(errors)
    given = dict(zip(cells.tolist(), templates.tolist(), strict=True))
    return [given.get(cell) for cell in range(len(curves))]
