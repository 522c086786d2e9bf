"""Accuracy with the dictionary of the paper's code and with a fitted one."""

from functools import partial

from papers.sc2net.findings import released_dictionary
from papers.sc2net.tables._variants import ACCURACY, FIT_ZEROS, NEAR_ZERO, OBJECTIVE, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy with the dictionary of the paper's code beside a fitted one."

NOTE = (
    "The paper's code fits its dictionary with a penalty that grows with the number of samples, in an objective"
    " that does not; the last column is the share of zeros among the codes of that fit."
)

make = partial(variants_table, [ACCURACY, OBJECTIVE, NEAR_ZERO, FIT_ZEROS], NOTE, released_dictionary)
