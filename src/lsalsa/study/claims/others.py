"""Claims about time, optimal codes and trainings, and claims that a reader must judge by eye."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from lsalsa.study.claims.base import (
    NOT_TESTABLE,
    Answer,
    Bounded,
    Claim,
    MethodName,
    Methods,
    Part,
    TaskName,
    Verdict,
    bounded,
    bounds_text,
    part_of,
    sentence_of,
    together,
    verdict_on,
)
from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.claims.measures import QUANTITIES, text
from lsalsa.study.claims.orderings import Place
from lsalsa.study.summaries.repetitions import Measured

Tasks = Annotated[list[TaskName], Field(min_length=1)]


@dataclass(frozen=True)
class Race:
    """Time of a method over the time of its rival, both as near to the optimal codes.

    Attributes
    ----------
    ratio : float
        Where the method never gets as near, a lower bound.
    words : str
    arrived : bool
        Whether the method gets as near at all.
    """

    ratio: float
    words: str
    arrived: bool


class Speed(Claim):
    """A method takes up to `factor` times as long as its rival to come as near to the optimal codes.

    The race with the largest ratio decides it. If the method has not finished that race, a ratio below `factor` leaves
    the claim open: it is only a lower bound.
    """

    kind: Literal["speed"]
    tasks: Tasks
    method: MethodName
    rival: MethodName
    factor: Annotated[float, Field(ge=1)]

    def judge(self, facts: Facts) -> Verdict:
        races, missing = [], []
        for task in self.tasks:
            try:
                races += self._races(facts, task)
            except Missing as error:
                missing.append(str(error))
        if not races:
            raise Missing("; ".join(missing))
        best = max(races, key=lambda race: race.ratio)
        answer: Answer = "yes" if best.ratio >= self.factor else "no" if best.arrived else "missing"
        reason = sentence_of([f"at most, {best.words} ({self.factor:g} asked)", *missing])
        name = f"seconds of {facts.label(self.method)} over those of {facts.label(self.rival)}"
        return Verdict(verdict_on([answer]), reason, name, Measured(best.ratio, None, len(races)))

    def _races(self, facts: Facts, task: str) -> list[Race]:
        """Run one race for each depth of the rival."""
        chaser, goals = (facts.curve(task, method, "rmse") for method in (self.method, self.rival))
        if not chaser or not goals:
            raise Missing(f"{facts.label(self.method)} and {facts.label(self.rival)} have no finished run on {task}")
        return [self._race(facts, task, chaser, depth, goal) for depth, goal in goals.items()]

    def _race(self, facts: Facts, task: str, chaser: dict[int, Measured], depth: int, goal: Measured) -> Race:
        arrived = next((steps for steps, value in chaser.items() if value.reaches(goal)), None)
        steps = max(chaser) if arrived is None else arrived
        spent, needed = facts.seconds(task, self.method, steps), facts.seconds(task, self.rival, depth)
        reached = "has not got there yet" if arrived is None else "is as near"
        words = (
            f"{facts.label(self.method)} at T = {steps} ({1e6 * spent:.3g} microseconds per sample) {reached} where"
            f" {facts.label(self.rival)} at T = {depth} ({1e6 * needed:.3g} microseconds, RMSE {text(goal, 'rmse')})"
            f" is on {task}: {'more than ' if arrived is None else ''}{spent / needed:.3g} times as long"
        )
        return Race(spent / needed, words, arrived is not None)


class Optimal(Bounded):
    """The optimal codes of every place keep a bound: share of zeros, or error of the classifier on them."""

    kind: Literal["optimal"]
    quantity: Literal["zero_share", "error_percent"]
    places: Annotated[list[Place], Field(min_length=1)]

    def judge(self, facts: Facts) -> Verdict:
        name = f"{QUANTITIES[self.quantity].short} of the optimal codes"
        return together([part_of(self._of, facts, place) for place in self.places], name)

    def _of(self, facts: Facts, place: Place) -> Part:
        value = Measured(facts.optimal(place.task, place.component or "all", self.quantity), None, 1)
        asked = bounds_text(self.at_least, self.at_most)
        name = f"{QUANTITIES[self.quantity].short} of the optimal codes of {place.title}"
        answer = bounded(value, self.at_least, self.at_most)
        return Part(answer, f"{name}: {text(value, self.quantity)} ({asked} asked)", value)


class Settled(Claim):
    """More than half of the trainings end because the loss stops falling, before they use all of their epochs."""

    kind: Literal["settled"]
    at_best: bool = False
    tasks: Tasks
    methods: Methods

    def judge(self, facts: Facts) -> Verdict:
        ends, missing = [], []
        for task in self.tasks:
            for method in self.methods:
                try:
                    ends += [row["status"] for row in facts.runs(task, method) if row["component"] == "all"]
                except Missing as error:
                    missing.append(str(error))
        if not ends:
            raise Missing("; ".join(dict.fromkeys(missing)))
        share = Measured(ends.count("converged") / len(ends), None, len(ends))
        words = f"{ends.count('converged')} of {len(ends)} trainings ended because the loss stood still"
        answers: list[Answer] = ["yes" if share.mean > 0.5 else "no"]
        answers += ["missing"] * len(missing)
        return Verdict(
            verdict_on(answers), sentence_of([words, *missing]), "share of the trainings that settled", share
        )


class ByEye(Claim):
    """A reader sees it in pictures; `look_at` names them."""

    kind: Literal["by_eye"]
    look_at: str

    def judge(self, facts: Facts) -> Verdict:
        return Verdict(NOT_TESTABLE, f"No number decides it, an eye does: {self.look_at}.")
