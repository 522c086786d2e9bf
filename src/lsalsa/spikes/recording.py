"""A recording as spike sorting sees it: some channels, in units of their noise, with a training and a test half."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lsalsa.data.recordings import RecordingSet, windows_at
from lsalsa.errors import DataError
from lsalsa.metrics import noise_std


@dataclass(frozen=True)
class Recording:
    """Channels of one recording, each divided by the standard deviation of its noise.

    Attributes
    ----------
    samples : array, (n_samples, n_channels), float32
    rate_hz : float
    test_from : int
        First sample of the test half.
    channels : array, (n_channels,), int64
        Which of the recording's channels they are.
    noise : array, (n_channels,), float64
        What they were divided by.
    spikes : list of array, each (n_spikes_i,), int64
        True spikes of each known cell; none where no cell is known.
    names : list of str
        Known cells.
    truth : array, (n_cells, length, n_channels), or None
        True templates, in the unit of `samples`.
    truth_event : int
        Sample of a true template at which its spike is.
    """

    samples: np.ndarray
    rate_hz: float
    test_from: int
    channels: np.ndarray
    noise: np.ndarray
    spikes: list[np.ndarray]
    names: list[str]
    truth: np.ndarray | None
    truth_event: int

    @property
    def train(self) -> np.ndarray:
        """Samples of the training half."""
        return self.samples[: self.test_from]

    def count(self, milliseconds: float) -> int:
        """Return the samples in a time, at least 1."""
        return max(1, round(milliseconds * self.rate_hz / 1000))


def recording_of(found: RecordingSet, n_channels: int) -> Recording:
    """Scale a recording and choose its channels: those with the most energy above the noise in the training half.

    Parameters
    ----------
    found : RecordingSet
        With one recording.
    n_channels : int

    Returns
    -------
    recording : Recording

    Raises
    ------
    DataError
        The set has several recordings, fewer channels, or a channel without noise.
    """
    if len(found.recordings) != 1:
        raise DataError(f"spikes are sorted in one recording, found {len(found.recordings)}")
    samples, test_from = found.recordings[0], int(found.test_from[0])
    if samples.shape[1] < n_channels:
        raise DataError(f"{n_channels} channels are asked for, but {found.names[0]} has {samples.shape[1]}")
    noise = noise_std(samples[:test_from], axis=0)
    if not (noise > 0).all():
        raise DataError(f"channel {int(np.argmin(noise)) + 1} of {found.names[0]} is zero at least half of the time")
    energy = np.square(samples[:test_from] / noise).mean(axis=0)
    chosen = np.sort(np.argsort(-energy, kind="stable")[:n_channels])
    truth = found.event_templates
    return Recording(
        samples=np.ascontiguousarray(samples[:, chosen] / noise[chosen], dtype=np.float32),
        rate_hz=found.sampling_rate_hz,
        test_from=test_from,
        channels=chosen,
        noise=noise[chosen].astype(np.float64),
        spikes=_true_spikes(found),
        names=list(found.event_names),
        truth=None if truth is None else (truth[:, :, chosen] / noise[chosen]).astype(np.float64),
        truth_event=found.template_event,
    )


def _true_spikes(found: RecordingSet) -> list[np.ndarray]:
    if found.event_samples is None or found.event_labels is None:
        return []
    return [found.event_samples[0][found.event_labels[0] == i] for i in range(len(found.event_names))]


def cut_around(recording: Recording, samples: np.ndarray, before: int, length: int) -> np.ndarray:
    """Cut the training half around samples, `before` of them first; those too near to its ends are left out.

    Parameters
    ----------
    recording : Recording
    samples : array, (n,), int64
    before, length : int

    Returns
    -------
    snippets : array, (n_that_fit, length, n_channels)
    """
    starts = samples - before
    fits = (starts >= 0) & (starts + length <= recording.test_from)
    return windows_at(recording.train, starts[fits], length)


def windows_of(recording: Recording, length: int) -> np.ndarray:
    """Cut the training half into windows, (n_windows, length, n_channels); DataError when not even one fits."""
    starts = np.arange(0, recording.test_from - length + 1, length)
    if not len(starts):
        raise DataError(f"windows of {length} samples do not fit in the {recording.test_from} of the training half")
    return windows_at(recording.train, starts, length)
