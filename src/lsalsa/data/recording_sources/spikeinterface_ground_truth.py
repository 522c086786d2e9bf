"""Synthetic recordings of cells whose spikes and templates are known, as the package SpikeInterface generates them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.data.recordings import RecordingSet
from lsalsa.data.selection import check_share
from lsalsa.errors import ConfigError, DataError
from lsalsa.extras import from_extra
from lsalsa.seeds import generator, seed_for

GENERATED_HZ = 30_000
"""At 10 kHz the generator divides by zero: the first phase of its spikes has one sample."""
MS_BEFORE, MS_AFTER = 1.0, 3.0
SLOWEST_HZ, FASTEST_HZ = 8.0, 16.0
REFRACTORY_MS = 4.0
MOST_DRAWS = 500
SOURCE = {
    "name": "synthetic ground truth (SpikeInterface)",
    "licence": "MIT (SpikeInterface)",
    "citation": "A. P. Buccino et al.: SpikeInterface, a unified framework for spike sorting, eLife 9:e61834, 2020",
}


def load(
    *,
    seed: int,
    seconds: float = 120.0,
    n_channels: int = 4,
    n_units: int = 4,
    noise: float = 25.0,
    sampling_rate_hz: int = 10_000,
    max_cosine: float = 0.85,
    least_norm: float = 8.0,
    largest_norm: float = 16.0,
    test_fraction: float = 0.5,
) -> RecordingSet:
    """Generate a recording at 30 kHz, and bring it to a lower rate by a low-pass without delay.

    Cells, their places and their spikes are drawn by seed, at rates from 8 to 16 per second. Cells with templates too
    much alike cannot be told apart by any method: they are drawn anew until no two are. Then each template is scaled
    to a norm that is drawn by seed as well, so that it is known how hard a recording is.

    Parameters
    ----------
    seed
        As in every source, see `lsalsa.data.recording_sources`.
    seconds : float
        Length of the recording.
    n_channels, n_units : int
        Channels, and cells.
    noise : float
        Standard deviation of the white noise before the low-pass, in microvolt.
    sampling_rate_hz : int
        A divisor of 30,000 and a multiple of 1,000.
    max_cosine : float
        Largest cosine of two templates, in (0, 1]; 1 for the first cells that are drawn.
    least_norm, largest_norm : float
        Between them lies the norm of a template over the standard deviation of the noise, both at the lower rate.
    test_fraction
        As in every source.
    """
    check_share("test_fraction", test_fraction)
    step = _step(sampling_rate_hz)
    check_count("n_channels", n_channels)
    check_count("n_units", n_units)
    for name, value in {"seconds": seconds, "noise": noise, "max_cosine": max_cosine, "least_norm": least_norm}.items():
        if not (np.isfinite(value) and value > 0):
            raise ConfigError(f"{name} must be positive, found {value}")
    if not largest_norm >= least_norm:
        raise ConfigError(f"largest_norm must be at least least_norm, {least_norm:g}, found {largest_norm:g}")
    options = {"seconds": seconds, "noise": noise, "n_channels": n_channels, "n_units": n_units}
    norms = generator(seed_for(seed, "norms")).uniform(least_norm, largest_norm, n_units) * _noise_after(noise, step)
    recording, sorting = _draw(seed, step, max_cosine, norms, **options)
    samples = _lower_rate(recording.get_traces(), step).astype(np.float32)
    spikes = [sorting.get_unit_spike_train(unit) for unit in sorting.unit_ids]
    events, labels = _events(spikes, step, len(samples))
    return RecordingSet(
        recordings=[samples],
        sampling_rate_hz=float(sampling_rate_hz),
        names=["synthetic"],
        test_from=np.array([len(samples) - round(test_fraction * len(samples))]),
        source=SOURCE | {"extent": "complete"},
        event_samples=[events],
        event_labels=[labels],
        event_names=[f"cell {i + 1}" for i in range(n_units)],
        event_templates=_lowered(recording.templates, step).astype(np.float32),
        template_event=round(MS_BEFORE * sampling_rate_hz / 1000),
    )


def _step(rate: int) -> int:
    """Samples at 30 kHz for one at the wanted rate."""
    check_count("sampling_rate_hz", rate)
    step, rest = divmod(GENERATED_HZ, rate)
    if rest or round(MS_BEFORE * GENERATED_HZ / 1000) % step:
        raise ConfigError(f"sampling_rate_hz must divide 30,000 and be a multiple of 1,000, found {rate}")
    return step


def _draw(seed: int, step: int, max_cosine: float, norms: np.ndarray, **options: Any) -> tuple[Any, Any]:
    """The recording and the sorting of the first cells that can be told apart, with templates of these norms."""
    for draw in range(MOST_DRAWS):
        one = seed_for(seed, "cells", draw) % 2**31
        templates = np.asarray(_generated(one, **options)[0].templates, np.float64)  # its traces are not computed
        flat = _lowered(templates, step).reshape(len(templates), -1)
        found = np.linalg.norm(flat, axis=1)
        cosines = flat @ flat.T / np.outer(found, found)
        if (cosines[np.triu_indices(len(flat), 1)] <= max_cosine).all():
            scaled = templates * (norms / found)[:, None, None]
            return _generated(one, templates=scaled.astype(np.float32), **options)
    raise DataError(
        f"{MOST_DRAWS} draws of {len(norms)} cells have a cosine above max_cosine {max_cosine:g} each; let it be larger"
    )


def _generated(seed: int, *, seconds: float, n_channels: int, n_units: int, noise: float, **given: Any) -> Any:
    with from_extra("spikeinterface", "the source spikeinterface_ground_truth"):
        from spikeinterface.core import generate_ground_truth_recording
    rates = np.geomspace(SLOWEST_HZ, FASTEST_HZ, n_units).tolist()
    return generate_ground_truth_recording(
        durations=[float(seconds)],
        sampling_frequency=float(GENERATED_HZ),
        num_channels=n_channels,
        num_units=n_units,
        generate_sorting_kwargs={"firing_rates": rates, "refractory_period_ms": REFRACTORY_MS},
        noise_kwargs={"noise_levels": float(noise), "strategy": "tile_pregenerated"},
        ms_before=MS_BEFORE,
        ms_after=MS_AFTER,
        seed=seed,
        **given,
    )


def _lower_rate(samples: np.ndarray, step: int) -> np.ndarray:
    """Every step-th sample after a low-pass without delay, (n_samples // step, n_channels), float64."""
    from scipy.signal import decimate

    if step == 1:
        return samples.astype(np.float64)
    found = [decimate(channel.astype(np.float64), step, ftype="fir") for channel in samples.T]
    return np.ascontiguousarray(np.stack(found, axis=1))


def _noise_after(noise: float, step: int) -> float:
    """Standard deviation of white noise after the low-pass: that of its impulse response, seen at all phases."""
    if step == 1:
        return noise
    impulse = np.zeros((200 * step, 1))
    impulse[100 * step] = 1
    squares = [np.square(_lower_rate(np.roll(impulse, phase, axis=0), step)).sum() for phase in range(step)]
    return float(noise * np.sqrt(np.sum(squares)))


def _lowered(templates: Any, step: int) -> np.ndarray:
    """Templates (n_units, length, n_channels) at the lower rate, float64."""
    quiet = 40 * step  # the low-pass reaches 10 samples of the lower rate
    padded = np.pad(np.asarray(templates, np.float64), ((0, 0), (quiet, quiet), (0, 0)))
    lowered = np.stack([_lower_rate(template, step) for template in padded])
    return lowered[:, quiet // step : quiet // step + templates.shape[1] // step]


def _events(spikes: list[np.ndarray], step: int, n_samples: int) -> tuple[np.ndarray, np.ndarray]:
    """All spikes in the order of time at the lower rate, and the cell of each."""
    samples = np.concatenate([np.rint(train / step).astype(np.int64) for train in spikes])
    labels = np.repeat(np.arange(len(spikes)), [len(train) for train in spikes])
    order = np.argsort(samples, kind="stable")
    return np.minimum(samples[order], n_samples - 1), labels[order]
