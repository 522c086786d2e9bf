"""A model of recordings: templates of spikes, learned by CRsAE, and the way from a recording to spikes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.data.recordings import RecordingSet
from lsalsa.encoders import Encoder
from lsalsa.encoders.exact_crsae import ExactCRsAE
from lsalsa.errors import DataError, LsalsaError, ShapeError, StorageError
from lsalsa.models.format import Parts, problem_of, write_parts
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.seeds import seed_for
from lsalsa.spikes import sorting, templates
from lsalsa.spikes.recording import Recording, recording_of

PREPROCESSING = ("sampling_rate_hz", "channels", "noise", "merge_ms")


@dataclass(frozen=True)
class SpikeTraining:
    """How templates are learned from a recording.

    Parameters
    ----------
    n_templates : int
    n_channels : int
        Those with the most energy above the noise.
    length_ms, before_ms : float
        Length of a template, and how much of it is before the trough.
    crossing, penalty : float
        Depth of the troughs that templates start from, and the penalty of a spike, in standard deviations of the noise.
    merge_ms : float
        Codes of one template that are no farther apart are one spike.
    window_ms : float
        Windows that the templates learn from.
    epochs, batch_size : int
    learning_rate, decay : float
        Of Adam; `decay` is the factor on the rate after each epoch.
    seed : int
    """

    n_templates: int = 4
    n_channels: int = 1
    length_ms: float = 3.0
    before_ms: float = 1.0
    crossing: float = 4.0
    penalty: float = 4.0
    merge_ms: float = 0.5
    window_ms: float = 100.0
    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 0.005
    decay: float = 0.85
    seed: int = 0


@dataclass
class RecordingModel:
    """Templates of spikes, which may occur anywhere in a recording.

    Attributes
    ----------
    encoder : Encoder
    problem : ConvolutionalProblem
        Templates and penalties, of channels that are divided by their noise.
    sampling_rate_hz : float
    channels : list of int
        Channels of a recording that the templates are of, from 0.
    noise : list of float
        Standard deviation of the noise of each, in the unit of the recording.
    merge_ms : float
        Codes of one template that are no farther apart are one spike.
    origin : dict
        Facts about the training, for readers.
    """

    encoder: Encoder
    problem: ConvolutionalProblem
    sampling_rate_hz: float
    channels: list[int]
    noise: list[float]
    merge_ms: float
    origin: dict[str, Any] = field(default_factory=dict)
    kind = "recordings"

    @property
    def bank(self) -> np.ndarray:
        """Templates, (length, n_channels, n_templates), of norm 1."""
        return np.asarray(self.problem.filters).reshape(-1, len(self.channels), self.problem.n_filters)

    def find_spikes(self, recording: np.ndarray, sampling_rate_hz: float) -> sorting.Sorted:
        """Find the spikes of each template.

        Parameters
        ----------
        recording : array, (n_samples, n_channels)
            All channels of the recording, in the unit that the model was trained on.
        sampling_rate_hz : float

        Returns
        -------
        sorted : lsalsa.spikes.sorting.Sorted
            For each template samples and amplitudes, the latter in standard deviations of the noise.

        Raises
        ------
        DataError
            At another sampling rate.
        ShapeError
            With fewer channels.
        """
        if sampling_rate_hz != self.sampling_rate_hz:
            raise DataError(
                f"the recording has {sampling_rate_hz:g} samples per second, but the model was trained at "
                f"{self.sampling_rate_hz:g}; resample the recording"
            )
        if recording.ndim != 2 or recording.shape[1] <= max(self.channels):
            raise ShapeError(
                f"the recording must have shape (n_samples, n_channels) with channel {max(self.channels) + 1}, found "
                f"{recording.shape}"
            )
        samples = np.ascontiguousarray(recording[:, self.channels] / np.array(self.noise), dtype=np.float32)
        none = np.zeros(0, np.int64)
        prepared = Recording(samples, sampling_rate_hz, len(samples), none, np.array(self.noise), [], [], None, 0)
        return sorting.sort(prepared, self.bank, self.problem.penalties, prepared.count(self.merge_ms))

    def info(self) -> dict[str, Any]:
        """What the model is and where it came from, in values that JSON holds."""
        length, n_channels, n_templates = self.bank.shape
        return {
            "kind": self.kind,
            "encoder": self.encoder.name,
            "templates": {"count": n_templates, "samples": length, "channels": n_channels},
            "penalties": [float(each) for each in self.problem.penalties],
            "preprocessing": self._preprocessing(),
            "origin": self.origin,
        }

    def _preprocessing(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in PREPROCESSING}

    def save(self, path: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
        """Write everything to one NPZ file, see `PictureModel.save`.

        Parameters
        ----------
        path : path
        metadata : mapping, optional
        """
        block = {"kind": self.kind, "preprocessing": self._preprocessing(), "origin": self.origin}
        write_parts(path, self.encoder, self.problem, block, metadata)

    @classmethod
    def of_parts(cls, path: str | Path, parts: Parts) -> RecordingModel:
        """The model that `save` wrote; StorageError when its parts do not fit."""
        settings = parts.block.get("preprocessing", {})
        problem = problem_of(path, ConvolutionalProblem, parts.arrays)
        try:
            chosen = {name: settings[name] for name in PREPROCESSING}
            model = cls(parts.encoder, problem, **chosen, origin=dict(parts.block.get("origin", {})))
            _ = model.bank
        except (KeyError, TypeError, ValueError, LsalsaError) as error:
            raise StorageError(f"{path} is no whole model of recordings: {error}") from error
        return model


def fit_recording(found: RecordingSet, settings: SpikeTraining) -> RecordingModel:
    """Learn templates from one recording, without known spikes: clusters of its troughs, then CRsAE from there.

    Parameters
    ----------
    found : RecordingSet
        With one recording; all of it is learned from.
    settings : SpikeTraining

    Returns
    -------
    model : RecordingModel

    Raises
    ------
    DataError
        Fewer troughs than templates, several recordings, or a channel without noise.
    ConfigError, ShapeError
        Settings that cannot be, a recording shorter than a window.
    """
    clock = time.perf_counter()
    whole = replace(found, test_from=found.lengths)
    recording = recording_of(whole, settings.n_channels)
    before, length = recording.count(settings.before_ms), recording.count(settings.length_ms)
    seeds = [seed_for(settings.seed, "spikes", step) for step in ("start", "training")]
    options = {"level": settings.crossing, "before": before, "length": length, "seed": seeds[0]}
    start = templates.kmeans_templates(recording, settings.n_templates, **options)  # type: ignore[arg-type]
    given = {name: getattr(settings, name) for name in ("window_ms", "epochs", "batch_size", "learning_rate", "decay")}
    learned = templates.learned_templates(
        recording, start, "decoder_only", penalty=settings.penalty, settings=given, seed=seeds[1]
    )
    problem = templates.problem_of(learned.bank, learned.penalties, recording.count(settings.window_ms))
    origin = {
        "settings": asdict(settings),
        "recording": dict(found.source),
        "seconds_of_recording": len(recording.samples) / recording.rate_hz,
        "training": learned.status,
        "seconds": round(time.perf_counter() - clock, 1),
    }
    return RecordingModel(
        ExactCRsAE.from_problem(problem, depth=1),
        problem,
        float(found.sampling_rate_hz),
        recording.channels.tolist(),
        recording.noise.tolist(),
        settings.merge_ms,
        origin,
    )
