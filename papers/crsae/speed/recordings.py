"""Recordings to time coders on: spikes of three neurons in white noise, whose shapes resemble each other.

No real recording is needed: how long a coder takes depends on the filters, the penalty and the number of spikes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

RATE_HZ = 10_000
LENGTH = 41  # samples of a spike: 4.1 ms
AMPLITUDE, SPREAD = 12.0, 0.1
"""Norm of a spike in standard deviations of the noise, and its relative standard deviation."""

CHUNK = RATE_HZ
"""Samples of a chunk of a stream: a second."""

_SHAPES = (
    ((1.0, 14, 3.0), (-0.45, 23, 6.0)),
    ((1.0, 16, 4.5), (-0.3, 28, 6.0)),
    ((-0.3, 9, 3.0), (1.0, 16, 2.2), (-0.5, 22, 4.5)),
)
"""Of each neuron the bumps of its spike: height, middle and width in samples."""


def spike_shapes() -> np.ndarray:
    """Return the shapes of norm 1: array, (length, n_neurons), float64."""
    time = np.arange(LENGTH)[:, None]
    shapes = []
    for bumps in _SHAPES:
        height, middle, width = np.array(bumps).T
        shapes.append((height * np.exp(-0.5 * ((time - middle) / width) ** 2)).sum(axis=1))
    filters = np.stack(shapes, axis=1)
    return filters / np.linalg.norm(filters, axis=0)


def recording(n_samples: int, spikes_per_second: float, seed: int, number: int = 0) -> np.ndarray:
    """Draw a stretch of a recording, with as many spikes as the rate says.

    Parameters
    ----------
    n_samples : int
    spikes_per_second : float
        Of all neurons together.
    seed : int
    number : int
        Of the stretch.

    Returns
    -------
    signal : array, (n_samples,), float32
        In standard deviations of the noise.
    """
    random = np.random.default_rng([seed, number])
    signal, filters = random.standard_normal(n_samples, dtype=np.float32), spike_shapes().astype(np.float32)
    n_spikes = round(spikes_per_second * n_samples / RATE_HZ)
    starts = random.integers(0, n_samples - LENGTH + 1, n_spikes)
    neurons = random.integers(0, filters.shape[1], n_spikes)
    sizes = (AMPLITUDE * (1 + SPREAD * random.standard_normal(n_spikes))).astype(np.float32)
    np.add.at(signal, starts[:, None] + np.arange(LENGTH), sizes[:, None] * filters.T[neurons])
    return signal


def stream(seconds: int, spikes_per_second: float, seed: int) -> Iterator[np.ndarray]:
    """Draw a recording a second at a time, each when it is asked for.

    Parameters
    ----------
    seconds : int
    spikes_per_second : float
        Of all neurons together.
    seed : int

    Returns
    -------
    chunks : iterator of array, (10000,), float32
    """
    return (recording(CHUNK, spikes_per_second, seed, number) for number in range(seconds))
