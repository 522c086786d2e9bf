"""Table 1 of the paper: accuracy of a classifier that reads the codes of whole images, by every method."""

from functools import partial

from papers.sc2net.findings import leads
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

make = partial(variants_table, [PAPER, ACCURACY, RELEASED, OBJECTIVE, NEAR_ZERO], NOTE, leads)
