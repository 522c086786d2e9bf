"""How much learned filters look like Gabor functions, the shape of simple cells and of filters for natural pictures.

Two numbers say it. The share of a filter's energy that the best Gabor function explains is high for every smooth patch,
so the selectivity for an orientation stands beside it: it is 0 for a round patch and near 1 for a grating.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.special import expit, logit

from lsalsa.arrays.checks import check_finite
from lsalsa.errors import DataError, ShapeError

N_PEAKS = 3
"""Maxima of the power spectrum that a fit starts from, each with every width of `WIDTHS`."""

WIDTHS = (1.0, 2.0)
"""Standard deviations of the envelope at the start, in pixels."""

NARROWEST = 0.5
"""Least standard deviation in pixels: a narrower envelope fits one pixel and is no wave."""

SPECTRUM = 63
"""Points of the spectrum along each axis: odd, so that no frequency stands without its negative."""


@dataclass(frozen=True)
class _Grid:
    """Pixel coordinates of a filter from its centre, and the bounds of what is fitted."""

    rows: np.ndarray
    columns: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray

    @classmethod
    def of(cls, height: int, width: int) -> _Grid:
        rows, columns = np.mgrid[:height, :width].astype(np.float64)
        half = np.array([height, width]) / 2
        widest = max(height, width)
        return cls(
            rows=(rows - (height - 1) / 2).ravel(),
            columns=(columns - (width - 1) / 2).ravel(),
            lowest=np.array([-half[0], -half[1], NARROWEST, NARROWEST]),
            highest=np.array([half[0], half[1], widest, widest]),
        )

    def free(self, bounded: np.ndarray) -> np.ndarray:
        """Centre and widths -> numbers without bounds."""
        share = (bounded - self.lowest) / (self.highest - self.lowest)
        return logit(np.clip(share, 1e-3, 1 - 1e-3))

    def bounded(self, free: np.ndarray) -> np.ndarray:
        """Return what `free` was given."""
        return self.lowest + (self.highest - self.lowest) * expit(free)


def gabor_likeness(filters: np.ndarray) -> dict[str, np.ndarray]:
    """Measure how much filters look like Gabor functions.

    Parameters
    ----------
    filters : array, (height, width, n_filters)
        Any scale and sign.

    Returns
    -------
    likeness : dict of str to array, each (n_filters,), float64
        ``r2``, the share of the energy, 1 - ||h - g||^2 / ||h||^2, that the best Gabor function g explains. It has
        eight parameters: amplitude and phase, centre (2), wave vector (2) and the widths of the envelope along the wave
        and across. ``selectivity``, |sum P exp(2 i angle)| / sum P over the power spectrum P without its mean.

    Raises
    ------
    ShapeError
        When there are not three axes, or a filter has fewer than 9 pixels: eight parameters would fit it anyway.
    DataError
        When a value is NaN or infinite, or a filter has norm 0.
    """
    if filters.ndim != 3 or filters.shape[0] * filters.shape[1] < 9:
        found = f"found shape {filters.shape}"
        raise ShapeError(f"filters must have shape (height, width, n_filters) with at least 9 pixels each, {found}")
    columns = np.moveaxis(filters, 2, 0).astype(np.float64)
    check_finite("filters", columns)
    norms = np.sqrt((columns**2).sum(axis=(1, 2)))
    if not norms.all():
        raise DataError(f"filter {int(norms.argmin())} has norm 0, so it has no shape")
    flat = columns.reshape(len(columns), -1)
    largest = flat[np.arange(len(flat)), np.abs(flat).argmax(axis=1)]
    columns *= (np.sign(largest) / norms)[:, None, None]  # one sign: equal filters take equal ways through the fit
    return {
        "r2": np.array([_explained(one) for one in columns]),
        "selectivity": np.array([_selectivity(one) for one in columns]),
    }


def _explained(one: np.ndarray) -> float:
    """Energy of a filter of norm 1 that the best Gabor function explains, over all starts."""
    grid, pixels = _Grid.of(*one.shape), one.ravel()
    energy = pixels**2
    centre = [float(energy @ grid.rows), float(energy @ grid.columns)]
    residual = 1.0
    for wave in _strongest_waves(one):
        for width in WIDTHS:
            start = np.concatenate([wave, grid.free(np.array([*centre, width, width]))])
            fit = least_squares(_misfit, start, method="lm", args=(grid, pixels), xtol=1e-6, ftol=1e-6, max_nfev=400)
            residual = min(residual, 2 * fit.cost)
    return 1 - residual


def _misfit(parameters: np.ndarray, grid: _Grid, pixels: np.ndarray) -> np.ndarray:
    """Difference between a filter and the nearest Gabor function of these six parameters.

    Amplitude and phase, the two others, enter linearly as the weights of a cosine and a sine; their best values are
    put in (variable projection), so the search has six dimensions.
    """
    frequency = parameters[:2]
    row, column, along, across = grid.bounded(parameters[2:])
    length = np.hypot(*frequency)
    direction = frequency / length if length > 0 else np.array([1.0, 0.0])
    rows, columns = grid.rows - row, grid.columns - column
    on_wave = direction[0] * rows + direction[1] * columns
    off_wave = direction[0] * columns - direction[1] * rows
    envelope = np.exp(-0.5 * ((on_wave / along) ** 2 + (off_wave / across) ** 2))
    angle = 2 * np.pi * length * on_wave
    basis = np.stack([envelope * np.cos(angle), envelope * np.sin(angle)])
    gram = basis @ basis.T
    gram[[0, 1], [0, 1]] += 1e-12  # without a wave the sine is nothing
    return pixels - np.linalg.solve(gram, basis @ pixels) @ basis


def _power(one: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Power spectrum of a filter, and the frequencies of its rows and columns, cycles per pixel."""
    power = np.abs(np.fft.fft2(one, (SPECTRUM, SPECTRUM))) ** 2
    frequencies = np.fft.fftfreq(SPECTRUM)
    return power, frequencies[:, None], frequencies[None, :]


def _strongest_waves(one: np.ndarray) -> np.ndarray:
    """Wave vectors of the highest local maxima of the power spectrum, (N_PEAKS, 2) or fewer; one of each sign."""
    power, rows, columns = _power(one)
    neighbours = [np.roll(power, shift, (0, 1)) for shift in ((0, 1), (1, 0), (1, 1), (1, -1))]
    neighbours += [np.roll(power, shift, (0, 1)) for shift in ((0, -1), (-1, 0), (-1, -1), (-1, 1))]
    one_sign = (rows > 0) | ((rows == 0) & (columns >= 0))
    peaks = np.argwhere((power >= np.max(neighbours, axis=0)) & one_sign)
    order = np.argsort(-power[peaks[:, 0], peaks[:, 1]], kind="stable")[:N_PEAKS]
    chosen = peaks[order]
    return np.stack([rows[chosen[:, 0], 0], columns[0, chosen[:, 1]]], axis=1)


def _selectivity(one: np.ndarray) -> float:
    power, rows, columns = _power(one)
    power[0, 0] = 0  # the mean has no orientation
    return float(abs((power * np.exp(2j * np.arctan2(rows, columns))).sum()) / power.sum())
