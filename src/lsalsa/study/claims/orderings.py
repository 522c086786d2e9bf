"""Claims that compare methods at the same depth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lsalsa.study.claims.base import (
    Answer,
    Claim,
    ComponentName,
    Measure,
    MethodName,
    Methods,
    Part,
    Size,
    TaskName,
    Verdict,
    listed,
    part_of,
    sentence_of,
    together,
    verdict_on,
)
from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.claims.measures import QUANTITIES, relation, text
from lsalsa.study.config.fields import Depths, Settings
from lsalsa.study.summaries.repetitions import Measured


class Place(Settings):
    """The codes of a task, or of one of its components; at some depths, or at all that the study runs."""

    noun = "a place of a claim"

    task: TaskName
    component: ComponentName | None = None
    depths: Depths | None = None

    @property
    def title(self) -> str:
        """The codes in words."""
        return f"{self.task}, {self.component}" if self.component else self.task


class Best(Claim):
    """At every depth the methods `best` have the best value among `methods`.

    That is the smallest; of sources, and of any measure with `largest`, the largest. Two or more methods in `best`
    share it: if one of them is ahead of another, the claim is contradicted.
    """

    kind: Literal["best"]
    task: TaskName
    component: ComponentName | None = None
    measure: Measure = "rmse"
    methods: Methods
    best: Methods
    depths: Depths
    largest: bool = False

    @model_validator(mode="after")
    def _compared(self) -> Best:
        if others := [method for method in self.best if method not in self.methods]:
            raise ValueError(f"has {', '.join(others)} in `best` but not in `methods`")
        return self

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._at, facts, depth) for depth in self.depths]
        return together(parts, facts.quantity(self.measure, self.best[0]))

    def _at(self, facts: Facts, depth: int) -> Part:
        values, missing = self._values(facts, depth)
        rivals = [method for method in values if method not in self.best]
        beaten = [other for other in values for own in self._found(values) if self._ahead(values, other, own)]
        if missing and not beaten:
            raise Missing("; ".join(missing))
        numbers = ", ".join(f"{facts.label(m)} {text(value, self.measure)}" for m, value in values.items())
        answer: Answer = "no" if beaten else "yes" if self._clear(values, rivals) else "tie"
        closing = " (a tie within the spread of the seeds)" if answer == "tie" else ""
        words = f"at T = {depth}: {numbers}{closing}"
        return Part(answer, words, next(iter(values[own] for own in self._found(values))))

    def _values(self, facts: Facts, depth: int) -> tuple[dict[str, Measured], list[str]]:
        values, missing = {}, []
        for method in self.methods:
            try:
                values[method] = facts.at(self.task, method, depth, self.measure, self.component)
            except Missing as error:
                missing.append(str(error))
        if not self._found(values):
            raise Missing("; ".join(missing))
        return values, missing

    def _found(self, values: dict[str, Measured]) -> list[str]:
        return [method for method in self.best if method in values]

    def _ahead(self, values: dict[str, Measured], method: str, other: str) -> bool:
        if self.largest:
            return values[method].against(values[other]) == "above"
        return relation(values[method], values[other], self.measure) == "ahead"

    def _clear(self, values: dict[str, Measured], rivals: list[str]) -> bool:
        """Test whether the best are ahead of all rivals."""
        return all(self._ahead(values, own, rival) for own in self.best for rival in rivals)


class Comparable(Claim):
    """At every depth two methods differ by less than a factor."""

    kind: Literal["comparable"]
    task: TaskName
    component: ComponentName | None = None
    measure: Size = "rmse"
    methods: Annotated[list[MethodName], Field(min_length=2, max_length=2)]
    depths: Depths
    within: Annotated[float, Field(gt=1)]

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._at, facts, depth) for depth in self.depths]
        return together(parts, facts.quantity(self.measure, self.methods[0]))

    def _at(self, facts: Facts, depth: int) -> Part:
        one, other = (facts.at(self.task, method, depth, self.measure, self.component) for method in self.methods)
        small, large = sorted((one.mean, other.mean))
        near = one.against(other) == "tie" or large < self.within * small
        pair = zip(self.methods, (one, other), strict=True)
        numbers = ", ".join(f"{facts.label(method)} {text(value, self.measure)}" for method, value in pair)
        return Part("yes" if near else "no", f"at T = {depth}: {numbers}", one)


class TradeOff(Claim):
    """At every depth a method is sparser or nearer to the optimal codes than each rival."""

    kind: Literal["trade_off"]
    task: TaskName
    component: ComponentName | None = None
    method: MethodName
    rivals: Methods
    depths: Depths

    def judge(self, facts: Facts) -> Verdict:
        parts = [part_of(self._at, facts, depth, rival) for depth in self.depths for rival in self.rivals]
        return together(parts, f"share of zeros of {facts.label(self.method)}")

    def _at(self, facts: Facts, depth: int, rival: str) -> Part:
        measures = ("zero_share", "rmse")
        own, other = (
            [facts.at(self.task, method, depth, measure, self.component) for measure in measures]
            for method in (self.method, rival)
        )
        sparser, nearer = own[0].against(other[0]), own[1].against(other[1])
        ahead = sparser == "above" or nearer == "below"
        answer: Answer = "yes" if ahead else "tie" if "tie" in (sparser, nearer) else "no"
        pairs = [
            ", ".join(text(value, m) for m, value in zip(measures, values, strict=True)) for values in (own, other)
        ]
        words = f"at T = {depth}: {facts.label(self.method)} ({pairs[0]}), {facts.label(rival)} ({pairs[1]})"
        return Part(answer, words, own[0])


ANSWERS: dict[str, Answer] = {"ahead": "yes", "tie": "tie", "behind": "no"}


class Overall(Claim):
    """One method has the best value wherever all of the methods were run: the smallest, of sources the largest."""

    kind: Literal["overall"]
    places: Annotated[list[Place], Field(min_length=1)]
    measure: Measure = "rmse"
    method: MethodName
    rivals: Methods

    def judge(self, facts: Facts) -> Verdict:
        results: dict[str, list[str]] = {"ahead": [], "tie": [], "behind": []}
        missing = []
        for place in self.places:
            try:
                missing += self._add(results, facts, place)
            except Missing as error:
                missing.append(str(error))
        count = sum(map(len, results.values()))
        if not count:
            raise Missing("; ".join(dict.fromkeys(missing)) or "no depth was run with all of the methods")
        share = Measured(len(results["ahead"]) / count, None, count)
        answers: list[Answer] = [answer for kind, answer in ANSWERS.items() for _ in results[kind]]
        answers += ["missing"] * len(missing)
        return Verdict(
            verdict_on(answers),
            self._reason(facts, results, count, missing),
            f"share of the cells that are {self._best}",
            share,
        )

    @property
    def _best(self) -> str:
        return "highest" if QUANTITIES[self.measure].better == "larger" else "lowest"

    def _add(self, results: dict[str, list[str]], facts: Facts, place: Place) -> list[str]:
        """Add the cells of a place to the results; return a sentence about the listed depths that were not run."""
        own, *others = (
            facts.curve(place.task, method, self.measure, place.component) for method in (self.method, *self.rivals)
        )
        complete = [depth for depth in own if all(depth in other for other in others)]
        for depth in complete if place.depths is None else [d for d in complete if d in place.depths]:
            relations = {relation(own[depth], other[depth], self.measure) for other in others}
            kind = next(kind for kind in ("behind", "tie", "ahead") if kind in relations)
            results[kind].append(f"{place.title} at T = {depth}")
        absent = [str(depth) for depth in place.depths or () if depth not in complete]
        return [f"{place.title} was not run with all of them at T = {', '.join(absent)}"] if absent else []

    def _reason(self, facts: Facts, results: dict[str, list[str]], count: int, missing: list[str]) -> str:
        ahead, tie, behind = (results[name] for name in ("ahead", "tie", "behind"))
        what = f"the {self._best} {QUANTITIES[self.measure].short}"
        sentence = f"{facts.label(self.method)} has {what} in {len(ahead)} of {count}"
        parts = [f"{sentence} cells"]
        parts += [f"ties within the spread of the seeds: {listed(tie)}"] * bool(tie)
        parts += [f"beaten: {listed(behind)}"] * bool(behind)
        return sentence_of([*parts, *missing])
