"""How right the separated sources look, whatever their brightness: depths down, methods across, a grid for each."""

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.quantities import SOURCE_SI_SDR
from lsalsa.study.tables._by_source import by_source

needs = ("evaluation",)
subject = "task"
truth = True
caption = (
    "Scale-invariant signal-to-distortion ratio of each separated source against the true one, in decibels: whether the"
    " picture is right, whatever its brightness and contrast. Larger is better."
)

NOTE = (
    "Each sample is compared without its mean and at its best scale (Le Roux et al. 2019). Blank sources are left out."
    " A source without anything of the true one, such as a code of zeros, has -inf."
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make the table; its notes have the level of the optimal code."""
    return by_source(SOURCE_SI_SDR, data, shown, [NOTE])
