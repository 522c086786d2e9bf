"""How near the separated sources come to the true ones: depths down, methods across, a grid for each source."""

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import SOURCE_PSNR
from lsalsa.study.tables._by_source import by_source

needs = ("evaluation",)
subject = "task"
truth = True
caption = (
    "Peak signal-to-noise ratio of each separated source against the true one, in decibels: what a separation is for."
    " Larger is better."
)

NOTE = (
    "The true sources are the images that were mixed; no method has seen them. The optimal code is the aim of every"
    " method, and the truth is not: its source has an error too."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make the table; its notes have the levels of the optimal code, a code of zeros and one constant grey."""
    return by_source(SOURCE_PSNR, data, shown, [NOTE])
