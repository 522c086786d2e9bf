"""Cells that a configuration leaves out: an estimate of their cost from the trainings that were run."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

SKIPPED = "skipped"
UNITS = ((3600, "h"), (60, "min"), (1, "s"))


def is_skipped(status: str) -> bool:
    """Return True for the status of a cell that was left out, whether its cost is known or not."""
    return status.partition(" ")[0] == SKIPPED


def skipped(runs: Sequence[Mapping[str, Any]], depth: int) -> str:
    """Return the status of a cell that was not run; for a learned method with the time that one training would take.

    A layer costs one product of matrices forwards and two backwards at any depth. So the seconds of a training are
    proportional to the depth.

    Parameters
    ----------
    runs : sequence of rows
        Evaluations of the method at the depths that were run: ``depth`` and ``training_seconds``, the seconds of the
        training (0 for a method that is not trained).
    depth : int
        The depth that was left out.
    """
    seconds = [(int(row["depth"]), row["training_seconds"]) for row in runs if row.get("training_seconds")]
    if not seconds:
        return SKIPPED
    deepest = max(trained for trained, _ in seconds)
    estimate = statistics.fmean(spent for trained, spent in seconds if trained == deepest) * depth / deepest
    return f"{SKIPPED} (about {duration(estimate)} of training at T = {depth}, estimated from T = {deepest})"


def duration(seconds: float) -> str:
    """Write seconds in the unit that a person would use, with at least two digits."""
    size, unit = next((pair for pair in UNITS if seconds >= pair[0]), UNITS[-1])
    value = seconds / size
    return f"{value:.0f} {unit}" if value >= 10 else f"{value:.2g} {unit}"
