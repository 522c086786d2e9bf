"""Seconds from a window of a recording to its spike times, of every coder, with the duality gap that it reaches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import one_blas_thread
from lsalsa.errors import DivergedError
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.study.scoring.exact_peers import AbsentPeer
from papers.crsae.speed import peers
from papers.crsae.speed.coders import Coder, Found, coders
from papers.crsae.speed.recordings import recording, spike_shapes

SEEN = 0.01
"""Share of the penalty above which a code is a spike: interior-point methods leave no exact zeros."""

MEASURED = (
    "n_windows",
    "n_calls",
    "n_iterations",
    "seconds",
    "seconds_min",
    "seconds_max",
    "certificate_seconds",
    "relative_gap",
    "relative_excess",
    "n_spikes",
    "version",
)
"""Columns that are empty if a coder returned no codes."""


def problem_of(penalty: float, n_samples: int, dtype: Any = np.float32) -> ConvolutionalProblem:
    """Make the problem of a window: the true spike shapes, codes that are not negative.

    Parameters
    ----------
    penalty : float
        In standard deviations of the noise.
    n_samples : int
    dtype : dtype

    Returns
    -------
    problem : ConvolutionalProblem
    """
    return ConvolutionalProblem(spike_shapes().astype(dtype), penalty, n_samples, nonnegative=True)


def time_windows(
    rate: float,
    *,
    penalty: float,
    n_samples: int,
    n_windows: int,
    n_interior: int,
    passes: int,
    depths: Sequence[int],
    tolerances: Sequence[float],
    seed: int,
    put: Callable[[Any], Any],
) -> Iterator[dict[str, Any]]:
    """Time every coder on windows with so many spikes: one row each. All work with one thread.

    Parameters
    ----------
    rate : float
        Spikes per second.
    penalty : float
        In standard deviations of the noise.
    n_samples : int
        Of a window.
    n_windows, n_interior : int
        Windows; interior-point methods get the first ones only, once each.
    passes : int
        Timed calls of the faster coders on each window.
    depths : sequence of int
        Layers of the encoder.
    tolerances : sequence of float
        Of the interior-point methods.
    seed : int
    put : callable
        Copies an array to the device of the encoder.

    Yields
    ------
    row : dict
        rate, method, tolerance, criterion, depth, threads, device but for encoders, what `MEASURED` lists, status,
        reason. The status is "ok", "inaccurate" for a solver that says that it missed its tolerance, "diverged" for an
        encoder that never reached it, "skipped" for a solver that cannot be imported.
    """
    windows = np.stack([recording(n_samples, rate, seed, number) for number in range(n_windows)])
    problem = problem_of(penalty, n_samples)
    with one_blas_thread():
        certificate = _certificate_seconds(problem, windows[:1], passes)
        optimum: np.ndarray | None = None
        for coder in coders(depths, tolerances, put):
            chosen, calls = (windows[:n_interior], 1) if coder.slow else (windows, passes)
            row = _row(rate, coder)
            try:
                seconds, found = _timed(coder, problem, chosen, calls)
            except (AbsentPeer, DivergedError) as error:
                status = "skipped" if isinstance(error, AbsentPeer) else "diverged"
                yield row | {"status": status, "reason": str(error)}
                continue
            row |= {"certificate_seconds": certificate, "version": _version(coder.method)}
            quality, objectives = _quality(problem, chosen, found)
            optimum = objectives if optimum is None else optimum
            excess = float((objectives / optimum[: len(objectives)] - 1).max())
            yield row | _summary(coder, seconds, found) | quality | {"relative_excess": excess}


def _row(rate: float, coder: Coder) -> dict[str, Any]:
    """What is asked for. An encoder works on the device of the job, all others on the host."""
    asked = {name: getattr(coder, name) for name in ("method", "tolerance", "criterion", "depth")}
    place = {"threads": 1} if coder.method == "fista" else {"threads": 1, "device": "cpu"}
    return {"rate": rate, **asked, **place, **dict.fromkeys(MEASURED)}


def _timed(
    coder: Coder, problem: ConvolutionalProblem, windows: np.ndarray, passes: int
) -> tuple[list[float], list[Found]]:
    """Seconds of every call, and the codes of every window. A fast coder is called once before; what a slow one loads
    in its first call does not count beside its seconds."""
    work = coder.prepare(problem, windows)
    if not coder.slow:
        _spikes(work(windows[:1]).codes, problem)
    seconds, found = [], []
    for window in windows:
        for _ in range(passes):
            start = time.perf_counter()
            one = work(window[None])
            _spikes(one.codes, problem)
            seconds.append(time.perf_counter() - start)
        found.append(one)
    return seconds, found


def _spikes(codes: np.ndarray, problem: ConvolutionalProblem) -> tuple[np.ndarray, np.ndarray]:
    """Spike times in samples and their neurons: two arrays, (n_spikes,)."""
    (places,) = np.nonzero(codes[0] > SEEN * min(problem.penalties))
    return np.divmod(places, problem.n_filters)


def _summary(coder: Coder, seconds: Sequence[float], found: Sequence[Found]) -> dict[str, Any]:
    missed = sorted({one.status for one in found} - {"ok"})
    iterations = [one.n_iterations for one in found if one.n_iterations is not None]
    return {
        "n_windows": len(found),
        "n_calls": len(seconds),
        "n_iterations": max(iterations) if iterations else None,
        "seconds": float(np.median(seconds)),
        "seconds_min": min(seconds),
        "seconds_max": max(seconds),
        "status": "inaccurate" if missed else "ok",
        "reason": "; ".join(missed) or None,
    }


def _quality(
    problem: ConvolutionalProblem, windows: np.ndarray, found: Sequence[Found]
) -> tuple[dict[str, Any], np.ndarray]:
    """The largest duality gap and the mean number of spikes; the objective of every window; all in float64."""
    double, signals = problem.astype(np.float64), windows.astype(np.float64)
    codes = np.concatenate([one.codes for one in found]).astype(np.float64)
    n_spikes = float(np.mean([len(_spikes(one.codes, problem)[0]) for one in found]))
    gap = float(double.relative_gap(signals, codes).max())
    return {"relative_gap": gap, "n_spikes": n_spikes}, double.objective(signals, codes)


def _certificate_seconds(problem: ConvolutionalProblem, window: np.ndarray, passes: int) -> float:
    """Seconds to measure the duality gap of a window's codes."""
    double, signal = problem.astype(np.float64), window.astype(np.float64)
    codes, seconds = np.zeros((1, problem.n_atoms)), []
    for _ in range(passes + 1):
        start = time.perf_counter()
        double.relative_gap(signal, codes)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds[1:]))


def _version(method: str) -> str | None:
    return peers.version_of(method) if method in peers.PEERS else None
