"""Exact convolutional codes of recordings that are longer than memory, from one window to the next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import check_count, one_blas_thread
from lsalsa.arrays.checks import as_number, check_finite, check_floating, plain
from lsalsa.convolution.occurrences import add_occurrences
from lsalsa.errors import ConfigError, DivergedError, ShapeError
from lsalsa.exact.clusters import support_of
from lsalsa.exact.convolutional import ClusterActiveSet
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.problem.duality import dual_objective

SHORTEST = 16  # filter lengths that a window must hold: a quarter of it is looked at ahead at most
AHEAD = 64  # filter lengths that are looked at ahead where there is silence before them


@dataclass
class CodedStretch:
    """The codes of a stretch of a recording that are not zero, and what certifies the recording up to its end.

    Attributes
    ----------
    first, stop : int
        Code positions of the stretch; position p begins at sample p * stride.
    positions, filters : array, (n_active,), int64
        Where the codes are in the recording, in order.
    values : array, (n_active,), float64
    objective : float
        Of the recording up to this stretch.
    relative_gap : float
        Duality gap over objective of the recording up to this stretch, as one problem in which the codes that reach
        beyond it are held. That of the last stretch certifies the whole recording.
    """

    first: int
    stop: int
    positions: np.ndarray
    filters: np.ndarray
    values: np.ndarray
    objective: float
    relative_gap: float


def code_recording(
    problem: ConvolutionalProblem,
    chunks: Iterable[Any],
    tolerance: float = 1e-6,
    *,
    window: int = 200_000,
    max_iterations: int = 20_000,
) -> Iterator[CodedStretch]:
    """Optimal codes of a recording, a stretch at a time, as if it had been coded whole.

    A window of the recording is coded, and its codes up to a seam become final; those beyond it are a start for the
    next window. The seam is in the middle of a silence, the longest stretch without codes, some filter lengths before
    the end of the window; where none there is longer than a filter, of the longest one at least a quarter of the window
    before its end. Without any silence the seam cuts through overlapping codes. The certificate counts every sample and
    every position of the recording, the seams included: what a seam costs is seen in it.

    Parameters
    ----------
    problem : ConvolutionalProblem
        One for recordings, in host memory; its `signal_shape` does not matter.
    chunks : iterable of array, (n,), float32 or float64
        The recording in order, in pieces of any lengths; several channels interleaved.
    tolerance : float
        Largest relative duality gap allowed.
    window : int
        Samples that are coded together. Memory grows with it, and with neither the recording nor the chunks.
    max_iterations : int
        As for `optimal_codes`.

    Returns
    -------
    iterator of CodedStretch

    Raises
    ------
    ConfigError
        When the tolerance is not between 0 and 1, the window is too short, or the filters are those of pictures.
    ShapeError, DataError
        When a chunk is not a row of finite floating-point numbers, or the recording is shorter than a filter.
    DivergedError
        When the certificate is missed: by a seam through codes that reach far, or a window that was given up.
    """
    if len(problem.signal_shape) != 1:
        raise ConfigError(f"recordings need filters of one axis, found filters of shape {problem.filters.shape}")
    if not 0 < as_number(tolerance) < 1:
        raise ConfigError(f"tolerance must lie between 0 and 1, found {tolerance!r}")
    least = SHORTEST * max(problem.filters.shape[0], problem.stride[0])
    check_count("window", window, least)
    check_count("max_iterations", max_iterations)
    return _stretches(_Recording(problem.astype(np.float64), tolerance, max_iterations), chunks, window)


def _stretches(recording: "_Recording", chunks: Iterable[Any], window: int) -> Iterator[CodedStretch]:
    for piece in _pieces(chunks, window):
        recording.append(piece)
        while recording.signal.size >= window:
            yield recording.code(window)
    yield recording.code(recording.signal.size, is_last=True)


def _pieces(chunks: Iterable[Any], size: int) -> Iterator[np.ndarray]:
    """The chunks in float64, cut where they are longer than a size."""
    for number, chunk in enumerate(chunks, start=1):
        if getattr(chunk, "ndim", None) != 1:
            found = getattr(chunk, "shape", type(chunk).__name__)
            raise ShapeError(f"chunk {number} must have shape (n_samples,), found {found}")
        chunk = plain(f"chunk {number}", chunk)
        check_floating(f"chunk {number}", chunk)
        check_finite(f"chunk {number}", chunk)
        yield from (chunk[first : first + size].astype(np.float64) for first in range(0, len(chunk), size))


class _Recording:
    """The part of a recording that is not coded yet, and the certificate of the part that is.

    Codes are in units of their penalties, and are kept by their places: entry `place` of a code is filter
    `place % n_filters` at position `place // n_filters`.

    Attributes
    ----------
    signal : array, (n,)
        Samples from position `first` on, less what final codes before `first` add to them.
    start : (places, values)
        Codes from `first` on, as the last window had them.
    residual : array, (reach * stride,) or shorter
        The last final residuals: those that positions see whose filters reach beyond `first`.
    open_codes : (places, values)
        The final codes at those positions, counted from the first of them; there are `n_open` positions.
    """

    def __init__(self, problem: ConvolutionalProblem, tolerance: float, max_iterations: int):
        self.problem, self.penalties = problem.of_unit_penalties(), np.asarray(problem.penalties)
        self.tolerance, self.max_iterations = tolerance, max_iterations
        self.filters = np.ascontiguousarray(self.problem.filters.T)
        self.signal, self.residual = np.empty(0), np.empty(0)
        self.start = self.open_codes = (np.empty(0, np.int64), np.empty(0))
        self.first = self.n_open = 0
        self.squared = self.weighted = self.explained = 0.0
        self.above = self.below = -np.inf
        self._solvers: dict[int, ClusterActiveSet] = {}

    def append(self, samples: np.ndarray) -> None:
        self.signal = np.concatenate([self.signal, samples])

    def code(self, size: int, is_last: bool = False) -> CodedStretch:
        """Code the next samples; their codes up to a seam, or all of the last window, are final."""
        with one_blas_thread():
            return self._code(size, is_last)

    def _code(self, size: int, is_last: bool) -> CodedStretch:
        codes, n_filters = self._code_window(size), len(self.filters)
        places, n_positions = support_of(codes), codes.size // n_filters
        seam = n_positions if is_last else self._seam(places // n_filters, n_positions)
        n_final = int(np.searchsorted(places, seam * n_filters))
        values = codes[places]
        self.start = places[n_final:] - seam * n_filters, values[n_final:]
        places, values = places[:n_final], values[:n_final]
        self._add(places, -values, self.signal)
        n_samples = size if is_last else seam * self.problem.stride[0]
        self._count(self.signal[:n_samples], seam, places, values)
        stretch = self._stretch(seam, places, values)
        self.signal = self.signal[n_samples:]
        self.first += seam
        return stretch

    def _code_window(self, size: int) -> np.ndarray:
        """Optimal codes of the next samples: array, (n_positions * n_filters,)."""
        solver = self._solver_of(size)
        residual, codes = self.signal[:size].copy(), np.zeros((1, solver.problem.n_atoms))
        places, values = self.start
        codes[0, places] = values
        self._add(places, -values, residual)
        solver.repair(residual[None], codes)
        return codes[0]

    def _solver_of(self, size: int) -> ClusterActiveSet:
        """The solver of a window, which is kept: nearly all windows have one size."""
        if size not in self._solvers:
            window = self._problem_of(size)
            self._solvers = {size: ClusterActiveSet(window, self.tolerance, self.max_iterations)}
        return self._solvers[size]

    def _problem_of(self, size: int) -> ConvolutionalProblem:
        length = self.problem.filters.shape[0]
        if size < length:
            raise ShapeError(f"a recording must have at least the {length} samples of a filter, found {size}")
        return self.problem.with_signal_shape(size)

    def _add(self, places: np.ndarray, values: np.ndarray, signal: np.ndarray) -> None:
        add_occurrences(self.filters, self.problem.stride[0], places, values, signal)

    def _seam(self, active: np.ndarray, n_positions: int) -> int:
        """The position up to which codes become final; `active` are the positions with codes."""
        reach = -(-self.problem.filters.shape[0] // self.problem.stride[0])
        quarter = n_positions // 4
        ahead = min(quarter, AHEAD * reach)
        seam, silence = _quiet_place(active, n_positions - 2 * ahead, n_positions - ahead)
        return seam if silence > reach else _quiet_place(active, n_positions // 2, n_positions - quarter)[0]

    def _count(self, residual: np.ndarray, n_positions: int, places: np.ndarray, values: np.ndarray) -> None:
        """Add final residuals, and the codes whose filters they reach to the end of, to the certificate."""
        self.squared += float(residual @ residual)
        residual = np.concatenate([self.residual, residual])
        places = np.concatenate([self.open_codes[0], places + self.n_open * len(self.filters)])
        values = np.concatenate([self.open_codes[1], values])
        problem = self._problem_of(residual.size)
        correlations = problem.operator.correlate(residual[None], np.empty((1, problem.n_atoms)))
        closed = problem.grid[0]
        above, below = problem.steepness(correlations)
        self.above, self.below = max(self.above, float(above[0])), max(self.below, float(below[0]))
        n_closed = int(np.searchsorted(places, closed * len(self.filters)))
        self.weighted += float(np.abs(values[:n_closed]).sum())
        self.explained += float(values[:n_closed] @ correlations[0, places[:n_closed]])
        self.open_codes = places[n_closed:] - closed * len(self.filters), values[n_closed:]
        self.n_open = self.n_open + n_positions - closed
        self.residual = residual[closed * self.problem.stride[0] :]

    def _stretch(self, n_positions: int, places: np.ndarray, values: np.ndarray) -> CodedStretch:
        """The stretch with these codes, once the recording is certified up to it."""
        objective, along = 0.5 * self.squared + self.weighted, self.squared + self.explained  # <y, r> = <r + H x, r>
        gap = objective - float(dual_objective(np.float64(along), self.squared, self.above, self.below))
        relative_gap = max(gap, 0.0) / (objective or 1.0)
        stop = self.first + n_positions
        if not relative_gap <= self.tolerance:
            raise DivergedError(
                f"the recording up to code position {stop} misses the relative duality gap {self.tolerance:g} with "
                f"{relative_gap:.2e}: a window was given up, or its codes reach farther than a quarter of it; take a "
                f"longer window, more iterations or larger penalties"
            )
        positions, filters = np.divmod(places, len(self.filters))
        values = values / self.penalties[filters]
        return CodedStretch(self.first, stop, positions + self.first, filters, values, objective, relative_gap)


def _quiet_place(active: np.ndarray, first: int, stop: int) -> tuple[int, int]:
    """The middle of the longest run of positions without codes between two positions, and how long it is."""
    inside = active[np.searchsorted(active, first) : np.searchsorted(active, stop)]
    edges = np.concatenate([[first - 1], inside, [stop]])
    longest = int(np.diff(edges).argmax())
    return int(edges[longest] + edges[longest + 1] + 1) // 2, int(edges[longest + 1] - edges[longest]) - 1
