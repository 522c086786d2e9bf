"""What every case shares: the device, the clock, and how a result becomes a row."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from lsalsa.arrays import Device, threads
from lsalsa.arrays.namespace import synchronize

KEYS = (
    "benchmark",
    "method",
    "n",
    "atoms",
    "depth",
    "wall_s",
    "floor_s",
    "ratio",
    "against",
    "peer",
    "peer_s",
    "threads",
    "dtype",
    "device",
    "blas",
    "status",
    "note",
)


@dataclass(frozen=True)
class Times:
    """Seconds of one work over all rounds; the least counts, because all else that runs can only add to it."""

    seconds: tuple[float, ...]

    @property
    def least(self) -> float:
        """The fastest round."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The middle round."""
        return float(np.median(self.seconds))


class Bench:
    """Runs works in turns and writes rows.

    Parameters
    ----------
    device : Device
        Where arrays are put; on a GPU the clock is read when the device has finished.
    rounds : int
        Timed turns of every work, after two calls to warm up.
    turn : float
        Least seconds of a turn; a shorter work is called several times. When threads wake up the system may need tens
        of milliseconds to put them on different cores, which would be all that a short turn measures.
    pause : float
        Seconds of rest after a turn: threads of BLAS and OpenMP spin for a while after their last product.
    """

    def __init__(self, device: Device, rounds: int = 5, turn: float = 0.25, pause: float = 0.05):
        self.device, self.rounds, self.turn, self.pause = device, rounds, turn, pause
        self._probe = device.put(np.zeros(1))

    def interleaved(self, works: Mapping[str, Callable[[], Any]], rounds: int | None = None) -> dict[str, Times]:
        """Times of one call of works that take turns, A B A B, so that a slow minute of the machine hits all alike."""
        for work in works.values():
            self.seconds(work)
        calls = {name: max(1, math.ceil(self.turn / self.seconds(work))) for name, work in works.items()}
        turns = [
            {name: self.seconds(work, calls[name]) for name, work in works.items()}
            for _ in range(rounds or self.rounds)
        ]
        return {name: Times(tuple(turn[name] for turn in turns)) for name in works}

    def once(self, work: Callable[[], Any]) -> Times:
        """The time of a single call, for a work that takes too long for turns."""
        return Times((self.seconds(work),))

    def seconds(self, work: Callable[[], Any], calls: int = 1) -> float:
        """Seconds of one call, the mean of several in a row, the device's share included."""
        start = time.perf_counter()
        for _ in range(calls):
            work()
        synchronize(self._probe)
        taken = time.perf_counter() - start
        time.sleep(self.pause)
        return taken / calls

    def row(self, benchmark: str, method: str, **facts: Any) -> dict[str, Any]:
        """A row with every key of `KEYS`, None where a case has nothing to say, and the case's own facts."""
        common = {"benchmark": benchmark, "method": method, "threads": threads(), "dtype": "float32"}
        place = {"device": self.device.name, "blas": blas(), "status": "done"}
        return {**dict.fromkeys(KEYS), **common, **place, **facts}

    def skipped(self, benchmark: str, peer: str, reason: str, **facts: Any) -> dict[str, Any]:
        """The row of a peer that is not there."""
        return self.row(benchmark, peer, **facts, **{"peer": peer, "status": "skipped", "note": reason})


@cache
def blas() -> str:
    """The BLAS that NumPy multiplies with: library, version and the kernel it chose for this processor."""
    found = [info for info in threadpool_info() if info["user_api"] == "blas"]
    own = [info for info in found if "numpy" in info["filepath"]] or found
    return " ".join(str(own[0].get(key)) for key in ("internal_api", "version", "architecture")) if own else "unknown"
