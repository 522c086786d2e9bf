"""One arm under other depths and noise than in training, and trained at other depths and rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Column, Table, grid
from lsalsa.study.shown import Shown
from papers.crsae.denoising.arms import arm_label
from papers.crsae.denoising.findings import sweep_findings
from papers.crsae.denoising.summaries import by_point

needs = ("crsae.denoising_sweeps", "crsae.denoising_histories")
subject = "study"
caption = "Denoising with another depth or other noise than in training, and the depths and rates that keep filters."

NOTES = (
    "PSNR in dB. Depth and noise: mean over the chosen test pictures, with filters trained once. Stability: filters"
    " trained for a short time at each depth and pair of rates, scored on validation pictures.",
    "Penalties under other noise than in training: unchanged, times the ratio of both standard deviations, or times its"
    " square, as the paper's model has it.",
)
ARM, PSNR = Column("arm", "arm", arm_label), Column("psnr_db", "PSNR", ".2f", spread=True)
DEPTH, STATUS = Column("depth", "T", "g"), Column("status", "status")
ZEROS = Column("zero_share", "zeros in codes", ".3f")
GRIDS = {
    "depth": ((ARM, DEPTH, PSNR, ZEROS, STATUS), 1, "Depth at test."),
    "noise": (
        (
            *(ARM, Column("penalties", "penalties"), Column("noise", "noise in 255ths", "g")),
            *(Column("psnr_db_noisy", "noisy", ".2f"), PSNR, ZEROS, STATUS),
        ),
        2,
        "Noise at test.",
    ),
    "stability": (
        (
            *(ARM, DEPTH, Column("rate", "rate", "g"), Column("rate_em", "rate of EM", "g"), PSNR),
            *(Column("lambda_max", "largest eigenvalue", ".1f"), STATUS),
        ),
        1,
        "Stability of the training.",
    ),
}


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row for each point of each sweep."""
    rows = by_point(data.get("crsae.denoising_sweeps", ()), data["crsae.denoising_histories"])
    grids = []
    for sweep, (columns, n_words, words) in GRIDS.items():
        own = [row for row in rows if row["sweep"] == sweep]
        if own:
            grids.append(grid(columns, own, n_words=n_words, caption=words))
    return Table(shown.heading, rows, grids, NOTES, sweep_findings(rows))
