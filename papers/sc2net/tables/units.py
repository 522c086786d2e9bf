"""Adaptive ISTA, and SLSTM with one part changed."""

from functools import partial

from papers.sc2net.findings import parts_of_the_unit
from papers.sc2net.tables._variants import (
    ACCURACY,
    NEAR_ZERO,
    OBJECTIVE,
    TUNED,
    UNIT_OBJECTIVE,
    ZERO,
    variants_table,
)

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy, objective and sparsity of SLSTM without one of its parts, and of adaptive ISTA."

NOTE = (
    "Networks of as many steps, trained alike for the loss of SC2Net. Accuracy in percent on the official split, with"
    " C = 1 and with C chosen on validation images. The objective is that of the network's own decoder; it can be"
    " lowered by longer atoms and smaller codes, so the next column scales atoms to norm 1 and codes by their norms."
    " Zero, near zero: shares of entries that are 0, and smaller than 0.01. Adaptive ISTA (equations 9 to 11) starts"
    " as ISTA from the dictionary and has soft thresholding with fixed thresholds; SLSTM starts from random weights"
    " unless its row says so."
)

make = partial(variants_table, [ACCURACY, TUNED, OBJECTIVE, UNIT_OBJECTIVE, ZERO, NEAR_ZERO], NOTE, parts_of_the_unit)
