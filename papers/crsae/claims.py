"""Kinds of claims about learned filters, denoised pictures, spikes and times."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from lsalsa.study.claims.base import Answer, Claim, Part, Verdict, bounded, part_of, together
from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.config.fields import Above0
from lsalsa.study.config.messages import hint
from lsalsa.study.repetitions import FINISHED, Measured, Row, measured
from papers.crsae.denoising.arms import ARMS, arm_label
from papers.crsae.denoising.summaries import by_set, of_row
from papers.crsae.speed.findings import CONVEX, METHODS, ratios

ANSWERS: dict[str, Answer] = {"above": "yes", "tie": "tie", "below": "no"}
Names = Annotated[list[str], Field(min_length=1)]


class DenoisesBetter(Claim):
    """An arm has a higher PSNR than every rival, on every set of test pictures of the study."""

    kind: Literal["denoises_better"]
    arm: str
    rivals: Names

    def unknown(self) -> Iterator[str]:
        return unknown_names([self.arm, *self.rivals], ARMS, "arm of the denoising")

    def judge(self, facts: Facts) -> Verdict:
        rows = by_set(facts.rows("crsae.denoised"), [self.arm, *self.rivals])
        sets = dict.fromkeys(row["pictures"] for row in rows)
        parts = [part_of(self._on, rows, name, rival) for name in sets for rival in self.rivals]
        return together(parts, f"dB of {arm_label(self.arm)} over {arm_label(self.rivals[0])} on {next(iter(sets))}")

    def _on(self, rows: list[Row], pictures: str, rival: str) -> Part:
        ours, theirs = (self._psnr(rows, pictures, arm) for arm in (self.arm, rival))
        words = f"{pictures}: {arm_label(self.arm)} {_db(ours)}, {arm_label(rival)} {_db(theirs)}"
        return Part(ANSWERS[ours.against(theirs)], words, Measured(ours.mean - theirs.mean, None, ours.n))

    def _psnr(self, rows: list[Row], pictures: str, arm: str) -> Measured:
        row = next((row for row in rows if (row["pictures"], row["method"]) == (pictures, arm)), None)
        if (found := of_row(row)) is None:
            raise Missing(f"{arm_label(arm)} has no finished run on {pictures}")
        return found


class LooksLikeGabor(Claim):
    """The median filter of every arm is explained by a Gabor function, and selects an orientation."""

    kind: Literal["looks_like_gabor"]
    arms: Names
    r2_at_least: Above0
    selectivity_at_least: Above0

    def unknown(self) -> Iterator[str]:
        return unknown_names(self.arms, ARMS, "arm of the denoising")

    def judge(self, facts: Facts) -> Verdict:
        return together([part_of(self._of, facts, arm) for arm in self.arms], "median R^2 of the Gabor fits")

    def _of(self, facts: Facts, arm: str) -> Part:
        r2, selectivity = (_median_filter(facts, arm, name) for name in ("r2", "selectivity"))
        answers = {bounded(r2, self.r2_at_least, None), bounded(selectivity, self.selectivity_at_least, None)}
        answer: Answer = "yes" if answers == {"yes"} else "no" if "no" in answers else "tie"
        words = f"{arm_label(arm)}: R^2 {_number(r2)}, selectivity for orientation {_number(selectivity)}"
        return Part(answer, words, r2)


class TimesFaster(Claim):
    """A coder takes this many times less time than every convex solver that reached its tolerance."""

    kind: Literal["times_faster"]
    coder: Literal["exact", "fista"]
    rivals: Names
    factor: Above0

    def unknown(self) -> Iterator[str]:
        return unknown_names(self.rivals, {name: METHODS[name] for name in CONVEX}, "convex solver")

    def judge(self, facts: Facts) -> Verdict:
        found = ratios(facts.rows("crsae.window_times"))
        parts = [part_of(self._of, found, rival) for rival in self.rivals]
        return together(parts, f"times as fast as {METHODS[self.rivals[0]]}, at least")

    def _of(self, found: list[Row], rival: str) -> Part:
        times = [row[self.coder] for row in found if row["method"] == rival and row[self.coder] is not None]
        if not times:
            raise Missing(f"{METHODS[rival]} was not timed to its tolerance beside the {METHODS[self.coder]}")
        low, high = min(times), max(times)
        answer: Answer = "yes" if low >= self.factor else "no" if high < self.factor else "tie"
        words = f"{METHODS[self.coder]} against {METHODS[rival]}: {low:.0f} to {high:.0f} times as fast"
        return Part(answer, words, Measured(low, None, len(times)))


def unknown_names(names: list[str], known: Any, noun: str) -> Iterator[str]:
    """Yield sentences about names that no study can have."""
    for name in names:
        if name not in known:
            yield f"names {name}, which is no {noun}{hint(name, known)}"


def _median_filter(facts: Facts, bank: str, column: str) -> Measured:
    """Return the median over the filters of a bank, averaged over seeds."""
    rows = [row for row in facts.rows("crsae.denoising_gabor") if row["bank"] == bank and row["status"] in FINISHED]
    if not rows:
        raise Missing(f"{arm_label(bank)} has no finished run whose filters were compared with Gabor functions")
    seeds = sorted({row["repetition"] for row in rows})
    medians = [statistics.median(row[column] for row in rows if row["repetition"] == seed) for seed in seeds]
    found = measured([{"status": "ok", column: value} for value in medians], column)
    assert found is not None
    return found


def _db(value: Measured) -> str:
    return _number(value) + " dB"


def _number(value: Measured) -> str:
    return f"{value.mean:.2f}" + ("" if value.std is None else f" ± {value.std:.2f}")
