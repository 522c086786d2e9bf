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
from lsalsa.study.summaries.repetitions import FINISHED, Measured, Row, measured
from papers.crsae.denoising.arms import ARMS, arm_label
from papers.crsae.denoising.summaries import by_set, of_row
from papers.crsae.simulation.summaries import LABELS
from papers.crsae.speed.findings import CONVEX, METHODS, ratios
from papers.crsae.spikes.experiment import METHODS as SORTERS
from papers.crsae.spikes.labels import method_label
from papers.crsae.spikes.summary import rows_by_method

ANSWERS: dict[str, Answer] = {"above": "yes", "tie": "tie", "below": "no"}
NEARER: dict[str, Answer] = {"below": "yes", "tie": "tie", "above": "no"}
GRADIENTS = {name: LABELS[name] for name in ("layers", "decoder", "exact")}
Names = Annotated[list[str], Field(min_length=1)]


class DenoisesBetter(Claim):
    """An arm has a higher PSNR than every rival, on every set of test pictures; one that always ran away loses."""

    kind: Literal["denoises_better"]
    arm: str
    rivals: Names

    def unknown(self) -> Iterator[str]:
        return _unknown([self.arm, *self.rivals], ARMS, "arm of the denoising")

    def judge(self, facts: Facts) -> Verdict:
        rows = by_set(facts.rows("crsae.denoised"), [self.arm, *self.rivals])
        sets = dict.fromkeys(row["pictures"] for row in rows)
        parts = [part_of(self._on, rows, name, rival) for name in sets for rival in self.rivals]
        return together(parts, f"dB of {arm_label(self.arm)} over {arm_label(self.rivals[0])} on {next(iter(sets))}")

    def _on(self, rows: list[Row], pictures: str, rival: str) -> Part:
        ours = self._psnr(rows, pictures, self.arm)
        if any((row["pictures"], row["method"]) == (pictures, rival) and row["psnr_db"] is None for row in rows):
            return Part(
                "yes", f"{pictures}: {arm_label(self.arm)} {_db(ours)}, {arm_label(rival)} ran away on all seeds"
            )
        theirs = self._psnr(rows, pictures, rival)
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
        return _unknown(self.arms, ARMS, "arm of the denoising")

    def judge(self, facts: Facts) -> Verdict:
        return together([part_of(self._of, facts, arm) for arm in self.arms], "median R^2 of the Gabor fits")

    def _of(self, facts: Facts, arm: str) -> Part:
        r2, selectivity = (_median_filter(facts, arm, name) for name in ("r2", "selectivity"))
        answers = {bounded(r2, self.r2_at_least, None), bounded(selectivity, self.selectivity_at_least, None)}
        answer: Answer = "yes" if answers == {"yes"} else "no" if "no" in answers else "tie"
        words = f"{arm_label(arm)}: R^2 {_number(r2)}, selectivity for orientation {_number(selectivity)}"
        return Part(answer, words, r2)


class FindsFilters(Claim):
    """Tangent steps end near the true filters of the simulation, on every seed and with every gradient."""

    kind: Literal["finds_filters"]
    gradients: Names
    error_at_most: Above0

    def unknown(self) -> Iterator[str]:
        return _unknown(self.gradients, GRADIENTS, "gradient of the simulation")

    def judge(self, facts: Facts) -> Verdict:
        runs = facts.rows("crsae.simulation_runs")
        parts = [part_of(self._of, runs, gradient) for gradient in self.gradients]
        return together(parts, f"error of the worst filter, {GRADIENTS[self.gradients[0]]}")

    def _of(self, runs: list[Row], gradient: str) -> Part:
        own = [run for run in runs if (run["gradient"], run["tangent"], run["start"]) == (gradient, True, "close")]
        found = measured(own, "worst_error")
        if found is None:
            raise Missing(f"the simulation has no finished run {GRADIENTS[gradient]}")
        worst = max(run["worst_error"] for run in own)
        near = sum(run["worst_error"] <= self.error_at_most and run["status"] in FINISHED for run in own)
        answer: Answer = "yes" if near == len(own) else "tie" if near else "no"
        return Part(answer, f"{GRADIENTS[gradient]}: {found.mean:.3f}, at most {worst:.3f} on {len(own)} seeds", found)


class RealisticTemplates(Claim):
    """Learned templates are nearly the true ones, and nearer to them than those they started from."""

    kind: Literal["realistic_templates"]
    method: str
    rival: str
    correlation_at_least: Above0

    def unknown(self) -> Iterator[str]:
        return _unknown([self.method, self.rival], SORTERS, "method of the spikes")

    def judge(self, facts: Facts) -> Verdict:
        rows = rows_by_method(facts.rows("crsae.spikes"))
        if not rows:
            raise Missing("no recording of this study has known spikes")
        parts = [part_of(self._on, rows, name) for name in dict.fromkeys(row["recording"] for row in rows)]
        return together(parts, f"correlation of the templates of {method_label(self.method)} with the true ones")

    def _on(self, rows: list[Row], recording: str) -> Part:
        own = [row for row in rows if row["recording"] == recording]
        most = max(row["n_channels"] for row in own)
        known = {row["method"]: row for row in own if row["n_channels"] == most and row["template_error"] is not None}
        for name in (self.method, self.rival):
            if name not in known:
                raise Missing(f"{method_label(name)} has no finished run on {recording}")
        likeness = _column(known[self.method], "template_correlation")
        ours, theirs = (_column(known[name], "template_error") for name in (self.method, self.rival))
        answers = {bounded(likeness, self.correlation_at_least, None), NEARER[ours.against(theirs)]}
        answer: Answer = "yes" if answers == {"yes"} else "no" if "no" in answers else "tie"
        words = (
            f"{recording}: correlation {_number(likeness)}, error {_number(ours)}; of {method_label(self.rival)},"
            f" the start, {_number(theirs)}"
        )
        return Part(answer, words, likeness)


class TimesFaster(Claim):
    """A coder takes this many times less time than every convex solver that reached its tolerance."""

    kind: Literal["times_faster"]
    coder: Literal["exact", "fista"]
    rivals: Names
    factor: Above0

    def unknown(self) -> Iterator[str]:
        return _unknown(self.rivals, {name: METHODS[name] for name in CONVEX}, "convex solver")

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


def _unknown(names: list[str], known: Any, noun: str) -> Iterator[str]:
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


def _column(row: Row, column: str) -> Measured:
    return Measured(row[column], row[f"{column}_std"], row["n_repetitions"])


def _db(value: Measured) -> str:
    return _number(value) + " dB"


def _number(value: Measured) -> str:
    return f"{value.mean:.2f}" + ("" if value.std is None else f" ± {value.std:.2f}")
