"""Kinds of claims about codes of whole images: how well a classifier reads them, their objective, their zeros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from lsalsa.study.claims.base import Answer, Claim, ImagesName, Part, Verdict, part_of, together
from lsalsa.study.claims.facts import Facts
from lsalsa.study.config.fields import Above0, Count, Depths
from lsalsa.study.config.messages import hint
from lsalsa.study.summaries.repetitions import Measured
from papers.sc2net.facts import (
    accuracy_by_penalty,
    data_name,
    objective,
    of_variant,
    percent,
    plain,
    share_near_zero,
)
from papers.sc2net.labels import variant_label
from papers.sc2net.settings import SC2Net
from papers.sc2net.variants import variants_of

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
        ours, theirs = (of_variant(facts, images, variant) for images in (self.easier, self.harder))
        easier, harder = (data_name(facts, images) for images in (self.easier, self.harder))
        words = f"{variant_label(variant)} {percent(ours)} on {easier} and {percent(theirs)} on {harder}"
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
        where = data_name(facts, self.images[0])
        return together(parts, f"points of {variant_label(self.variant)} over the best rival on {where}")

    def _on(self, facts: Facts, images: str) -> Part:
        ours = of_variant(facts, images, self.variant)
        known = {rival: of_variant(facts, images, rival) for rival in self.rivals}
        best = max(known, key=lambda rival: known[rival].mean)
        own, other = variant_label(self.variant), variant_label(best)
        words = f"on {data_name(facts, images)} {own} {percent(ours)}, {other} {percent(known[best])}"
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
        return together(parts, f"points of accuracy between penalties on {data_name(facts, self.images[0])}")

    def _on(self, facts: Facts, images: str) -> Part:
        found = accuracy_by_penalty(facts, images, self.method, self.least, self.most)
        means = [value.mean for value in found.values()]
        width = max(means) - min(means)
        listed = ", ".join(f"{percent(value)} at {penalty:g}" for penalty, value in found.items())
        answer: Answer = "yes" if width <= self.points else "no"
        words = f"{variant_label(self.method)} on {data_name(facts, images)}: {listed}"
        return Part(answer, words, Measured(width, None, len(means)))


class Sparser(Claim):
    """A larger share of the entries of a method's codes is smaller than 0.01 than of every rival's."""

    kind: Literal["sparser"]
    images: Sets
    variant: str
    rivals: Variants

    def unknown(self) -> Iterator[str]:
        return unknown_variants([self.variant, *self.rivals])

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._on, facts, images, rival) for images in self.images for rival in self.rivals]
        return together(
            parts, f"% of the entries of {variant_label(self.variant)} on {data_name(facts, self.images[0])}"
        )

    def _on(self, facts: Facts, images: str, rival: str) -> Part:
        ours, theirs = (share_near_zero(facts, images, variant) for variant in (self.variant, rival))
        numbers = [f"{variant_label(n)} {percent(v)}" for n, v in ((self.variant, ours), (rival, theirs))]
        words = f"on {data_name(facts, images)} entries smaller than 0.01: {', '.join(numbers)}"
        return Part(ANSWERS[ours.against(theirs)], words, ours)


class Lower(Claim):
    """A method has a lower objective than another one after some numbers of steps."""

    kind: Literal["lower"]
    images: Sets
    method: str
    rival: str
    depths: Depths
    rival_depth: Count | None = None
    """Steps of the rival; as many as the method's own if it is not given."""

    def unknown(self) -> Iterator[str]:
        return unknown_variants([self.method, self.rival])

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._at, facts, images, depth) for images in self.images for depth in self.depths]
        where = f"on {data_name(facts, self.images[0])} at T = {self.depths[0]}"
        return together(parts, f"objective of {variant_label(self.method)} over that of the rival {where}")

    def _at(self, facts: Facts, images: str, depth: int) -> Part:
        theirs = self.rival_depth or depth
        ours, other = objective(facts, images, self.method, depth), objective(facts, images, self.rival, theirs)
        named = [f"{variant_label(self.method)} {plain(ours)} at T = {depth}"]
        named.append(f"{variant_label(self.rival)} {plain(other)} at T = {theirs}")
        ratio = Measured(ours.mean / other.mean, None, ours.n)
        return Part(ANSWERS[other.against(ours)], f"on {data_name(facts, images)} {', '.join(named)}", ratio)


class Depends(Claim):
    """LISTA is worse by some margin if it learned codes of FISTA after few iterations than if they had converged."""

    kind: Literal["depends"]
    images: Sets
    iterations: Count
    measure: Literal["objective", "accuracy_percent"]
    at_least: Above0
    """Percent that the objective rises, or points that the accuracy falls."""

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._on, facts, images) for images in self.images]
        unit = "% that the objective rises" if self.measure == "objective" else "points of accuracy lost"
        return together(parts, f"{unit} on {data_name(facts, self.images[0])}")

    def _on(self, facts: Facts, images: str) -> Part:
        poor, good = (self._measured(facts, images, name) for name in (f"lista_targets_{self.iterations}", "lista"))
        rise = 100 * (poor.mean / good.mean - 1) if self.measure == "objective" else good.mean - poor.mean
        form = plain if self.measure == "objective" else percent
        words = (
            f"on {data_name(facts, images)} {form(poor)} from codes after {self.iterations} iterations, {form(good)}"
        )
        answer: Answer = "yes" if rise >= self.at_least else "no"
        return Part(answer, f"{words} from converged ones", Measured(rise, None, poor.n))

    def _measured(self, facts: Facts, images: str, variant: str) -> Measured:
        return of_variant(facts, images, variant, self.measure)


def unknown_variants(names: Iterable[str]) -> Iterator[str]:
    """Yield sentences about names that are no variant in any study; claims do not name the points of a sweep."""
    known = variants_of(SC2Net(images=["any"], ablations=True, label_weight=1.0))
    for name in names:
        if name not in known:
            yield f"names {name}, which is no variant of SC2Net{hint(name, known)}"
