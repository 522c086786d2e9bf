"""Entries near zero of the codes: depths down, methods across."""

from functools import partial

from lsalsa.study.summaries.quantities import NEAR_ZEROS
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = "Share of the codes' entries smaller than 0.01: networks without a threshold have no exact zeros."

make = partial(by_depth, NEAR_ZEROS)
