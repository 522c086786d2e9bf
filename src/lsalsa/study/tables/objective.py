"""Objective of the codes: depths down, methods across."""

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import OBJECTIVE
from lsalsa.study.tables._by_depth import by_depth, cells_where, level_of

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = "Mean of the objective that sparse coding makes small, over all test samples. Smaller is better."


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make the table; its notes have the objectives of the optimal codes and of zeros, and name what is above both."""
    rows = data["evaluation"]
    least, zeros = (level_of(rows, shown.component, f"objective_of_{name}") for name in ("optimal", "zeros"))
    if least is None or zeros is None:
        return by_depth(OBJECTIVE, data, shown)
    where = cells_where(lambda mean, _: mean > zeros, OBJECTIVE, rows, shown)
    notes = [f"The optimal codes have {least:{OBJECTIVE.form}}, a code of zeros {zeros:{OBJECTIVE.form}}."]
    return by_depth(OBJECTIVE, data, shown, notes + [f"Worse than a code of zeros: {where}."] * bool(where))
