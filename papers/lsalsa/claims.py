"""Kinds of claims about the theory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from lsalsa.study.claims.base import Claim, Verdict, sentence_of, verdict_on
from lsalsa.study.claims.facts import Facts, Missing
from lsalsa.study.config.messages import hint
from lsalsa.study.summaries.repetitions import FINISHED, Measured, Row

ASSUMPTION = "Theorem 2, premise"
"""The statement that is checked on trained encoders instead of random instances."""


class Theory(Claim):
    """A statement of the theory holds as printed in every numerical check.

    Each case of its printed form is a part. One instance that contradicts it disproves it, whatever a corrected form
    says; the reason names both.
    """

    kind: Literal["theory"]
    statement: str

    def unknown(self) -> Iterator[str]:
        known = statements()
        if not any(_is_part(name, self.statement) for name in known):
            yield f"names {self.statement}, which is no statement of the theory{hint(self.statement, known)}"

    def judge(self, facts: Facts) -> Verdict:
        rows = checks_of(facts, self.statement)
        printed, corrected = ([row for row in rows if row["form"] == form] for form in ("printed", "corrected"))
        if not printed:
            raise Missing(f"the checks of the theory have no printed form of {self.statement}")
        runs, violations = (sum(row[column] for row in printed) for column in ("runs", "violations"))
        verdict = verdict_on(["no" if row["violations"] else "yes" for row in printed])
        share = Measured(violations / runs, None, runs)
        reason = sentence_of(map(_outcome, printed + corrected))
        return Verdict(verdict, reason, "share of the instances that contradict the printed form", share)


def _outcome(row: Row) -> str:
    """Say how many instances contradict one form of a statement in one case."""
    count = f"{row['violations']} of {row['runs']}" if row["violations"] else f"none of {row['runs']}"
    return f"{row['statement']}, {row['form']} form ({row['case']}): contradicted by {count} instances"


def statements() -> list[str]:
    """Return the names of all checked statements."""
    from papers.lsalsa.theory.statements import CHECKS  # slow to import; a dry run without claims does not need it

    return list(dict.fromkeys([*(check.statement for check in CHECKS), ASSUMPTION]))


def checks_of(facts: Facts, statement: str) -> list[Row]:
    """Return the outcomes of one statement and of its parts: `Theorem 1` has a part `Theorem 1, slope`.

    Returns
    -------
    rows : list of dict
        statement, form (printed or corrected), case, runs, violations.

    Raises
    ------
    Missing
        The study has no check of the statement.
    """
    outcomes = counted(facts.rows("lsalsa.checks"), _rows(facts, "lsalsa.assumptions"))
    found = [row for row in outcomes if _is_part(row["statement"], statement)]
    if not found:
        raise Missing(f"the checks of the theory have no run of {statement}")
    return found


def counted(checks: Iterable[Row], assumptions: Iterable[Row]) -> list[Row]:
    """Count how many instances contradict each statement in each form and case.

    Parameters
    ----------
    checks : iterable of rows
        One per instance: ``statement``, ``form``, ``case``, ``violated``.
    assumptions : iterable of rows
        One per trained encoder: ``task``, ``method``, ``status``, and ``theorem_2``, whether it meets that assumption.

    Returns
    -------
    rows : list of dict
        statement, form, case, runs, violations.
    """
    outcomes: dict[tuple[str, str, str], list[bool]] = {}
    for row in checks:
        outcomes.setdefault((row["statement"], row["form"], row["case"]), []).append(row["violated"])
    for row in assumptions:
        if row["status"] in FINISHED:
            key = (ASSUMPTION, "printed", f"encoders {row['method']} of {row['task']}")
            outcomes.setdefault(key, []).append(not row["theorem_2"])
    names = ("statement", "form", "case")
    return [
        {**dict(zip(names, key, strict=True)), "runs": len(violated), "violations": sum(violated)}
        for key, violated in outcomes.items()
    ]


def _rows(facts: Facts, word: str) -> list[Row]:
    try:
        return facts.rows(word)
    except Missing:
        return []


def _is_part(name: str, statement: str) -> bool:
    return name == statement or name.startswith(f"{statement},")
