"""Quantities that are measured on codes, each with its words and its form in print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsalsa.study.table import Column


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
    less : bool
        Whether less is better.
    """

    name: str
    column: str
    short: str
    words: str
    form: str
    unit: str = ""
    less: bool = True


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
    "zero_share", "zero_share", "share of zeros", "share of entries that are exactly zero", ".3f", less=False
)
NEAR_ZEROS = Quantity(
    "near_zero_share",
    "near_zero_share_0_01",
    "share near zero",
    "share of entries smaller than 0.01",
    ".3f",
    less=False,
)
QUANTITIES = {quantity.name: quantity for quantity in (ERROR, RMSE, OBJECTIVE, ZEROS, NEAR_ZEROS)}


def column_of(quantity: Quantity) -> Column:
    """Return the quantity as a column with its spread."""
    return Column(quantity.name, quantity.words, quantity.form, spread=True)


def quantity_of(rows: Sequence[Mapping[str, Any]]) -> Quantity:
    """Return the quantity of a table by depths and methods, from the names of its columns."""
    return next(quantity for name, quantity in QUANTITIES.items() if name in rows[0])
