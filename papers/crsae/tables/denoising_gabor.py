"""How much the filters of every arm look like Gabor functions, beside random filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Column, Table, grid
from lsalsa.study.shown import Shown
from papers.crsae.denoising.arms import arm_label
from papers.crsae.denoising.experiment import UNTRAINED
from papers.crsae.denoising.findings import gabor_findings
from papers.crsae.denoising.summaries import by_bank

needs = ("crsae.denoising_gabor",)
subject = "study"
caption = "How much learned filters look like Gabor functions, beside the random filters that they start from."

NOTES = (
    "R^2: share of a filter's energy that the best Gabor function explains; median over the filters of a seed, then"
    " mean over seeds. A smooth patch has a high R^2 as well. So the selectivity for an orientation stands beside it:"
    " 0 for a round patch, 1 for a grating.",
)
COLUMNS = (
    Column("bank", "filters", lambda bank: "random, at the start" if bank == UNTRAINED else arm_label(bank)),
    Column("r2", "median R^2", ".2f", spread=True),
    Column("share_above_0_8", "share with R^2 > 0.8", ".2f", spread=True),
    Column("selectivity", "median selectivity", ".2f", spread=True),
    Column("status", "status"),
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row for each arm and one for the start."""
    rows = by_bank(data["crsae.denoising_gabor"], [UNTRAINED, *shown.details["arms"]])
    return Table(shown.heading, rows, [grid(COLUMNS, rows)], NOTES, gabor_findings(rows, UNTRAINED))
