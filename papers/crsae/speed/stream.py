"""Seconds to the spike times of a whole recording, coded while it is drawn, and the memory that it takes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.exact.recordings import code_recording
from papers.crsae.speed.coders import CERTIFIED
from papers.crsae.speed.recordings import CHUNK, LENGTH, stream
from papers.crsae.speed.timing import problem_of

WINDOW = 50_000
"""Samples that are coded together: codes and correlations of a window stay near the processor."""

WARM_UP, EARLY = 20, 60
"""Seconds of a recording that is coded before; seconds after which memory is looked at for the first time."""


class Clocked:
    """Passes chunks on and counts the seconds that drawing them takes."""

    def __init__(self, chunks: Iterable[np.ndarray]):
        self.seconds, self.n_chunks, self._chunks = 0.0, 0, iter(chunks)

    def __iter__(self) -> Iterator[np.ndarray]:
        return self

    def __next__(self) -> np.ndarray:
        start = time.perf_counter()
        try:
            chunk = next(self._chunks)
        finally:
            self.seconds += time.perf_counter() - start
        self.n_chunks += 1
        return chunk


def time_stream(rate: float, *, penalty: float, seconds: int, seed: int) -> dict[str, Any]:
    """Code a recording of so many seconds with the exact coder, a window at a time.

    Parameters
    ----------
    rate : float
        Spikes per second.
    penalty : float
        In standard deviations of the noise.
    seconds : int
        Of the recording.
    seed : int

    Returns
    -------
    row : dict
        rate, recording_seconds, n_samples; coding_seconds, the certificate included, and drawing_seconds apart from
        them; n_spikes; relative_gap of the recording as one problem; peak_memory_mib of the process, and
        early_memory_mib, the peak after the first early_seconds; None where the system does not tell.
    """
    problem = problem_of(penalty, LENGTH)
    for _ in code_recording(problem, stream(WARM_UP, rate, seed + 1), CERTIFIED, window=WINDOW):
        pass
    chunks, n_spikes, early, last = Clocked(stream(seconds, rate, seed)), 0, None, None
    start = time.perf_counter()
    for last in code_recording(problem, chunks, CERTIFIED, window=WINDOW):
        n_spikes += len(last.values)
        if early is None and chunks.n_chunks >= min(EARLY, seconds):
            early = peak_memory_mib()
    taken = time.perf_counter() - start
    return {
        "rate": rate,
        "recording_seconds": seconds,
        "n_samples": seconds * CHUNK,
        "window": WINDOW,
        "coding_seconds": taken - chunks.seconds,
        "drawing_seconds": chunks.seconds,
        "n_spikes": n_spikes,
        "relative_gap": last.relative_gap if last else None,
        "early_seconds": min(EARLY, seconds),
        "early_memory_mib": early,
        "peak_memory_mib": peak_memory_mib(),
        "status": "ok",
    }


def peak_memory_mib() -> float | None:
    """Return the most memory that this process has held; None where the system does not tell (Linux does)."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)
