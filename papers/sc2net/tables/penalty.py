"""What the weight of the l1 norm does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from papers.sc2net.findings import penalties
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, OBJECTIVE, PENALTY, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy under different weights of the l1 norm."

NOTE = "Accuracy in percent on the official split under different weights of the l1 norm."


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Variants down."""
    return variants_table(data, shown, [PENALTY, ACCURACY, OBJECTIVE, NEAR_ZERO], NOTE, penalties)
