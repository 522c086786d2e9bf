"""Claims about the accuracy of a classifier that reads codes of whole images (SC2Net)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lsalsa.study.claims.base import Answer, Claim, Methods, Part, Verdict, part_of, together
from lsalsa.study.claims.facts import Facts, Measured
from lsalsa.study.config.fields import Above0
from lsalsa.study.tables import method_label

ANSWERS: dict[str, Answer] = {"above": "yes", "tie": "tie", "below": "no"}


class Easier(Claim):
    """Every method is better on one set of images than on another."""

    kind: Literal["easier"]
    easier: str
    harder: str
    arms: Methods

    def judge(self, facts: Facts) -> Verdict:
        return together([part_of(self._of, facts, arm) for arm in self.arms])

    def _of(self, facts: Facts, arm: str) -> Part:
        ours, theirs = (facts.accuracy(data, arm) for data in (self.easier, self.harder))
        words = f"{method_label(arm)} {_percent(ours)} on {self.easier} and {_percent(theirs)} on {self.harder}"
        return Part(ANSWERS[ours.against(theirs)], words)


class Leads(Claim):
    """A method is better than every rival on every set of images."""

    kind: Literal["leads"]
    data: Annotated[list[str], Field(min_length=1)]
    arm: str
    rivals: Methods

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._on, facts, data) for data in self.data]
        return together(parts, f"points of {method_label(self.arm)} over the best rival on {self.data[0]}")

    def _on(self, facts: Facts, data: str) -> Part:
        ours = facts.accuracy(data, self.arm)
        known = {rival: facts.accuracy(data, rival) for rival in self.rivals}
        best = max(known, key=lambda rival: known[rival].mean)
        words = f"on {data} {method_label(self.arm)} {_percent(ours)}, {method_label(best)} {_percent(known[best])}"
        lead = Measured(ours.mean - known[best].mean, None, ours.n)
        return Part(ANSWERS[ours.against(known[best])], words, lead)


class Steady(Claim):
    """The accuracy of a method stays within so many points from one penalty to another."""

    kind: Literal["steady"]
    data: Annotated[list[str], Field(min_length=1)]
    method: str
    least: Above0
    most: Above0
    points: Above0

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._on, facts, data) for data in self.data]
        return together(parts, f"points of accuracy between penalties on {self.data[0]}")

    def _on(self, facts: Facts, data: str) -> Part:
        found = facts.accuracy_by_penalty(data, self.method, self.least, self.most)
        means = [value.mean for value in found.values()]
        width = max(means) - min(means)
        listed = ", ".join(f"{_percent(value)} at {penalty:g}" for penalty, value in found.items())
        answer: Answer = "yes" if width <= self.points else "no"
        return Part(answer, f"{method_label(self.method)} on {data}: {listed}", Measured(width, None, len(means)))


def _percent(value: Measured) -> str:
    return value.text("accuracy_percent")
