"""Quantities that are measured on codes, each with its words and its form in print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsalsa.study.pages.table import Column

LEVELS = {"optimal": "the optimal code", "zeros": "a code of zeros", "grey": "one constant grey"}
"""What a source is compared with, by the end of its column in an evaluation: <quantity>_of_<level>."""


@dataclass(frozen=True)
class Quantity:
    """The quantity of a table.

    Attributes
    ----------
    name : str
        Its column in tables.
    column : str
        Its column in ``evaluation/{task}/{method}.parquet``.
    short, words : str
        A short name; a full description.
    form : str
        Format of a number in print.
    unit : str
        Follows a number in a sentence.
    better : {"smaller", "larger", ""}
        Which of two values is the better one; "" where neither is.
    """

    name: str
    column: str
    short: str
    words: str
    form: str
    unit: str = ""
    better: str = "smaller"

    def best(self, values: Iterable[float | None]) -> float | None:
        """Return the best of some values; None without any, or where none is better than another."""
        found = [value for value in values if value is not None]
        if not found or not self.better:
            return None
        return max(found) if self.better == "larger" else min(found)

    def text(self, value: float) -> str:
        """Write a number for a sentence: with its unit."""
        return f"{value:{self.form}}{self.unit}"


ERROR = Quantity(
    "error_percent",
    "error_percent_fitted_on_test",
    "classification error",
    "classification error in percent",
    ".2f",
    " %",
)
RMSE = Quantity("rmse", "rmse", "RMSE", "RMSE of the code against the optimal code", ".4f")
OBJECTIVE = Quantity(
    "objective",
    "objective",
    "objective",
    "mean of 1/2 |y - A x|^2 + penalty |x|_1 over the test signals",
    ".4f",
)
ZEROS = Quantity(
    "zero_share", "zero_share", "share of zeros", "share of entries that are exactly zero", ".3f", better=""
)
NEAR_ZEROS = Quantity(
    "near_zero_share",
    "near_zero_share_0_01",
    "share near zero",
    "share of entries smaller than 0.01",
    ".3f",
    better="",
)
SOURCE_PSNR = Quantity(
    "source_psnr",
    "source_psnr",
    "source PSNR",
    "PSNR in dB of the separated source against the true one, of the error over all test samples, for a peak of 1",
    ".1f",
    " dB",
    better="larger",
)
SOURCE_SI_SDR = Quantity(
    "source_si_sdr",
    "source_si_sdr",
    "source SI-SDR",
    "SI-SDR in dB of the separated source against the true one, the median over all test samples",
    ".1f",
    " dB",
    better="larger",
)
SOURCE_LEAK = Quantity(
    "source_leak",
    "source_leak",
    "leak",
    "share of the other sources that is left in a separated one",
    ".3f",
)
ENERGY_SHARE = Quantity(
    "energy_share",
    "energy_share",
    "share of energy",
    "share of the part in the energy of all parts of a mixture, over all test samples",
    ".3f",
    better="",
)
QUANTITIES = {
    quantity.name: quantity
    for quantity in (ERROR, RMSE, OBJECTIVE, ZEROS, NEAR_ZEROS, SOURCE_PSNR, SOURCE_SI_SDR, SOURCE_LEAK, ENERGY_SHARE)
}


def column_of(quantity: Quantity) -> Column:
    """Return the quantity as a column with its spread."""
    return Column(quantity.name, quantity.words, quantity.form, spread=True)


def quantity_of(rows: Sequence[Mapping[str, Any]]) -> Quantity:
    """Return the quantity of a table by depths and methods, from the names of its columns."""
    return next(quantity for name, quantity in QUANTITIES.items() if name in rows[0])
