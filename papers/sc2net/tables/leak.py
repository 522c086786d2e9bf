"""Atoms that grow, because the loss does not hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from papers.sc2net.findings import grown_atoms
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, NORM, OBJECTIVE, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Norms of the atoms after training, and the accuracy with and without holding them."

NOTE = (
    "The loss of SC2Net bounds neither atoms nor codes: training can let the atoms grow and the codes shrink, which"
    " lowers its l1 term. Projected: atoms clipped to norm 1 after each step. The objective is that of the loss."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Variants down."""
    return variants_table(data, shown, [ACCURACY, OBJECTIVE, NEAR_ZERO, NORM], NOTE, grown_atoms)
