"""Distance to the optimal codes: depths down, methods across."""

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import RMSE
from lsalsa.study.tables._by_depth import by_depth, cells_where, level_of
from lsalsa.study.tables._by_source import disagreements

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = (
    "Root mean squared difference between the codes and the optimal codes, over all test samples. Smaller is better."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make the table; it names every cell that a code of zeros would beat, and where the sources have another order."""
    return by_depth(RMSE, data, shown, _worse_than_zeros(data, shown), disagreements(data["evaluation"], shown))


def _worse_than_zeros(data: Mapping[str, Any], shown: Shown) -> list[str]:
    rows = data["evaluation"]
    level = level_of(rows, shown.component, "rmse_of_zeros")
    where = "" if level is None else cells_where(lambda mean, _: mean > level, RMSE, rows, shown)
    return [f"Worse than a code of zeros, whose RMSE is {level:{RMSE.form}}: {where}."] if where else []
