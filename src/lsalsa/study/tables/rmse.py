"""Distance to the optimal codes: depths down, methods across."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.quantities import RMSE
from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = (
    "Root mean squared difference between the codes and the optimal codes, over all test samples. Smaller is better."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """The table of `lsalsa.study.tables._by_depth.by_depth`."""
    return by_depth(RMSE, data, shown)
