"""Exact zeros of the codes: depths down, methods across."""

from functools import partial

from lsalsa.study.summaries.quantities import ZEROS
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = "Share of the codes' entries that are exactly zero."

make = partial(by_depth, ZEROS)
