"""Windows with spikes at known places: filters like action potentials, codes, noise, starts of learning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.errors import ConfigError, DataError
from lsalsa.metrics import filter_errors
from lsalsa.problem.convolutional import ConvolutionalProblem

LENGTH_MS = 1.8
"""Duration of an action potential: 18 samples at the authors' 10 kHz."""

SHAPES_MS = (
    ((0.45, 0.13, -1.0), (0.90, 0.30, 0.55)),
    ((0.45, 0.10, 0.70), (0.80, 0.42, -1.0)),
    ((0.50, 0.16, 0.60), (0.85, 0.14, -1.0), (1.25, 0.22, 0.30)),
    ((0.25, 0.12, 0.30), (0.55, 0.22, -1.0), (1.15, 0.28, 0.35)),
)
"""Bumps of each wave form: place and width in milliseconds, and height. They are ours; the authors' are not public."""

CLOSE = (0.4, 0.5)
"""Errors of the filters from which learning starts."""

MAX_DRAWS = 1000

N_SPIKES, AMPLITUDE, NOISE = 3, (2.0, 0.1), 0.1
"""The tutorial's: spikes of each filter in a window, mean and standard deviation of their size, that of the noise."""

RATES_HZ, MEANS, SPREADS = (10.0, 30.0), (120.0, 150.0), (10.0, 12.0)
"""The simulation's ranges for the filters' rates, and for the means and standard deviations of sizes."""


@dataclass(frozen=True)
class Spikes:
    """Windows, and what they are made of.

    Attributes
    ----------
    filters : array, (length, n_filters), float64
        Of norm 1.
    codes : array, (n_windows, n_positions * n_filters), float32
        As `ConvolutionalProblem` lays them out.
    clean, signals : array, (n_windows, window), float32
        Without and with noise.
    noise : float
        Its standard deviation.
    nonnegative : bool
        Whether all spikes have the sign of their filter.
    """

    filters: np.ndarray
    codes: np.ndarray
    clean: np.ndarray
    signals: np.ndarray
    noise: float
    nonnegative: bool

    def problem(self, filters: Any, penalty: float) -> ConvolutionalProblem:
        """The problem with some filters and one penalty for the windows' codes."""
        return ConvolutionalProblem(filters, penalty, self.signals.shape[1], nonnegative=self.nonnegative)


def length_of(sampling_rate_hz: float) -> int:
    """Return the number of samples of an action potential."""
    return round(LENGTH_MS * sampling_rate_hz / 1e3)


def action_potentials(n_filters: int, sampling_rate_hz: float) -> np.ndarray:
    """Wave forms like those of neurons near an electrode, biphasic or triphasic.

    Parameters
    ----------
    n_filters : int
        At most four.
    sampling_rate_hz : float

    Returns
    -------
    filters : array, (length, n_filters), float64
        Of norm 1 and 1.8 ms long.

    Raises
    ------
    ConfigError
        More filters than there are shapes.
    """
    if check_count("n_filters", n_filters) > len(SHAPES_MS):
        raise ConfigError(f"there are {len(SHAPES_MS)} wave forms of action potentials, asked for {n_filters}")
    time = 1e3 * np.arange(length_of(sampling_rate_hz)) / sampling_rate_hz
    filters = np.zeros((len(time), n_filters))
    for c, bumps in enumerate(SHAPES_MS[:n_filters]):
        for place, width, height in bumps:
            filters[:, c] += height * np.exp(-(((time - place) / width) ** 2))
    return filters / np.linalg.norm(filters, axis=0)


def tutorial_spikes(filters: np.ndarray, n_windows: int, window: int, rng: np.random.Generator) -> Spikes:
    """Windows as in the authors' tutorial: three spikes of each filter at any places, of about 2, in noise of 0.1.

    Parameters
    ----------
    filters : array, (length, n_filters)
    n_windows, window : int
        Their number and length in samples.
    rng : numpy.random.Generator

    Returns
    -------
    spikes : Spikes
    """
    shape = n_windows, window - len(filters) + 1, filters.shape[1]
    places = np.argsort(rng.random(shape), axis=1)[:, :N_SPIKES]
    codes = np.zeros(shape)
    np.put_along_axis(codes, places, rng.normal(*AMPLITUDE, places.shape), axis=1)
    return _with_noise(filters, codes, window, NOISE, rng, nonnegative=True)


def two_sided_spikes(
    filters: np.ndarray, n_windows: int, window: int, sampling_rate_hz: float, snr_db: float, rng: np.random.Generator
) -> Spikes:
    """Windows as in the authors' simulation: spikes of both signs, at a rate and of a size of each filter's own.

    Spikes of one filter lie apart by more than its length; those of two may overlap. Noise is relative to the samples
    where there is a spike, and all is scaled by the largest sample of the noisy windows.

    Parameters
    ----------
    filters : array, (length, n_filters)
    n_windows, window : int
        Their number and length in samples.
    sampling_rate_hz : float
    snr_db : float
        20 log10 of the standard deviation of the clean windows where they are not zero over that of the noise.
    rng : numpy.random.Generator

    Returns
    -------
    spikes : Spikes
    """
    n_positions, n_filters = window - len(filters) + 1, filters.shape[1]
    codes = np.zeros((n_windows, n_positions, n_filters))
    rates, means, spreads = (rng.uniform(low, high, (n_filters,)) for low, high in (RATES_HZ, MEANS, SPREADS))
    counts = np.ceil(window / sampling_rate_hz * rates).astype(int)
    for code in codes:
        for c in range(n_filters):
            places = _apart(n_positions, counts[c], len(filters) + 1, rng)
            code[places, c] = rng.normal(means[c], spreads[c], len(places)) * rng.choice([-1, 1], len(places))
    clean = _reconstruct(filters, codes, window)
    noise = clean[clean != 0].std() / 10 ** (snr_db / 20)
    found = _with_noise(filters, codes, window, noise, rng, nonnegative=False)
    scale = np.abs(found.signals).max()
    scaled = {name: getattr(found, name) / scale for name in ("codes", "clean", "signals")}
    return replace(found, **scaled, noise=float(noise / scale))


def _apart(n_positions: int, count: int, least: int, rng: np.random.Generator) -> np.ndarray:
    """Random positions, ascending, with at least some distance from each to the next."""
    free = n_positions - (count - 1) * (least - 1)
    if free < count:
        raise ConfigError(f"{count} spikes at least {least} samples apart do not fit into {n_positions} positions")
    return np.sort(rng.choice(free, count, replace=False)) + (least - 1) * np.arange(count)


def _with_noise(
    filters: np.ndarray, codes: np.ndarray, window: int, noise: float, rng: np.random.Generator, *, nonnegative: bool
) -> Spikes:
    clean = _reconstruct(filters, codes, window)
    signals = clean + noise * rng.standard_normal(clean.shape)
    arrays = {"codes": codes.reshape(len(codes), -1), "clean": clean, "signals": signals}
    single = {name: array.astype(np.float32) for name, array in arrays.items()}
    return Spikes(filters, **single, noise=noise, nonnegative=nonnegative)


def _reconstruct(filters: np.ndarray, codes: np.ndarray, window: int) -> np.ndarray:
    return ConvolutionalProblem(filters, 1.0, window).reconstruct(codes.reshape(len(codes), -1))


def close_start(filters: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Filters about half wrong: noise is added and drawn anew until all errors are in `CLOSE`.

    Parameters
    ----------
    filters : array, (length, n_filters)
    rng : numpy.random.Generator

    Returns
    -------
    start : array, (length, n_filters), float64
        Of norm 1.

    Raises
    ------
    DataError
        When no draw has such errors.
    """
    start = np.empty_like(filters)
    for c, true in enumerate(filters.T):
        draws = (true + 0.5 * true.std() * rng.standard_normal(true.shape) for _ in range(MAX_DRAWS))
        close = (draw for draw in draws if CLOSE[0] <= _error(draw, true) <= CLOSE[1])
        found = next(close, None)
        if found is None:
            raise DataError(f"no start of filter {c + 1} has an error in {CLOSE} after {MAX_DRAWS} draws")
        start[:, c] = found / np.linalg.norm(found)
    return start


def _error(learned: np.ndarray, true: np.ndarray) -> float:
    return float(filter_errors(learned[:, None], true[:, None])[0])
