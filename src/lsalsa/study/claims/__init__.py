"""Claims of the papers as checkable statements: `read_claims` reads them, `judge` holds them against a study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from lsalsa.arrays import nearest
from lsalsa.errors import ConfigError
from lsalsa.study.claims.accuracy import Easier, Leads, Steady
from lsalsa.study.claims.base import NOT_TESTABLE, VERDICTS, Claim, Verdict
from lsalsa.study.claims.curves import CatchUp, Change, Level
from lsalsa.study.claims.facts import Facts, Measured, Missing, optimal_facts, theory_facts
from lsalsa.study.claims.orderings import Best, Comparable, Overall, TradeOff
from lsalsa.study.claims.others import ByEye, Optimal, Settled, Speed, Theory
from lsalsa.study.claims.text import finding, grouped, summary, summary_table, to_latex, to_markdown
from lsalsa.study.config.messages import sentences

__all__ = [
    "KINDS",
    "VERDICTS",
    "Claim",
    "Facts",
    "Measured",
    "Verdict",
    "finding",
    "grouped",
    "judge",
    "optimal_facts",
    "read_claims",
    "summary",
    "summary_table",
    "theory_facts",
    "to_latex",
    "to_markdown",
]

KINDS: dict[str, type[Claim]] = {
    "best": Best,
    "comparable": Comparable,
    "trade_off": TradeOff,
    "overall": Overall,
    "catch_up": CatchUp,
    "change": Change,
    "level": Level,
    "speed": Speed,
    "optimal": Optimal,
    "settled": Settled,
    "theory": Theory,
    "by_eye": ByEye,
    "easier": Easier,
    "leads": Leads,
    "steady": Steady,
}


def read_claims(path: str | Path) -> list[Claim]:
    """Claims of a file of workflow/reference.

    Raises
    ------
    ConfigError
        One line per fault: an unknown kind or setting, a missing one, an id that stands twice.
    """
    claims, faults = [], []
    for number, block in enumerate(yaml.safe_load(Path(path).read_text(encoding="utf-8"))["claims"], start=1):
        try:
            claims.append(_claim(block))
        except ValidationError as error:
            owner = f"{path}: {block.get('id', f'claim {number}')}"
            faults += [f"{owner}: {sentence}" for sentence in sentences(error, KINDS[block["kind"]])]
        except ConfigError as error:
            faults.append(f"{path}: {block.get('id', f'claim {number}')}: {error}")
    faults += [f"{path}: the id {name} stands twice" for name in _twice([claim.id for claim in claims])]
    if faults:
        raise ConfigError("\n".join(faults))
    return claims


def judge(claims: Sequence[Claim], facts: Facts) -> list[dict[str, Any]]:
    """One row per claim: what it says, the verdict, the number measured, and why.

    Returns
    -------
    rows : list of dict
        Columns ``id, paper, place, sentence, reading, kind, verdict, quantity, measured, spread, n, reason``;
        ``spread`` is the standard deviation over the seeds, None without one; ``n`` counts what ``measured`` is a
        mean or share of.
    """
    return [_row(claim, _verdict(claim, facts)) for claim in claims]


def _claim(block: dict[str, Any]) -> Claim:
    if block.get("kind") not in KINDS:
        raise nearest("kind of claim", str(block.get("kind")), KINDS)
    return KINDS[block["kind"]].model_validate(block)


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


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
        "reason": verdict.reason[:1].upper() + verdict.reason[1:],
    }
