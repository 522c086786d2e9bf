"""Entries near zero of the codes: depths down, methods across."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.quantities import NEAR_ZEROS
from lsalsa.study.shown import Shown
from lsalsa.study.table import Table
from lsalsa.study.tables._by_depth import by_depth

needs = ("evaluation", "published")
subject = "task"
options = ("published",)
caption = "Share of the codes' entries smaller than 0.01: networks without a threshold have no exact zeros."


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """The table of `lsalsa.study.tables._by_depth.by_depth`."""
    return by_depth(NEAR_ZEROS, data, shown)
