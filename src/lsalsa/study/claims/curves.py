"""Claims about how a method develops with depth."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lsalsa.study.claims.base import (
    Answer,
    Bounded,
    Claim,
    ComponentName,
    Measure,
    MethodName,
    Methods,
    Part,
    Size,
    TaskName,
    Verdict,
    bounded,
    bounds_text,
    part_of,
    together,
)
from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.claims.measures import QUANTITIES, relation, text
from lsalsa.study.config.fields import Count, Depths
from lsalsa.study.summaries.repetitions import Measured


class CatchUp(Claim):
    """A method reaches the value of a target after more than `after` steps, and within `by` steps.

    The target is another method at `target_depth`. Without `target_depth` it is that method at the same depth.
    """

    kind: Literal["catch_up"]
    task: TaskName
    component: ComponentName | None = None
    measure: Measure = "rmse"
    method: MethodName
    target: MethodName
    target_depth: Count | None = None
    after: Count | None = None
    by: Count | None = None

    @model_validator(mode="after")
    def _says_something(self) -> CatchUp:
        if self.after is None and self.by is None:
            raise ValueError("needs `after` or `by`")
        return self

    def judge(self, facts: Facts) -> Verdict:
        chaser = facts.curve(self.task, self.method, self.measure, self.component)
        target = self._target(facts)
        relations = {
            depth: relation(value, target[depth], self.measure) for depth, value in chaser.items() if depth in target
        }
        if not relations:
            raise Missing(f"{facts.label(self.method)} and {facts.label(self.target)} share no depth on {self.task}")
        answers = [self._after(facts, relations, self.after)] if self.after else []
        answers += [self._by(facts, relations, self.by)] if self.by else []
        words = "; ".join(
            [self._words(facts, relations, chaser, target), *(part.words for part in answers if part.words)]
        )
        verdict = together([Part(part.answer, words) for part in answers])
        caught = [depth for depth in relations if relations[depth] != "behind"]
        name = f"T at which {facts.label(self.method)} has caught up" if caught else "deepest T, not caught up"
        steps = Measured(caught[0] if caught else max(relations), None, target[min(relations)].n)
        return Verdict(verdict.verdict, verdict.reason, name, steps)

    def _target(self, facts: Facts) -> dict[int, Measured]:
        """Return the value to reach, by depth of the method that chases it."""
        if self.target_depth is None:
            return facts.curve(self.task, self.target, self.measure, self.component)
        level = facts.at(self.task, self.target, self.target_depth, self.measure, self.component)
        return dict.fromkeys(facts.curve(self.task, self.method, self.measure, self.component), level)

    def _after(self, facts: Facts, relations: dict[int, str], after: int) -> Part:
        """Answer whether the method needs more than `after` steps. A deeper run that is still behind also proves it."""
        early = {relation for depth, relation in relations.items() if depth <= after}
        if early & {"ahead", "tie"}:
            return Part("no" if "ahead" in early else "tie", "")
        if any(relation == "behind" for depth, relation in relations.items() if depth >= after):
            return Part("yes", "")
        return Part("missing", f"{facts.label(self.method)} at T = {after} was not run on {self.task}")

    def _by(self, facts: Facts, relations: dict[int, str], by: int) -> Part:
        """Answer whether the method has caught up within `by` steps. A deeper run that is still behind disproves it."""
        if any(relation != "behind" for depth, relation in relations.items() if depth <= by):
            return Part("yes", "")
        if any(relation == "behind" for depth, relation in relations.items() if depth >= by):
            return Part("no", "")
        return Part("missing", f"{facts.label(self.method)} at T = {by} was not run on {self.task}")

    def _words(
        self, facts: Facts, relations: dict[int, str], chaser: dict[int, Measured], target: dict[int, Measured]
    ) -> str:
        depth = next((depth for depth in relations if relations[depth] != "behind"), max(relations))
        aim = f"{facts.label(self.target)} at {self._aim} ({self._text(target[depth])})"
        own = f"T = {depth} ({self._text(chaser[depth])})"
        over, under = ("below", "above") if QUANTITIES[self.measure].better == "larger" else ("above", "below")
        if relations[depth] == "behind":
            return f"{facts.label(self.method)} is still {over} {aim} at its deepest, {own}"
        verb = f"gets {under}" if relations[depth] == "ahead" else "ties within the spread of the seeds with"
        return f"{facts.label(self.method)} first {verb} {aim} at {own}"

    @property
    def _aim(self) -> str:
        return "the same depth" if self.target_depth is None else f"T = {self.target_depth}"

    def _text(self, value: Measured) -> str:
        return f"{QUANTITIES[self.measure].short} {text(value, self.measure)}"


class Change(Claim):
    """From depth `start` to depth `end` each method's value shrinks to a share `at_most`, or stays above `at_least`."""

    kind: Literal["change"]
    task: TaskName
    component: ComponentName | None = None
    measure: Size = "rmse"
    methods: Methods
    start: Count
    end: Count
    at_most: Annotated[float, Field(gt=0)] | None = None
    at_least: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Change:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("needs either `at_most` or `at_least`")
        if self.end <= self.start:
            raise ValueError("needs an `end` deeper than its `start`")
        return self

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._of, facts, method) for method in self.methods]
        name = facts.quantity(self.measure, self.methods[0])
        return together(parts, f"{name} at the end over that at T = {self.start}")

    def _of(self, facts: Facts, method: str) -> Part:
        curve = facts.curve(self.task, method, self.measure, self.component)
        start = facts.at(self.task, method, self.start, self.measure, self.component)
        ratios = {depth: _ratio(value, start) for depth, value in curve.items() if self.start < depth <= self.end}
        depth = self._deciding(ratios)
        if depth is None:
            facts.at(self.task, method, self.end, self.measure, self.component)
            raise Missing(f"{facts.label(method)} has no ratio to its value at T = {self.start}, which is 0")
        answer = self._answer(ratios[depth])
        words = (
            f"{facts.label(method)} goes from {text(start, self.measure)} at T = {self.start} to"
            f" {text(curve[depth], self.measure)} at T = {depth}, {ratios[depth].mean:.3g} of it"
            f" ({bounds_text(self.at_least, self.at_most)} asked)"
        )
        return Part(answer, words, ratios[depth])

    def _deciding(self, ratios: dict[int, Measured]) -> int | None:
        """Return the end; without a result there, an earlier depth whose value already decides the answer."""
        if self.end in ratios:
            return self.end if math.isfinite(ratios[self.end].mean) else None
        settled = "yes" if self.at_most is not None else "no"
        return next((depth for depth, ratio in ratios.items() if self._answer(ratio) == settled), None)

    def _answer(self, ratio: Measured) -> Answer:
        return bounded(ratio, self.at_least, self.at_most)


class Level(Bounded):
    """At every depth each method's value keeps a bound."""

    kind: Literal["level"]
    task: TaskName
    component: ComponentName | None = None
    measure: Measure
    methods: Methods
    depths: Depths

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._at, facts, method, depth) for depth in self.depths for method in self.methods]
        return together(parts, facts.quantity(self.measure, self.methods[0]))

    def _at(self, facts: Facts, method: str, depth: int) -> Part:
        value = facts.at(self.task, method, depth, self.measure, self.component)
        asked = bounds_text(self.at_least, self.at_most)
        words = f"{facts.label(method)} has {text(value, self.measure)} at T = {depth} ({asked} asked)"
        return Part(bounded(value, self.at_least, self.at_most), words, value)


def _ratio(value: Measured, start: Measured) -> Measured:
    """Divide a value by its start; the spread follows from first-order error propagation."""
    if start.mean == 0:
        return Measured(math.inf, None, value.n)
    ratio = value.mean / start.mean
    spread = math.hypot(value.std or 0.0, ratio * (start.std or 0.0)) / start.mean
    return Measured(ratio, spread or None, min(value.n, start.n))
