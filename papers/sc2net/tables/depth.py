"""How many steps SLSTM needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from papers.sc2net.findings import steps
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, NORM, OBJECTIVE, STEPS, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy of SLSTM with more and with fewer steps."

NOTE = "SLSTM with more and with fewer steps; accuracy in percent on the official split."


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Variants down."""
    return variants_table(data, shown, [STEPS, ACCURACY, OBJECTIVE, NEAR_ZERO, NORM], NOTE, steps)
