"""Table 1 of the paper: accuracy of a classifier that reads the codes of whole images, by every method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from papers.sc2net.findings import best_method, raw_pixels
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, OBJECTIVE, PAPER, RELEASED, variants_table

needs = ("sc2net.variants", "published")
subject = "study"
options = ("published",)
caption = (
    "Codes of whole images by classical iterations, learned layers and a recurrent network, and how well they classify."
)

NOTE = (
    "Accuracy in percent; larger is better. Official split: logistic regression on standardised codes of all train"
    " images, scored on the test images; ± is over repetitions. As released: fitted on some train images and scored on"
    " others, which is how the paper's code measured its methods; ± is over random draws. Near zero: share of entries"
    " smaller than 0.01. The objective is that of the dictionary or decoder that the codes belong to."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Variants down, the paper's accuracy beside ours."""
    columns = [PAPER, ACCURACY, RELEASED, OBJECTIVE, NEAR_ZERO]
    return variants_table(data, shown, columns, NOTE, lambda rows: [*raw_pixels(rows), *best_method(rows)])
