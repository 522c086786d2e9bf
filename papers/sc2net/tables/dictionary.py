"""What the dictionary of the paper's code costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from papers.sc2net.findings import released_dictionary
from papers.sc2net.tables._variants import ACCURACY, FIT_ZEROS, NEAR_ZERO, OBJECTIVE, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy with the dictionary of the paper's code beside a fitted one."

NOTE = (
    "The paper's code fits its dictionary with a penalty that grows with the number of samples, in an objective"
    " that does not; the last column is the share of zeros among the codes of that fit."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Variants down."""
    return variants_table(data, shown, [ACCURACY, OBJECTIVE, NEAR_ZERO, FIT_ZEROS], NOTE, released_dictionary)
