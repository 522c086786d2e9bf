"""Kinds of claims about the accuracy of a classifier that reads codes of whole images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from lsalsa.study.claims.base import Answer, Claim, ImagesName, Part, Verdict, part_of, together
from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.config.fields import Above0
from lsalsa.study.config.messages import hint
from lsalsa.study.repetitions import Measured, Row, measured
from papers.sc2net.labels import variant_label
from papers.sc2net.paper import SC2Net, variants_of

ANSWERS: dict[str, Answer] = {"above": "yes", "tie": "tie", "below": "no"}
Variants = Annotated[list[str], Field(min_length=1)]
Sets = Annotated[list[ImagesName], Field(min_length=1)]


class Easier(Claim):
    """Every method is better on one set of images than on another."""

    kind: Literal["easier"]
    easier: ImagesName
    harder: ImagesName
    variants: Variants

    def unknown(self) -> Iterator[str]:
        return unknown_variants(self.variants)

    def judge(self, facts: Facts) -> Verdict:
        return together([part_of(self._of, facts, variant) for variant in self.variants])

    def _of(self, facts: Facts, variant: str) -> Part:
        ours, theirs = (accuracy(facts, images, variant) for images in (self.easier, self.harder))
        easier, harder = (_data(facts, images) for images in (self.easier, self.harder))
        words = f"{variant_label(variant)} {_percent(ours)} on {easier} and {_percent(theirs)} on {harder}"
        return Part(ANSWERS[ours.against(theirs)], words)


class Leads(Claim):
    """A method is better than every rival on every set of images."""

    kind: Literal["leads"]
    images: Sets
    variant: str
    rivals: Variants

    def unknown(self) -> Iterator[str]:
        return unknown_variants([self.variant, *self.rivals])

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._on, facts, images) for images in self.images]
        where = _data(facts, self.images[0])
        return together(parts, f"points of {variant_label(self.variant)} over the best rival on {where}")

    def _on(self, facts: Facts, images: str) -> Part:
        ours = accuracy(facts, images, self.variant)
        known = {rival: accuracy(facts, images, rival) for rival in self.rivals}
        best = max(known, key=lambda rival: known[rival].mean)
        own, other = variant_label(self.variant), variant_label(best)
        words = f"on {_data(facts, images)} {own} {_percent(ours)}, {other} {_percent(known[best])}"
        lead = Measured(ours.mean - known[best].mean, None, ours.n)
        return Part(ANSWERS[ours.against(known[best])], words, lead)


class Steady(Claim):
    """The accuracy of a method stays within a number of points from one penalty to another."""

    kind: Literal["steady"]
    images: Sets
    method: str
    least: Above0
    most: Above0
    points: Above0

    def unknown(self) -> Iterator[str]:
        return unknown_variants([self.method])

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._on, facts, images) for images in self.images]
        return together(parts, f"points of accuracy between penalties on {_data(facts, self.images[0])}")

    def _on(self, facts: Facts, images: str) -> Part:
        found = accuracy_by_penalty(facts, images, self.method, self.least, self.most)
        means = [value.mean for value in found.values()]
        width = max(means) - min(means)
        listed = ", ".join(f"{_percent(value)} at {penalty:g}" for penalty, value in found.items())
        answer: Answer = "yes" if width <= self.points else "no"
        words = f"{variant_label(self.method)} on {_data(facts, images)}: {listed}"
        return Part(answer, words, Measured(width, None, len(means)))


def unknown_variants(names: Iterable[str]) -> Iterator[str]:
    """Yield sentences about names that are no variant in any study; claims do not name the points of a sweep."""
    known = variants_of(SC2Net(images=["any"], ablations=True))
    for name in names:
        if name not in known:
            yield f"names {name}, which is no variant of SC2Net{hint(name, known)}"


def accuracy(facts: Facts, images: str, variant: str) -> Measured:
    """Return the accuracy of a classifier on the codes of a variant.

    Parameters
    ----------
    facts : Facts
    images : str
        A set of images of the configuration.
    variant : str

    Returns
    -------
    accuracy : Measured
        In percent.

    Raises
    ------
    Missing
        There is no finished run.
    """
    runs = [row for row in _runs(facts, images) if row["variant"] == variant]
    if not runs:
        raise Missing(f"this study has no codes of whole images of {images} by {variant_label(variant)}")
    return _accuracy(runs, images, variant)


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
    return {p: _accuracy([row for row in runs if row["penalty"] == p], images, method) for p in penalties}


def _runs(facts: Facts, images: str) -> list[Row]:
    return [row for row in facts.rows("sc2net.variants") if row["images"] == images]


def _accuracy(runs: list[Row], images: str, variant: str) -> Measured:
    found = measured(runs, "accuracy_percent")
    if found is None:
        raise Missing(f"{variant_label(variant)} has no finished run on {images}")
    return found


def _data(facts: Facts, images: str) -> str:
    """Return the data set of a set of images; the set's own name if this study does not have it."""
    try:
        return next((row["data"] for row in _runs(facts, images)), images)
    except Missing:
        return images


def _percent(value: Measured) -> str:
    return f"{value.mean:.2f}" + ("" if value.std is None else f" ± {value.std:.2f}") + " %"
