"""Exact convolutional codes of recordings that are longer than memory, from one window to the next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.arrays.checks import as_number, check_finite, check_floating, plain
from lsalsa.errors import ConfigError, DivergedError, ShapeError
from lsalsa.exact.convolutional import ClusterActiveSet
from lsalsa.problem.certified import dual_objective
from lsalsa.problem.convolutional import ConvolutionalProblem

SHORTEST = 16  # filter lengths that a window must hold: a quarter of it is looked at ahead


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
    next window. The seam is in the middle of the longest stretch without codes, at least a quarter of the window before
    its end. Where there is no such silence the seam cuts through overlapping codes. The certificate counts every sample
    and every position of the recording, the seams included: what a seam costs is seen in it.

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
        if recording.signal.size >= window:
            yield recording.code(is_last=False)
    yield recording.code(is_last=True)


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

    Attributes
    ----------
    signal : array, (n,)
        Samples from position `first` on.
    spill : array, (length,) or shorter
        What final codes before `first` add to these samples.
    start : array, (n_positions * n_filters,)
        Codes from `first` on, as the last window had them.
    residual : array, (reach * stride,) or shorter
        The last final residuals: those that positions see whose filters reach beyond `first`.
    open_codes : array, (reach, n_filters) or shorter
        The final codes at those positions.
    """

    def __init__(self, problem: ConvolutionalProblem, tolerance: float, max_iterations: int):
        self.problem, self.tolerance, self.max_iterations = problem, tolerance, max_iterations
        self.signal, self.spill, self.start, self.residual = (np.empty(0) for _ in range(4))
        self.open_codes = np.empty((0, problem.n_filters))
        self.first, self.penalties = 0, np.asarray(problem.penalties)
        self.squared = self.weighted = self.explained = 0.0
        self.above = self.below = -np.inf

    def append(self, samples: np.ndarray) -> None:
        self.signal = np.concatenate([self.signal, samples])

    def code(self, is_last: bool) -> CodedStretch:
        """Code what is there; its codes up to a seam, or all of the last window, are final."""
        codes, spill = self._code_window()
        seam = len(codes) if is_last else _quiet_place(codes)
        self.start = codes[seam:].ravel().copy()
        codes[seam:] = 0
        spill += self._synthesized(codes)
        n_final = self.signal.size if is_last else seam * self.problem.stride[0]
        self._count(self.signal[:n_final] - spill[:n_final], codes[:seam])
        stretch = self._stretch(codes[:seam])
        self.signal, self.spill = self.signal[n_final:], spill[n_final:][: self.problem.filters.shape[0]].copy()
        self.first += seam
        return stretch

    def _code_window(self) -> tuple[np.ndarray, np.ndarray]:
        """Optimal codes of the samples that are there, (n_positions, n_filters), and what earlier codes add to them."""
        n, length = self.signal.size, self.problem.filters.shape[0]
        if n < length:
            raise ShapeError(f"a recording must have at least the {length} samples of a filter, found {n}")
        window = self.problem.with_signal_shape(n)
        spill, codes = np.zeros(n), np.zeros((1, window.n_atoms))
        spill[: self.spill.size], codes[0, : self.start.size] = self.spill, self.start
        solver = ClusterActiveSet(window, self.tolerance, self.max_iterations)
        return solver((self.signal - spill)[None], codes).reshape(-1, self.problem.n_filters), spill

    def _synthesized(self, codes: np.ndarray) -> np.ndarray:
        return self.problem.with_signal_shape(self.signal.size).reconstruct(codes.reshape(1, -1))[0]

    def _count(self, residual: np.ndarray, codes: np.ndarray) -> None:
        """Add final residuals, and the codes whose filters they reach to the end of, to the certificate."""
        self.squared += float(residual @ residual)
        residual, codes = np.concatenate([self.residual, residual]), np.concatenate([self.open_codes, codes])
        problem = self.problem.with_signal_shape(residual.size)
        correlations, closed = problem.correlate(residual[None]), problem.grid[0]
        above, below = problem.steepness(correlations)
        self.above, self.below = max(self.above, float(above[0])), max(self.below, float(below[0]))
        self.weighted += float((np.abs(codes[:closed]) @ self.penalties).sum())
        self.explained += float(np.vdot(codes[:closed], correlations))
        self.residual, self.open_codes = residual[closed * self.problem.stride[0] :], codes[closed:]

    def _stretch(self, codes: np.ndarray) -> CodedStretch:
        """The stretch with these codes, once the recording is certified up to it."""
        objective, along = 0.5 * self.squared + self.weighted, self.squared + self.explained  # <y, r> = <r + H x, r>
        gap = objective - float(dual_objective(np.float64(along), self.squared, self.above, self.below))
        relative_gap = max(gap, 0.0) / (objective or 1.0)
        stop = self.first + len(codes)
        if not relative_gap <= self.tolerance:
            raise DivergedError(
                f"the recording up to code position {stop} misses the relative duality gap {self.tolerance:g} with "
                f"{relative_gap:.2e}: a window was given up, or its codes reach farther than a quarter of it; take a "
                f"longer window, more iterations or larger penalties"
            )
        positions, filters = np.nonzero(codes)
        values = codes[positions, filters]
        return CodedStretch(self.first, stop, positions + self.first, filters, values, objective, relative_gap)


def _quiet_place(codes: np.ndarray) -> int:
    """The middle of the longest run of positions without codes in the third quarter of a window."""
    first, stop = len(codes) // 2, len(codes) - len(codes) // 4
    active = first + np.flatnonzero(codes[first:stop].any(axis=1))
    edges = np.concatenate([[first - 1], active, [stop]])
    longest = int(np.diff(edges).argmax())
    return int(edges[longest] + edges[longest + 1] + 1) // 2
