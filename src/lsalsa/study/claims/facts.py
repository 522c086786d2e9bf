"""What a study has measured, as claims ask for it: a value with its spread, or the sentence about what is missing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsalsa.errors import DataError
from lsalsa.study.tables import FINISHED, method_label, value_and_spread

Row = Mapping[str, Any]

MEASURES = {
    "rmse": ("RMSE", "{:.4f}", ""),
    "error_percent": ("classification error", "{:.2f}", " %"),
    "zero_share": ("share of zeros", "{:.4f}", ""),
    "accuracy_percent": ("accuracy", "{:.2f}", " %"),
}
"""Column of the evaluations -> its name, its form in print, its unit."""


def quantity_of(measure: str, method: str) -> str:
    """What was measured of which method, in words."""
    return f"{MEASURES[measure][0]} of {method_label(method)}"


class Missing(Exception):
    """A fact that this study does not have; the message is a sentence without its full stop."""


@dataclass(frozen=True)
class Measured:
    """Mean over `n` repetitions and their sample standard deviation, None for a single one."""

    mean: float
    std: float | None
    n: int

    def against(self, other: Measured) -> str:
        """`below`, `above`, or `tie` where the means differ by no more than both spreads together."""
        if abs(self.mean - other.mean) <= math.hypot(self.std or 0.0, other.std or 0.0):
            return "tie"
        return "below" if self.mean < other.mean else "above"

    def text(self, measure: str) -> str:
        """The number in print: mean, spread, unit."""
        _, form, unit = MEASURES[measure]
        return form.format(self.mean) + ("" if self.std is None else f" ± {form.format(self.std)}") + unit


class Facts:
    """Results of a study.

    Parameters
    ----------
    evaluations : iterable of rows
        Of all tasks and methods, as in ``evaluation/{task}/{method}.parquet``.
    timings : iterable of rows
        Of all tasks, as in ``timing/{task}.parquet``.
    optimal : mapping
        (task, component) -> facts about the optimal codes of the test split: ``zero_share``, and ``error_percent``, the
        classifier's error on them.
    theory : iterable of rows, optional
        The checks of the theorems: ``statement``, ``form`` (printed or corrected), ``case``, ``runs``, ``violations``.
    accuracies : iterable of rows, optional
        Classification from codes of whole images: ``data``, ``arm``, ``kind``, ``penalty``, ``accuracy_percent``,
        ``status``, as in ``sc2net/arms/{images}/{arm}.parquet``.
    """

    def __init__(
        self,
        evaluations: Iterable[Row] = (),
        timings: Iterable[Row] = (),
        optimal: Mapping[tuple[str, str], Mapping[str, float]] | None = None,
        theory: Iterable[Row] = (),
        accuracies: Iterable[Row] = (),
    ):
        self._runs: dict[tuple[str, str], list[Row]] = {}
        for row in evaluations:
            self._runs.setdefault((row["task"], row["method"]), []).append(row)
        self._seconds = {(row["task"], row["method"], row["depth"]): row["seconds_per_sample"] for row in timings}
        self._optimal = optimal or {}
        self._theory = list(theory)
        self._accuracies = list(accuracies)

    def runs(self, task: str, method: str) -> list[Row]:
        """All rows of a method on a task."""
        if not any(known == task for known, _ in self._runs):
            raise Missing(f"the task {task} is not part of this study")
        if (task, method) not in self._runs:
            raise Missing(f"{method_label(method)} was not run on {task}")
        return self._runs[task, method]

    def curve(self, task: str, method: str, measure: str, component: str | None = None) -> dict[int, Measured]:
        """Depth -> value of a method, for the depths with a finished run."""
        runs = self.runs(task, method)
        try:
            points = value_and_spread(runs, measure, method=method, component=component)
        except DataError as error:
            raise Missing(str(error)) from error
        return {depth: Measured(mean, std, n) for depth, mean, std, n in points}

    def at(self, task: str, method: str, depth: int, measure: str, component: str | None = None) -> Measured:
        """Value of a method at one depth."""
        curve = self.curve(task, method, measure, component)
        if depth in curve:
            return curve[depth]
        name = f"{method_label(method)} at T = {depth}"
        ran = any(row["depth"] == depth for row in self.runs(task, method))
        raise Missing(f"{name} has no finished run on {task}" if ran else f"{name} was not run on {task}")

    def seconds(self, task: str, method: str, depth: int) -> float:
        """Seconds per sample."""
        if (task, method, depth) not in self._seconds:
            raise Missing(f"{method_label(method)} at T = {depth} was not timed on {task}")
        return self._seconds[task, method, depth]

    def optimal(self, task: str, component: str, quantity: str) -> float:
        """A fact about the optimal codes of one component."""
        if (task, component) not in self._optimal:
            raise Missing(f"this study has no optimal codes of {component} in the task {task}")
        found = self._optimal[task, component].get(quantity)
        if found is None:
            raise Missing(f"the optimal codes of {component} in the task {task} have no {quantity}")
        return float(found)

    def theory(self, statement: str) -> list[Row]:
        """The checks of one statement and of its parts: `Theorem 1` has a part `Theorem 1, slope`."""
        if not self._theory:
            raise Missing("this study does not check the theory")
        found = [row for row in self._theory if _is_part(row["statement"], statement)]
        if not found:
            raise Missing(f"the checks of the theory have no run of {statement}")
        return found

    def accuracy(self, data: str, arm: str) -> Measured:
        """Accuracy of a classifier on the codes of an arm."""
        return self._accuracy([row for row in self._accuracies if (row["data"], row["arm"]) == (data, arm)], data, arm)

    def accuracy_by_penalty(self, data: str, kind: str, least: float, most: float) -> dict[float, Measured]:
        """Penalty -> accuracy of a kind of method, within bounds; the untrained and the projected are not of it."""
        rows = [row for row in self._accuracies if (row["data"], row["kind"]) == (data, kind)]
        rows = [row for row in rows if row["arm"] == kind or row["arm"].startswith(f"{kind}_penalty")]
        penalties = sorted({row["penalty"] for row in rows if least <= row["penalty"] <= most})
        if len(penalties) < 2:
            raise Missing(f"this study does not vary the penalty of {method_label(kind)} on {data}")
        return {p: self._accuracy([row for row in rows if row["penalty"] == p], data, kind) for p in penalties}

    def _accuracy(self, rows: list[Row], data: str, arm: str) -> Measured:
        if not rows:
            raise Missing(f"this study has no codes of whole images of {data} by {method_label(arm)}")
        values = [row["accuracy_percent"] for row in rows if row["status"] in FINISHED]
        if not values:
            raise Missing(f"{method_label(arm)} has no finished run on {data}")
        return Measured(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None, len(values))


def optimal_facts(
    codes: Any, sizes: Mapping[str, int], floors: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Facts about optimal codes by component, as `Facts` takes them.

    Parameters
    ----------
    codes : scipy.sparse CSR, (n_samples, n_atoms)
        Optimal codes of the test split.
    sizes : mapping
        Component -> number of its atoms, in the order of the codes' columns.
    floors : mapping
        Component -> protocol -> error in percent of the classifier on these codes.
    """
    found, start = {}, 0
    for component, size in sizes.items():
        block = codes[:, start : start + size]
        share = 1 - block.count_nonzero() / (block.shape[0] * size)
        found[component] = {"zero_share": share, "error_percent": floors[component]["paper"]}
        start += size
    return found


def theory_facts(checks: Iterable[Row], premise: Iterable[Row]) -> list[Row]:
    """Counts of the checks of the theory, as `Facts` takes them; none when there was no check.

    Parameters
    ----------
    checks : iterable of rows
        One per instance: ``statement``, ``form``, ``case``, ``violated``.
    premise : iterable of rows
        One per trained encoder: ``task``, ``method``, ``status``, and ``theorem_2``, whether it meets that premise.
    """
    outcomes: dict[tuple[str, str, str], list[bool]] = {}
    for row in checks:
        outcomes.setdefault((row["statement"], row["form"], row["case"]), []).append(row["violated"])
    for row in premise:
        if row["status"] == "done":
            key = ("Theorem 2, premise", "printed", f"encoders {row['method']} of {row['task']}")
            outcomes.setdefault(key, []).append(not row["theorem_2"])
    names = ("statement", "form", "case")
    return [
        {**dict(zip(names, key, strict=True)), "runs": len(violated), "violations": sum(violated)}
        for key, violated in outcomes.items()
    ]


def _is_part(name: str, statement: str) -> bool:
    return name == statement or name.startswith(f"{statement},")
