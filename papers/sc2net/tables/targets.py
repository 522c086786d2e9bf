"""LISTA that learned codes after few and after many iterations of FISTA."""

from functools import partial

from lsalsa.study.pages.table import Column
from papers.sc2net.findings import targets
from papers.sc2net.labels import targets_label
from papers.sc2net.tables._variants import ACCURACY, NEAR_ZERO, OBJECTIVE, TUNED, variants_table

needs = ("sc2net.variants",)
subject = "study"
caption = "LISTA that learned codes of FISTA after few and after many iterations."

NOTE = (
    "LISTA learns the codes of FISTA after so many iterations, or converged codes. Objective learned from: that of"
    " these codes, on the validation images. Objective: that of LISTA's codes of the test images, under the same"
    " dictionary. Accuracy in percent on the official split, with C = 1 and with C chosen on validation images."
)
LEARNED = Column("variant", "codes of FISTA", targets_label)
LEARNED_FROM = Column("target_objective", "objective learned from", ".2f")

make = partial(variants_table, [LEARNED, LEARNED_FROM, OBJECTIVE, NEAR_ZERO, ACCURACY, TUNED], NOTE, targets)
