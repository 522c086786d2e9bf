"""Accuracy of SLSTM over its number of steps."""

from functools import partial

from papers.sc2net.findings import steps
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, NORM, OBJECTIVE, STEPS, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy of SLSTM with more and with fewer steps."

NOTE = "SLSTM with more and with fewer steps; accuracy in percent on the official split."

make = partial(variants_table, [STEPS, ACCURACY, OBJECTIVE, NEAR_ZERO, NORM], NOTE, steps)
