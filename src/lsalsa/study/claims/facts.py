"""The results of a study as claims ask for them: a value with its spread, or a sentence about what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

from lsalsa.errors import DataError
from lsalsa.study.claims.measures import QUANTITIES
from lsalsa.study.summaries import best
from lsalsa.study.summaries.repetitions import Measured, Row, curve


class Missing(Exception):
    """This study does not have a fact; the message is a sentence without its full stop."""


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
    rows : mapping, optional
        ``<paper>.<word>`` -> the rows that judge a paper's own claims.
    labels : mapping, optional
        Method -> its name in print.
    overlaps : iterable of rows
        Of all mixtures, as in ``overlap/{task}.parquet``.
    families : mapping, optional
        Method -> the algorithm that it is a variant of. Without it no method has variants.
    """

    def __init__(
        self,
        evaluations: Iterable[Row] = (),
        timings: Iterable[Row] = (),
        optimal: Mapping[tuple[str, str], Mapping[str, float]] | None = None,
        rows: Mapping[str, list[Row]] | None = None,
        labels: Mapping[str, str] | None = None,
        overlaps: Iterable[Row] = (),
        families: Mapping[str, str] | None = None,
    ):
        self._add_runs(evaluations, timings)
        self._optimal = optimal or {}
        self._overlaps = {(r["task"], r["dictionary"], r["component"]): r["explained_share"] for r in overlaps}
        self._rows = dict(rows or {})
        self._labels = labels or {}
        self._families = families or {}
        self._chosen: best.Chosen = {}

    def _add_runs(self, evaluations: Iterable[Row], timings: Iterable[Row]) -> None:
        self._evaluations, self._timings = list(evaluations), list(timings)
        self._runs: dict[tuple[str, str], list[Row]] = {}
        for row in self._evaluations:
            self._runs.setdefault((row["task"], row["method"]), []).append(row)
        self._seconds = {(row["task"], row["method"], row["depth"]): row["seconds_per_sample"] for row in self._timings}

    def at_best(self) -> Facts:
        """Return the same facts with each method at its best: the variant that `lsalsa.study.summaries.best` chooses.

        Where each method stands for itself, these facts are returned.
        """
        facts, stands = copy(self), best.printed(self._families)
        facts._chosen = best.chosen(self._evaluations, self._families)
        if all(stands[family] == method for (_, family, _), method in facts._chosen.items()):
            return self
        rows = (best.at_best(rows, facts._chosen, self._families) for rows in (self._evaluations, self._timings))
        facts._add_runs(*rows)
        return facts

    def stands_for(self, methods: Iterable[str], tasks: Iterable[str]) -> str:
        """Say which variants stand for methods at their best, and how often; empty if each stands for itself."""
        tasks, parts = set(tasks), []
        for method in methods:
            family = self._families.get(method)
            variants = [one for (task, name, _), one in self._chosen.items() if name == family and task in tasks]
            if best.printed(self._families).get(family or "") == method and set(variants) - {method}:
                counted = Counter(map(self.label, variants)).most_common()
                parts.append(f"for {self.label(method)}: {', '.join(f'{label} ({n})' for label, n in counted)}")
        return "; ".join(parts)

    def label(self, method: str) -> str:
        """Return a method's name in print; for a method that the study does not have, the claim's name in capitals."""
        return self._labels.get(method, method.upper())

    def quantity(self, measure: str, method: str) -> str:
        """Name a measure of a method in words."""
        return f"{QUANTITIES[measure].short} of {self.label(method)}"

    def rows(self, word: str) -> list[Row]:
        """Return the rows of a paper; raise Missing where the study did not make them."""
        if word not in self._rows:
            raise Missing(f"this study has no results of {word}")
        return self._rows[word]

    def runs(self, task: str, method: str) -> list[Row]:
        """Return all rows of a method on a task; raise Missing without any."""
        if not any(known == task for known, _ in self._runs):
            raise Missing(f"the task {task} is not part of this study")
        if (task, method) not in self._runs:
            raise Missing(f"{self.label(method)} was not run on {task}")
        return self._runs[task, method]

    def curve(self, task: str, method: str, measure: str, component: str | None = None) -> dict[int, Measured]:
        """Return a method's values over depth.

        Parameters
        ----------
        task, method : str
        measure : str
            One of `QUANTITIES`.
        component : str, optional
            None for the whole code.

        Returns
        -------
        curve : dict of int to Measured
            For the depths with a finished run.

        Raises
        ------
        Missing
            The task or the method was not run, or its runs do not have this measure.
        """
        runs = self.runs(task, method)
        try:
            return curve(runs, QUANTITIES[measure].column, method=method, component=component)
        except DataError as error:
            raise Missing(str(error)) from error

    def at(self, task: str, method: str, depth: int, measure: str, component: str | None = None) -> Measured:
        """Return a method's value at one depth.

        Parameters
        ----------
        task, method : str
        depth : int
        measure : str
            One of `QUANTITIES`.
        component : str, optional
            None for the whole code.

        Returns
        -------
        value : Measured

        Raises
        ------
        Missing
            There is no finished run at this depth.
        """
        found = self.curve(task, method, measure, component)
        if depth in found:
            return found[depth]
        name = f"{self.label(method)} at T = {depth}"
        ran = any(row["depth"] == depth for row in self.runs(task, method))
        raise Missing(f"{name} has no finished run on {task}" if ran else f"{name} was not run on {task}")

    def level(self, task: str, method: str, column: str, component: str | None = None) -> float:
        """Return what all rows of a component share, such as the source of the optimal codes.

        Parameters
        ----------
        task, method : str
        column : str
            Of the evaluation.
        component : str, optional
            None for the whole code.

        Returns
        -------
        level : float

        Raises
        ------
        Missing
            The task or the method was not run, or its rows do not have the column.
        """
        rows = [row for row in self.runs(task, method) if row["component"] == (component or "all")]
        found = next((row[column] for row in rows if row.get(column) is not None), None)
        if found is None:
            raise Missing(f"the evaluation of {self.label(method)} on {task} has no {column}")
        return float(found)

    def seconds(self, task: str, method: str, depth: int) -> float:
        """Return the time of a method at one depth.

        Parameters
        ----------
        task, method : str
        depth : int

        Returns
        -------
        seconds : float
            Per sample.

        Raises
        ------
        Missing
            The method was not timed at this depth.
        """
        if (task, method, depth) not in self._seconds:
            raise Missing(f"{self.label(method)} at T = {depth} was not timed on {task}")
        return self._seconds[task, method, depth]

    def overlaps(self, task: str) -> dict[tuple[str, str], float]:
        """Return (dictionary, another component) -> the share of the component that codes in the dictionary explain.

        Parameters
        ----------
        task : str

        Returns
        -------
        shares : dict

        Raises
        ------
        Missing
            The task is not part of the study, or no mixture.
        """
        found = {(d, c): share for (name, d, c), share in self._overlaps.items() if name == task and d != c}
        if not found:
            raise Missing(f"this study has no mixture {task}")
        return found

    def optimal(self, task: str, component: str, quantity: str) -> float:
        """Return a fact about the optimal codes of one component.

        Parameters
        ----------
        task, component : str
        quantity : {"zero_share", "error_percent"}

        Returns
        -------
        fact : float

        Raises
        ------
        Missing
            There are no such codes, or they were not classified.
        """
        if (task, component) not in self._optimal:
            raise Missing(f"this study has no optimal codes of {component} in the task {task}")
        found = self._optimal[task, component].get(quantity)
        if found is None:
            raise Missing(f"the optimal codes of {component} in the task {task} have no {quantity}")
        return float(found)


def optimal_facts(
    codes: Any, sizes: Mapping[str, int], floors: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Collect facts about optimal codes by component, as `Facts` takes them.

    Parameters
    ----------
    codes : scipy.sparse CSR, (n_samples, n_atoms)
        Optimal codes of the test split.
    sizes : mapping
        Component -> number of its atoms, in the order of the codes' columns.
    floors : mapping
        Component -> protocol -> error in percent of the classifier on these codes. Components without a classifier are
        left out.

    Returns
    -------
    facts : dict
        Component -> ``zero_share`` and, with a classifier, ``error_percent``.
    """
    found, start = {}, 0
    for component, size in sizes.items():
        block = codes[:, start : start + size]
        share = 1 - block.count_nonzero() / (block.shape[0] * size)
        found[component] = {"zero_share": share}
        if component in floors:
            found[component]["error_percent"] = floors[component]["fitted_on_test"]
        start += size
    return found
