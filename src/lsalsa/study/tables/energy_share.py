"""What each component takes of the mixtures, its share of energy: depths down, methods across."""

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import ENERGY_SHARE
from lsalsa.study.tables._by_source import by_source

needs = ("evaluation",)
subject = "task"
caption = (
    "Energy of each separated part as a share of the energies of all parts: what a separation takes for which source."
    " It needs no true source."
)

NOTE = (
    "A share near that of the optimal code is right for the problem; whether it is right for the sources it cannot say."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make the table; its notes have the share of the optimal code."""
    return by_source(ENERGY_SHARE, data, shown, [NOTE])
