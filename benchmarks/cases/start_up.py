"""Seconds until the library is there: a fresh interpreter imports it."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.bench import Bench

# What is imported, what comes before it outside the clock, and the seconds allowed.
IMPORTS = {
    "import lsalsa": ("pass", "import lsalsa", 0.3),
    "every public name of lsalsa": ("pass", "import lsalsa\nfor name in lsalsa.__all__: getattr(lsalsa, name)", 1.0),
    "numba in jobs that use it": ("import numpy, scipy.linalg", "import numba", 1.0),
    "all compiled steps, cached": (
        "import numba, scipy.linalg",
        "import lsalsa.arrays.kernels.compiled, lsalsa.exact.active_set",
        1.0,
    ),
}
PROGRAM = "import time\n{before}\nstart = time.perf_counter()\n{what}\nprint(time.perf_counter() - start)"


def run(bench: Bench) -> Iterator[dict[str, Any]]:
    """A row for each import; the ratio is to the seconds allowed."""
    for name, (before, what, allowed) in IMPORTS.items():
        program = PROGRAM.format(before=before, what=what)
        taken = min(_seconds(program) for _ in range(bench.rounds))
        against = f"limit of {allowed:g} s"
        yield bench.row("start_up", name, wall_s=taken, ratio=taken / allowed, against=against)


def _seconds(program: str) -> float:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)
