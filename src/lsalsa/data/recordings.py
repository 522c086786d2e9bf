"""Recordings: signals in time of one or several channels and any length, each with a train and a test side.

Sides are ranges of time, so that no window of one side overlaps the other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lsalsa.arrays import check_count
from lsalsa.arrays.checks import check_finite
from lsalsa.data.selection import check_share
from lsalsa.errors import DataError, ShapeError

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class RecordingSet:
    """Recordings of one kind: one sampling rate, the same channels.

    Attributes
    ----------
    recordings : list of array, each (n_samples_i, n_channels)
        float32 or float64, all of one dtype, in the unit of their source: nothing is centred or scaled.
    sampling_rate_hz : float
        Samples per second.
    names : list of str
        One of each recording.
    test_from : array, (n_recordings,), int64
        First sample of the test side, which lasts to the end: 0 puts the whole recording on the test side, its length
        puts the whole recording on the train side.
    source : dict of str to str
        Where the recordings come from: ``name``, ``licence``, ``citation``, and ``extent``, how much of it they are.
    event_samples : list of array, each (n_events_i,), int64, or None
        Samples of each recording at which something happens (a spike), ascending; None where nobody has marked any.
    event_labels : list of array, each (n_events_i,), int64, or None
        Kind of each event, a position in `event_names`; None without `event_samples`.
    event_names : list of str
        Kinds of events (the cells that spike); empty without `event_samples`.
    event_templates : array, (n_kinds, length, n_channels), or None
        What one event of each kind adds to a recording, in its unit and dtype; None where that is not known.
    template_event : int
        Sample of a template at which its event is.
    """

    recordings: list[np.ndarray]
    sampling_rate_hz: float
    names: list[str]
    test_from: np.ndarray
    source: dict[str, str]
    event_samples: list[np.ndarray] | None = None
    event_labels: list[np.ndarray] | None = None
    event_names: list[str] = field(default_factory=list)
    event_templates: np.ndarray | None = None
    template_event: int = 0

    @property
    def lengths(self) -> np.ndarray:
        """Number of samples of each recording: array, (n_recordings,), int64."""
        return np.array([len(recording) for recording in self.recordings], dtype=np.int64)

    def validate(self) -> None:
        """Refuse a set that cannot be worked with.

        Raises
        ------
        ShapeError
            When the arrays do not fit each other.
        DataError
            When there is no recording, a value is NaN or infinite, the sampling rate is not positive, one side is
            empty, or an event lies outside of its recording.
        """
        self._check_recordings()
        if not 0 < self.sampling_rate_hz < math.inf:
            raise DataError(f"sampling_rate_hz must be a positive number, found {self.sampling_rate_hz}")
        self._check_sides()
        self._check_events()

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays for an NPZ file, without pickle.

        Returns
        -------
        arrays : dict of str to array
            ``samples`` (n_samples, n_channels), all recordings one after another; ``offsets`` (n_recordings + 1,), the
            row where each begins, and the end; ``sampling_rate_hz`` (); ``names`` and ``test_from`` (n_recordings,);
            ``source`` (n_facts, 2). With events also ``event_samples`` (n_events,), rows of ``samples``;
            ``event_labels`` (n_events,) and ``event_names``, and with templates ``event_templates`` (n_kinds, length,
            n_channels) and ``template_event`` ().
        """
        offsets = self._offsets()
        arrays = {
            "samples": np.concatenate(self.recordings),
            "offsets": offsets,
            "sampling_rate_hz": np.array(self.sampling_rate_hz, dtype=np.float64),
            "names": np.array(self.names, dtype=str),
            "test_from": self.test_from,
            "source": np.array([*self.source.items()], dtype=str).reshape(-1, 2),
        }
        if self.event_samples is None or self.event_labels is None:
            return arrays
        shifted = [samples + first for samples, first in zip(self.event_samples, offsets[:-1], strict=True)]
        arrays |= {
            "event_samples": np.concatenate(shifted),
            "event_labels": np.concatenate(self.event_labels),
            "event_names": np.array(self.event_names, dtype=str),
        }
        if self.event_templates is None:
            return arrays
        return arrays | {"event_templates": self.event_templates, "template_event": np.array(self.template_event)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> RecordingSet:
        """The set that `to_arrays` gave."""
        offsets = arrays["offsets"]
        facts: dict[str, Any] = {}
        if "event_samples" in arrays:
            samples = arrays["event_samples"]
            cuts = np.searchsorted(samples, offsets[1:-1])
            shifted = zip(np.split(samples, cuts), offsets[:-1], strict=True)
            facts["event_samples"] = [part - first for part, first in shifted]
            facts["event_labels"] = np.split(arrays["event_labels"], cuts)
            facts["event_names"] = arrays["event_names"].tolist()
        if "event_templates" in arrays:
            facts["event_templates"] = arrays["event_templates"]
            facts["template_event"] = int(arrays["template_event"])
        return cls(
            recordings=np.split(arrays["samples"], offsets[1:-1]),
            sampling_rate_hz=float(arrays["sampling_rate_hz"]),
            names=arrays["names"].tolist(),
            test_from=arrays["test_from"],
            source=dict(arrays["source"].tolist()),
            **facts,
        )

    def windows(
        self, length: int, *, stride: int | None = None, validation_fraction: float = 0.1
    ) -> dict[str, np.ndarray]:
        """Windows of a fixed length, split by time into train, validation and test.

        Of every recording, the last part of the train side is set aside for validation. Windows begin at the first
        sample of a part and every `stride` samples after it. A window that would reach beyond the part is left out.

        Parameters
        ----------
        length : int
            Samples of a window.
        stride : int, optional
            From the start of a window to the start of the next; `length` by default, so that windows do not overlap.
        validation_fraction : float
            Share of the train side, between 0 and 1.

        Returns
        -------
        arrays : dict of str to array
            For each split of train, validation and test: ``{split}``, (n_windows, length) of one channel or
            (n_windows, length, n_channels) of several, in the dtype and the unit of the recordings;
            ``{split}_recording``, (n_windows,) int64, the recording that a window was cut from; and ``{split}_start``,
            (n_windows,) int64, its first sample there.

        Raises
        ------
        ConfigError
            When a number is out of range.
        DataError
            When no window fits into any part of a split.
        """
        check_count("length", length)
        stride = check_count("stride", length if stride is None else stride)
        check_share("validation_fraction", validation_fraction)
        validation_from = self.test_from - np.rint(validation_fraction * self.test_from).astype(np.int64)
        edges = (np.zeros_like(self.test_from), validation_from, self.test_from, self.lengths)
        arrays: dict[str, np.ndarray] = {}
        for split, first, end in zip(SPLITS, edges[:-1], edges[1:], strict=True):
            starts = [np.arange(a, b - length + 1, stride) for a, b in zip(first, end, strict=True)]
            if not any(map(len, starts)):
                raise DataError(
                    f"no {split} window of {length} samples fits, the longest {split} part has {(end - first).max()}; "
                    "choose a shorter length or another share"
                )
            arrays |= self._cut(split, starts, length)
        return arrays

    def _cut(self, split: str, starts: list[np.ndarray], length: int) -> dict[str, np.ndarray]:
        """Arrays of a split whose windows have these starts, one array of each recording."""
        cut = [windows_at(*pair, length) for pair in zip(self.recordings, starts, strict=True) if len(pair[1])]
        windows = np.concatenate(cut)
        return {
            split: windows[..., 0] if windows.shape[2] == 1 else windows,
            f"{split}_recording": np.repeat(np.arange(len(starts)), [len(found) for found in starts]),
            f"{split}_start": np.concatenate(starts),
        }

    def _offsets(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.lengths)])

    def _check_recordings(self) -> None:
        if not self.recordings:
            raise DataError("the set has no recording")
        first = self.recordings[0]
        for i, recording in enumerate(self.recordings):
            kind = f"{recording.dtype} of shape {recording.shape}"
            if recording.ndim != 2 or not recording.size or recording.dtype not in (np.float32, np.float64):
                raise ShapeError(
                    f"recording {i} must be float32 or float64 of shape (n_samples, n_channels), found {kind}"
                )
            if recording.shape[1] != first.shape[1] or recording.dtype != first.dtype:
                expected = f"{first.shape[1]} channels of {first.dtype}"
                raise ShapeError(f"recording {i} must have {expected} like recording 0, found {kind}")
            check_finite(f"recording {i}", recording)
        for name in ("names", "test_from"):
            if len(getattr(self, name)) != len(self.recordings):
                found = f"{len(self.recordings)} recordings, found {len(getattr(self, name))}"
                raise ShapeError(f"{name} must have one entry per recording, {found}")

    def _check_sides(self) -> None:
        outside = (self.test_from < 0) | (self.test_from > self.lengths)
        if outside.any():
            i = int(outside.argmax())
            raise DataError(
                f"test_from of recording {i} must be from 0 to {self.lengths[i]}, found {self.test_from[i]}"
            )
        for side, counts in (("train", self.test_from), ("test", self.lengths - self.test_from)):
            if not counts.any():
                raise DataError(f"the set has no {side} sample; each side needs at least one")

    def _check_events(self) -> None:
        if self.event_samples is None or self.event_labels is None:
            if self.event_names or self.event_samples is not self.event_labels:
                raise DataError("event_samples, event_labels and event_names must be given together or not at all")
            return
        if not len(self.event_samples) == len(self.event_labels) == len(self.recordings):
            found = f"found {len(self.event_samples)} and {len(self.event_labels)}"
            raise ShapeError(f"event_samples and event_labels must have one array per recording, {found}")
        for i, events in enumerate(zip(self.event_samples, self.event_labels, self.lengths, strict=True)):
            _check_events_of(i, *events, len(self.event_names))
        self._check_templates()

    def _check_templates(self) -> None:
        templates, first = self.event_templates, self.recordings[0]
        if templates is None:
            return
        kinds, channels = len(self.event_names), first.shape[1]
        if templates.ndim != 3 or (len(templates), templates.shape[2]) != (kinds, channels):
            expected = f"({kinds} kinds of events, length, {channels} channels)"
            raise ShapeError(f"event_templates must have shape {expected}, found {templates.shape}")
        check_finite("event_templates", templates)
        if not 0 <= self.template_event < templates.shape[1]:
            raise DataError(f"template_event must be from 0 to {templates.shape[1] - 1}, found {self.template_event}")


def windows_at(recording: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """Windows of a recording that begin at given samples.

    Parameters
    ----------
    recording : array, (n_samples, n_channels)
    starts : array, (n_windows,), int64
        First sample of each window.
    length : int

    Returns
    -------
    windows : array, (n_windows, length, n_channels), same dtype

    Raises
    ------
    DataError
        When a window reaches beyond the recording.
    """
    last = len(recording) - length
    outside = (starts < 0) | (starts > last)
    if outside.any():
        raise DataError(f"windows of {length} samples must start from 0 to {last}, found {starts[outside.argmax()]}")
    views = sliding_window_view(recording, length, axis=0)  # (n_starts, n_channels, length), without a copy
    return np.ascontiguousarray(views[starts].swapaxes(1, 2))


def _check_events_of(recording: int, samples: np.ndarray, labels: np.ndarray, length: int, n_kinds: int) -> None:
    """Refuse events of one recording that are unsorted, outside of it, or of no known kind."""
    if samples.ndim != 1 or samples.shape != labels.shape:
        raise ShapeError(f"events of recording {recording} have samples {samples.shape}, but labels {labels.shape}")
    if (np.diff(samples) < 0).any():
        raise DataError(f"events of recording {recording} must be in ascending order")
    if len(samples) and not (samples[0] >= 0 and samples[-1] < length):
        found = f"found {samples[0]} to {samples[-1]}"
        raise DataError(f"events of recording {recording} must be samples from 0 to {length - 1}, {found}")
    if ((labels < 0) | (labels >= n_kinds)).any():
        raise DataError(f"events of recording {recording} need labels from 0 to {n_kinds - 1}")
