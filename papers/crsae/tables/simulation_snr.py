"""Errors of filters learned from simulated spikes over the signal-to-noise ratio: arms down, ratios across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.study.pages.table import DASH, Column, Grid, Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.repetitions import OK
from papers.crsae.simulation.summaries import LABELS, by_cell

needs = ("crsae.simulation_snr_runs",)
subject = "study"
caption = "Errors of filters learned from simulated spikes, by arm and signal-to-noise ratio."

Row = Mapping[str, Any]
ERROR = Column("worst_error", "worst error", ".3f", spread=True)

NOTES = (
    "Largest error of the filters after the last epoch, mean and spread over seeds; 0 is perfect, and learning starts"
    " at errors from 0.4 to 0.5. Spikes have both signs and sizes of their own; the same spikes at every ratio. SNR:"
    " standard deviation of the clean windows where they are not zero over that of the noise, in dB.",
    "Penalty from the noise: sigma sqrt(2 log n) for n entries of a code, as in the authors' code. Penalty from the"
    " spikes: a share of their mean size, which a user reads off a recording. LCSC has three banks of filters without a"
    " norm, and its decoder is compared; its thresholds learn from the reconstruction, or are held.",
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row of the CSV file per arm and ratio."""
    rows = by_cell(data["crsae.simulation_snr_runs"], ("arm", "snr_db"))
    rows.sort(key=lambda row: (list(LABELS).index(row["arm"]), row["snr_db"]))
    return Table(shown.heading, rows, [_grid(rows)], NOTES, _sentences(rows))


def _grid(rows: Sequence[Row]) -> Grid:
    ratios = sorted({row["snr_db"] for row in rows})
    lines = []
    for arm in dict.fromkeys(row["arm"] for row in rows):
        own = {row["snr_db"]: row for row in rows if row["arm"] == arm}
        cells = [ERROR.text(own[ratio]) if ratio in own else DASH for ratio in ratios]
        failed = [f"{ratio:g} dB: {row['status']}" for ratio, row in own.items() if row["status"] != OK]
        lines.append([LABELS[arm], *cells, "; ".join(failed) or OK])
    return Grid(["arm", *(f"{ratio:g} dB" for ratio in ratios), "status"], lines)


def _sentences(rows: Sequence[Row]) -> list[str]:
    """Name the best arm at each ratio, and say how the error of every arm moves from the lowest to the highest."""
    known = {(row["arm"], row["snr_db"]): row["worst_error"] for row in rows if row["worst_error"] is not None}
    ratios = sorted({ratio for _, ratio in known})
    best, moves = [], []
    for ratio in ratios:
        at = {arm: error for (arm, own), error in known.items() if own == ratio}
        arm = min(at, key=at.__getitem__)
        best.append(f"at {ratio:g} dB {LABELS[arm]} ({at[arm]:.3f})")
    for arm in dict.fromkeys(arm for arm, _ in known):
        if len(ratios) > 1 and {(arm, ratios[0]), (arm, ratios[-1])} <= set(known):
            moves.append(f"{LABELS[arm]} from {known[arm, ratios[0]]:.3f} to {known[arm, ratios[-1]]:.3f}")
    said = [f"Smallest error: {'; '.join(best)}."] if best else []
    return said + ([f"From {ratios[0]:g} to {ratios[-1]:g} dB the error moves: {'; '.join(moves)}."] if moves else [])
