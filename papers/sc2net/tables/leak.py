"""Norms of the atoms, which grow because the loss does not bound them."""

from functools import partial

from papers.sc2net.findings import grown_atoms
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, NORM, OBJECTIVE, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Norms of the atoms after training, and the accuracy with and without holding them."

NOTE = (
    "The loss of SC2Net bounds neither atoms nor codes: training can let the atoms grow and the codes shrink, which"
    " lowers its l1 term. Projected: atoms clipped to norm 1 after each step. The objective is that of the loss."
)

make = partial(variants_table, [ACCURACY, OBJECTIVE, NEAR_ZERO, NORM], NOTE, grown_atoms)
