"""The measures that claims speak of: their names, how a value is printed, which of two is better."""

from __future__ import annotations

from lsalsa.study.summaries.quantities import ERROR, OBJECTIVE, RMSE, SOURCE_LEAK, SOURCE_PSNR, SOURCE_SI_SDR, ZEROS
from lsalsa.study.summaries.repetitions import Measured

MEASURES = (RMSE, ERROR, ZEROS, OBJECTIVE, SOURCE_PSNR, SOURCE_SI_SDR, SOURCE_LEAK)
QUANTITIES = {quantity.name: quantity for quantity in MEASURES}
"""Measures of the engine's claims, by their names in `claims.yaml`."""

FORMS = {quantity.name: quantity.form for quantity in MEASURES} | {"zero_share": ".4f"}


def text(value: Measured, measure: str) -> str:
    """Write a number for print: mean, spread, unit."""
    form, unit = FORMS[measure], QUANTITIES[measure].unit
    return f"{value.mean:{form}}" + ("" if value.std is None else f" ± {value.std:{form}}") + unit


def relation(value: Measured, other: Measured, measure: str) -> str:
    """Compare two values by which is better.

    Parameters
    ----------
    value, other : Measured
    measure : str
        One of `QUANTITIES`.

    Returns
    -------
    relation : {"ahead", "tie", "behind"}
        "tie" within the spread of the seeds.
    """
    larger = QUANTITIES[measure].better == "larger"
    names = {"below": "behind", "above": "ahead"} if larger else {"below": "ahead", "above": "behind"}
    return {"tie": "tie", **names}[value.against(other)]
