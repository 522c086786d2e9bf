"""Objective of the codes: depths down, methods across."""

from functools import partial

from lsalsa.study.quantities import OBJECTIVE
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = "Mean of the objective that sparse coding makes small, over all test samples. Smaller is better."

make = partial(by_depth, OBJECTIVE)
