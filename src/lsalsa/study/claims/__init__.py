"""Claims of the papers as checkable statements: `read_claims` reads them, `judge` compares them with a study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsalsa.study.claims.base import NOT_TESTABLE, VERDICTS, Claim, Verdict, references
from lsalsa.study.claims.facts import Facts, Missing, optimal_facts
from lsalsa.study.claims.read import kinds, read_claims

__all__ = ["VERDICTS", "Claim", "Facts", "Verdict", "judge", "kinds", "optimal_facts", "read_claims"]


def judge(claims: Sequence[Claim], facts: Facts) -> list[dict[str, Any]]:
    """Judge claims: one row per claim with its words, the verdict, the measured number, and the reason.

    Parameters
    ----------
    claims : sequence of Claim
    facts : Facts

    Returns
    -------
    rows : list of dict
        Columns ``id, paper, place, sentence, reading, kind, verdict, quantity, measured, spread, n, reason``.
        ``spread`` is the standard deviation over the seeds, or None. ``n`` is the number of values behind ``measured``.
        The same of the second verdict, with each method at its best: ``verdict_at_best, measured_at_best,
        reason_at_best``; None for a claim that is not about methods.
    """
    best, rows = facts.at_best(), []
    for claim in claims:
        verdict = _verdict(claim, facts)
        again = verdict if best is facts or not claim.judged_twice else _verdict(claim, best)
        rows.append(_row(claim, verdict) | _at_best(claim, again, best))
    return rows


def _at_best(claim: Claim, verdict: Verdict, best: Facts) -> dict[str, Any]:
    """Return the columns of the second verdict on a claim about methods; the reason names the variants."""
    if not claim.judged_twice:
        return dict.fromkeys(("verdict_at_best", "measured_at_best", "reason_at_best"))
    named = [*references(claim)]
    methods, tasks = ([name for section, name in named if section == wanted] for wanted in ("methods", "tasks"))
    variants = best.stands_for(dict.fromkeys(methods), tasks)
    return {
        "verdict_at_best": verdict.verdict,
        "measured_at_best": verdict.measured.mean if verdict.measured else None,
        "reason_at_best": f"{_begun(verdict.reason)} Chosen {variants}." if variants else None,
    }


def _verdict(claim: Claim, facts: Facts) -> Verdict:
    try:
        return claim.judge(facts)
    except Missing as missing:
        return Verdict(NOT_TESTABLE, f"{str(missing)[:1].upper()}{str(missing)[1:]}.")


def _row(claim: Claim, verdict: Verdict) -> dict[str, Any]:
    said = {name: getattr(claim, name) for name in ("id", "paper", "place", "sentence", "reading", "kind")}
    number = verdict.measured
    return said | {
        "verdict": verdict.verdict,
        "quantity": verdict.quantity,
        "measured": number.mean if number else None,
        "spread": number.std if number else None,
        "n": number.n if number else 0,
        "reason": _begun(verdict.reason),
    }


def _begun(reason: str) -> str:
    return reason[:1].upper() + reason[1:]
