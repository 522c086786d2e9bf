"""Find the spikes of a recording with a bank of templates: exact codes of all of it, of which near ones are merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lsalsa.exact.recordings import code_recording
from lsalsa.spikes.recording import Recording
from lsalsa.spikes.templates import problem_of

CHUNK = 100_000
GAP = 1e-6


@dataclass(frozen=True)
class Estimates:
    """Spikes that a template finds, in the order of time.

    Attributes
    ----------
    samples : array, (n,), int64
    amplitudes : array, (n,), float64
        Of the code, in standard deviations of the noise.
    """

    samples: np.ndarray
    amplitudes: np.ndarray

    def between(self, first: int, stop: int) -> Estimates:
        """Return the spikes from sample `first` up to `stop`, which is left out."""
        kept = (self.samples >= first) & (self.samples < stop)
        return Estimates(self.samples[kept], self.amplitudes[kept])

    def above(self, threshold: float) -> Estimates:
        """Return the spikes with at least an amplitude."""
        kept = self.amplitudes >= threshold
        return Estimates(self.samples[kept], self.amplitudes[kept])


@dataclass(frozen=True)
class Sorted:
    """Spikes of a whole recording.

    Attributes
    ----------
    estimates : list of Estimates
        Of each template; a spike is at the trough of its template.
    objective, relative_gap : float
        Of the codes of the recording as one problem; the gap certifies them.
    """

    estimates: list[Estimates]
    objective: float
    relative_gap: float


def merged(positions: np.ndarray, values: np.ndarray, within: int) -> Estimates:
    """Merge the codes of one template that are near each other: a spike between two samples has a code at both.

    Parameters
    ----------
    positions : array, (n,), int64
        Ascending.
    values : array, (n,), float64
        Positive.
    within : int
        Codes up to this many samples after the one before are of the same spike.

    Returns
    -------
    estimates : Estimates
        The sum of the codes of each spike, at their mean position, weighted by the codes.
    """
    if not len(positions):
        return Estimates(np.empty(0, np.int64), np.empty(0))
    first = np.flatnonzero(np.diff(positions, prepend=positions[0] - within - 1) > within)
    amplitudes = np.add.reduceat(values, first)
    centres = np.add.reduceat(values * positions, first) / amplitudes
    return Estimates(np.rint(centres).astype(np.int64), amplitudes)


def sort(recording: Recording, bank: np.ndarray, penalty: float | Sequence[float], within: int) -> Sorted:
    """Find the spikes of every template in the whole recording.

    Parameters
    ----------
    recording : Recording
    bank : array, (length, n_channels, n_templates)
    penalty : float or sequence of float
        In standard deviations of the noise.
    within : int
        Codes of one template up to this many samples apart are one spike.

    Returns
    -------
    sorted : Sorted
    """
    problem = problem_of(bank, penalty, len(bank), np.float64)
    stream = recording.samples.ravel()
    chunks = (stream[first : first + CHUNK] for first in range(0, stream.size, CHUNK))
    stretches = list(code_recording(problem, chunks, GAP))
    positions, filters, values = (
        np.concatenate([getattr(each, name) for each in stretches]) for name in ("positions", "filters", "values")
    )
    troughs = trough_of(bank)
    estimates = []
    for i, trough in enumerate(troughs):
        own = filters == i
        estimates.append(merged(positions[own] + trough, values[own], within))
    return Sorted(estimates, stretches[-1].objective, stretches[-1].relative_gap)


def trough_of(bank: np.ndarray) -> np.ndarray:
    """Return the sample of the lowest value of each template: array, (n_templates,)."""
    return bank.min(axis=1).argmin(axis=0)
