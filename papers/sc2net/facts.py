"""The results of SC2Net as its claims ask for them."""

from __future__ import annotations

from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.summaries.repetitions import Measured, Row, measured
from papers.sc2net.labels import variant_label
from papers.sc2net.objectives import points_of


def of_variant(facts: Facts, images: str, variant: str, column: str = "accuracy_percent") -> Measured:
    """Return the mean of a column of a variant, by default the accuracy of a classifier on its codes, in percent.

    Parameters
    ----------
    facts : Facts
    images : str
        A set of images of the configuration.
    variant, column : str

    Returns
    -------
    mean : Measured

    Raises
    ------
    Missing
        There is no finished run.
    """
    runs = [row for row in _runs(facts, images) if row["variant"] == variant]
    if not runs:
        raise Missing(f"this study has no codes of whole images of {images} by {variant_label(variant)}")
    return _finished(runs, images, variant, column)


def share_near_zero(facts: Facts, images: str, variant: str) -> Measured:
    """Return the share of entries of a variant's codes that are smaller than 0.01.

    Parameters
    ----------
    facts : Facts
    images : str
        A set of images of the configuration.
    variant : str

    Returns
    -------
    share : Measured
        In percent.

    Raises
    ------
    Missing
        There is no finished run.
    """
    share = of_variant(facts, images, variant, "near_zero_share_0_01")
    return Measured(100 * share.mean, None if share.std is None else 100 * share.std, share.n)


def objective(facts: Facts, images: str, method: str, depth: int) -> Measured:
    """Return the objective of a method after some steps, under atoms of norm 1.

    Parameters
    ----------
    facts : Facts
    images : str
        A set of images of the configuration.
    method : str
        A solver, or a network's name without its depth.
    depth : int
        Iterations, layers or steps.

    Returns
    -------
    objective : Measured

    Raises
    ------
    Missing
        The method has no finished run of this depth.
    """
    points = points_of(facts.rows("sc2net.variants"), facts.rows("sc2net.solvers"))
    own = [run for run in points if (run["images"], run["method"], run["depth"]) == (images, method, depth)]
    found = measured(own, "objective")
    if found is None:
        raise Missing(f"this study has no objective of {variant_label(method)} at T = {depth} on {images}")
    return found


def accuracy_by_penalty(facts: Facts, images: str, method: str, least: float, most: float) -> dict[float, Measured]:
    """Return the accuracies of a method over the penalty, without untrained and projected networks.

    Parameters
    ----------
    facts : Facts
    images : str
        A set of images of the configuration.
    method : str
    least, most : float
        Bounds of the penalty.

    Returns
    -------
    accuracies : dict of float to Measured
        Penalty -> accuracy in percent.

    Raises
    ------
    Missing
        The study has fewer than two penalties within the bounds.
    """
    runs = [row for row in _runs(facts, images) if row["method"] == method]
    runs = [row for row in runs if row["variant"] == method or row["variant"].startswith(f"{method}_penalty")]
    penalties = sorted({row["penalty"] for row in runs if least <= row["penalty"] <= most})
    if len(penalties) < 2:
        raise Missing(f"this study does not vary the penalty of {variant_label(method)} on {images}")
    return {p: _finished([row for row in runs if row["penalty"] == p], images, method) for p in penalties}


def _runs(facts: Facts, images: str) -> list[Row]:
    return [row for row in facts.rows("sc2net.variants") if row["images"] == images]


def _finished(runs: list[Row], images: str, variant: str, column: str = "accuracy_percent") -> Measured:
    found = measured(runs, column)
    if found is None:
        raise Missing(f"{variant_label(variant)} has no finished run on {images}")
    return found


def data_name(facts: Facts, images: str) -> str:
    """Return the data set of a set of images; the set's own name if this study does not have it."""
    try:
        return next((row["data"] for row in _runs(facts, images)), images)
    except Missing:
        return images


def plain(value: Measured) -> str:
    """Write a number for print: mean and spread."""
    return f"{value.mean:.2f}" + ("" if value.std is None else f" ± {value.std:.2f}")


def percent(value: Measured) -> str:
    """Write a number for print: mean, spread, percent."""
    return f"{plain(value)} %"
