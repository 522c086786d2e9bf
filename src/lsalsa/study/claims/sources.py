"""Claims about what a separation is worth: each source against the true one, or beside that of the optimal code."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lsalsa.study.claims.base import (
    Bounded,
    ComponentName,
    MethodName,
    Methods,
    Part,
    TaskName,
    Verdict,
    bounded,
    bounds_text,
    part_of,
    together,
)
from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.claims.measures import QUANTITIES, text
from lsalsa.study.config.fields import Depths
from lsalsa.study.summaries.quantities import LEVELS
from lsalsa.study.summaries.repetitions import Measured


class Sources(Bounded):
    """At every depth each source of each method keeps a bound.

    With `over` the bound is on its difference to a reference: the optimal code, a code of zeros, one constant grey.
    """

    kind: Literal["sources"]
    task: TaskName
    components: Annotated[list[ComponentName], Field(min_length=1)]
    measure: Literal["source_psnr", "source_si_sdr", "source_leak"] = "source_psnr"
    methods: Methods
    depths: Depths
    over: Literal["optimal", "zeros", "grey"] | None = None

    def judge(self, facts: Facts) -> Verdict:
        cells = [(c, m, depth) for depth in self.depths for m in self.methods for c in self.components]
        parts = [part_of(self._at, facts, *cell) for cell in cells]
        name = f"{QUANTITIES[self.measure].short} of {self.components[0]}, {facts.label(self.methods[0])}"
        return together(parts, f"{name}, over {LEVELS[self.over]}" if self.over else name)

    def _at(self, facts: Facts, component: str, method: MethodName, depth: int) -> Part:
        own = facts.at(self.task, method, depth, self.measure, component)
        words = f"{facts.label(method)} at T = {depth}, {component}: {text(own, self.measure)}"
        asked = bounds_text(self.at_least, self.at_most)
        if self.over is None:
            return Part(bounded(own, self.at_least, self.at_most), f"{words} ({asked} asked)", own)
        level = facts.level(self.task, method, f"{self.measure}_of_{self.over}", component)
        gain = Measured(own.mean - level, own.std, own.n)
        side = "above" if gain.mean >= 0 else "below"
        difference = text(Measured(abs(gain.mean), None, gain.n), self.measure)
        words = f"{words}, {difference} {side} {LEVELS[self.over]} ({asked} asked)"
        return Part(bounded(gain, self.at_least, self.at_most), words, gain)


class Overlap(Bounded):
    """In every task codes in each dictionary alone explain a share of the energy of every other component."""

    kind: Literal["overlap"]
    tasks: Annotated[list[TaskName], Field(min_length=1)]

    def judge(self, facts: Facts) -> Verdict:
        parts = [part for task in self.tasks for part in self._of(facts, task)]
        return together(parts, "share of a component that another one's dictionary explains")

    def _of(self, facts: Facts, task: str) -> list[Part]:
        try:
            shares = facts.overlaps(task)
        except Missing as missing:
            return [Part("missing", str(missing))]
        asked = bounds_text(self.at_least, self.at_most)
        values = {pair: Measured(share, None, 1) for pair, share in shares.items()}
        return [
            Part(
                bounded(value, self.at_least, self.at_most),
                f"{task}: the dictionary of {dictionary} explains {value.mean:.2f} of {component} ({asked} asked)",
                value,
            )
            for (dictionary, component), value in values.items()
        ]
