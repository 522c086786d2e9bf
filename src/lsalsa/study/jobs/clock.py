"""Files from the future: Snakemake refuses what is made from them, after it was made."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TOLERANCE = 60
"""Seconds; the clocks of two machines may differ by so much, and most jobs take longer."""
SHOWN = 3


def dated_ahead(paths: Iterable[str | Path], now: float | None = None) -> str | None:
    """Write a sentence on files that are dated in the future, with what to do; None if there are none.

    Parameters
    ----------
    paths : iterable of path
        Inputs of jobs; those that do not exist yet are none.
    now : float, optional
        Seconds since the epoch; the clock of this machine by default.
    """
    now = time.time() if now is None else now
    dates: dict[str, float] = {}
    for path in sorted(map(str, paths)):
        with suppress(OSError):
            dates[path] = os.stat(path).st_mtime
    ahead = [path for path, date in dates.items() if date > now + TOLERANCE]
    if not ahead:
        return None
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(dates[ahead[0]]))
    others = f" and {len(ahead) - 1} more are dated" if len(ahead) > 1 else " is dated"
    touch = " ".join(map(shlex.quote, ahead[:SHOWN])) + (" ..." if len(ahead) > SHOWN else "")
    return (
        f"{ahead[0]}{others} ahead of this machine's clock, at {when}, and Snakemake would refuse what is made from "
        f"{'it' if len(ahead) == 1 else 'them'}; set the clock right, or run: touch {touch}"
    )
