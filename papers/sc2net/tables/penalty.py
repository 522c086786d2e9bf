"""Accuracy over the weight of the l1 norm."""

from functools import partial

from papers.sc2net.findings import penalties
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, OBJECTIVE, PENALTY, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy under different weights of the l1 norm."

NOTE = "Accuracy in percent on the official split under different weights of the l1 norm."

make = partial(variants_table, [PENALTY, ACCURACY, OBJECTIVE, NEAR_ZERO], NOTE, penalties)
