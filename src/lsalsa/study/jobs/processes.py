"""Processes of jobs: a line that a job writes down at its start, and what became of it. Numbers are used again."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil

CLOCK = 2.0
"""Seconds by which two readings of the time at which a process began may differ, when the clock was set meanwhile."""


def own_line() -> str:
    """Return the line of this process: machine, number, and when it began."""
    return f"{platform.node()} {os.getpid()} {psutil.Process().create_time()}\n"


def is_here(mark: Path) -> bool:
    """Return True if a file holds the line of a process of this machine; of another nobody here knows what became."""
    return _read(mark)[0] == platform.node()


def living(mark: Path) -> psutil.Process | None:
    """Return the process whose line a file holds, if it is on this machine and runs; None otherwise."""
    node, number, began = _read(mark)
    if node != platform.node():
        return None
    try:
        process = psutil.Process(number)
        same = abs(process.create_time() - began) < CLOCK and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError):  # ValueError: no process has such a number
        return None
    return process if same else None


def _read(mark: Path) -> tuple[str, int, float]:
    try:
        node, number, began = mark.read_text(encoding="utf-8").split()
        return node, int(number), float(began)
    except (OSError, ValueError):
        return "", 0, 0.0
