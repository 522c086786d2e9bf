"""A statement of the paper that random instances can contradict, and how often they did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lsalsa.seeds import generator, seed_for
from papers.lsalsa.theory import FORMS, Form

Row = dict[str, Any]
Run = Callable[[np.random.Generator], float]

ROUNDING = 1e-9
"""Relative error that float64 explains; a wrong statement is off by many orders of magnitude more."""


@dataclass(frozen=True)
class Check:
    """One statement, in one form and one situation.

    Attributes
    ----------
    statement, form, case : str
        Where it stands in the paper; printed or corrected; for which instances.
    claim : str
        What it says, a sentence without its full stop.
    measure : str
        What `run` returns, in words.
    limit : float
        The statement holds for an instance if the measure is at most this.
    run : callable
        Samples an instance with the rng it gets and measures it.
    """

    statement: str
    form: Form
    case: str
    claim: str
    measure: str
    limit: float
    run: Run

    def rows(self, runs: int, seed: int) -> Iterable[Row]:
        """Measure random instances: one row each. Both forms of a statement get the same seeds and instances."""
        for run in range(runs):
            own_seed = seed_for(seed, "theory", self.statement, self.case, run)
            value = float(self.run(generator(own_seed)))
            yield {
                "statement": self.statement,
                "form": self.form,
                "case": self.case,
                "run": run,
                "seed": own_seed,
                "value": value,
                "limit": self.limit,
                "violated": not value <= self.limit,
            }


def ratio_checks(statement: str, case: str, claim: str, words: Mapping[Form, str], run: Callable) -> list[Check]:
    """Check an inequality in both forms.

    Parameters
    ----------
    statement, case, claim : str
    words : mapping
        Form -> what it adds to the claim.
    run : callable
        Takes an rng and the keyword `form`; returns the left side over the right side.

    Returns
    -------
    checks : list of Check
        One for each of `FORMS`. It allows a ratio of 1, plus rounding.
    """

    def check(form: Form) -> Check:
        measure = "the left side over the right side"
        return Check(statement, form, case, f"{claim}, {words[form]}", measure, 1 + ROUNDING, partial(run, form=form))

    return [check(form) for form in FORMS]


def run_checks(checks: Sequence[Check], runs: int, seed: int) -> list[Row]:
    """Try every check on random instances.

    Parameters
    ----------
    checks : sequence of Check
    runs : int
        Random instances for each check.
    seed : int

    Returns
    -------
    rows : list of dict
        One per instance: statement, form, case, run, seed, value, limit, violated.
    """
    return [row for check in checks for row in check.rows(runs, seed)]


def summary(checks: Sequence[Check], rows: Sequence[Row]) -> list[Row]:
    """Count for each check how often it was contradicted and by how much; give the verdict in a word and in a sentence.

    Parameters
    ----------
    checks : sequence of Check
    rows : sequence of rows
        As `run_checks` returns them for these checks.

    Returns
    -------
    rows : list of dict
        One per check: statement, form, case, runs, violations, worst, limit, verdict, sentence.
    """
    return [_judged(check, [row for row in rows if _same(check, row)]) for check in checks]


def _same(check: Check, row: Row) -> bool:
    return (check.statement, check.form, check.case) == (row["statement"], row["form"], row["case"])


def _judged(check: Check, rows: Sequence[Row]) -> Row:
    values = [row["value"] for row in rows]
    violations = sum(row["violated"] for row in rows)
    worst = max(values) if all(np.isfinite(values)) else float("nan")
    return {
        "statement": check.statement,
        "form": check.form,
        "case": check.case,
        "runs": len(rows),
        "violations": violations,
        "worst": worst,
        "limit": check.limit,
        "verdict": verdict(violations, len(rows)),
        "sentence": _sentence(check, violations, len(rows), worst),
    }


def verdict(violations: int, runs: int) -> str:
    """Name the outcome: "holds", "fails in part" or "fails" if no, some or all instances contradict the statement."""
    if violations == 0:
        return "holds"
    return "fails" if violations == runs else "fails in part"


def _sentence(check: Check, violations: int, runs: int, worst: float) -> str:
    count = f"none of {runs}" if violations == 0 else f"{violations} of {runs}"
    return (
        f"{check.claim}: contradicted by {count} random instances;"
        f" {check.measure} is at most {in_words(worst)} (the statement allows {in_words(check.limit)})."
    )


def in_words(value: float) -> str:
    """Write a measure with three digits: rounding errors as 0, values just above 1 as "1 + excess"."""
    if abs(value) <= ROUNDING:
        return "0"
    return f"1 + {value - 1:.2g}" if 10 * ROUNDING < value - 1 < 0.01 else f"{value:.3g}"
