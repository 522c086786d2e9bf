"""Verdicts for readers: how often each was given, and for every place of a paper the claims and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.study.claims.base import VERDICTS
from lsalsa.study.table import Grid

Row = Mapping[str, Any]

NOTE = (
    "Each claim of the paper is checked on the results of this study; the sentence after its verdict says why. Values"
    " that differ by no more than the standard deviations over the seeds are a tie: a claim that rests on one is"
    " reproduced in part only. A claim is not testable here where the study did not run what it speaks of; what is"
    " missing is named. Where the paper's words are vague, the reading says what was checked."
)


def grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Group rows by part of the paper, in the order of the claims."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["place"].partition(",")[0], []).append(row)
    return groups


def counts(rows: Sequence[Row]) -> list[tuple[str, list[int]]]:
    """Count each of `VERDICTS` for every part of the paper, and last for all claims."""
    return [(name, _count(group)) for name, group in [*grouped(rows).items(), ("All claims", list(rows))]]


def summary(rows: Sequence[Row]) -> str:
    """Write the counts as a sentence."""
    parts = [f"{count} {verdict}" for verdict, count in zip(VERDICTS, _count(rows), strict=True)]
    return f"Of {len(rows)} claims: {', '.join(parts)}."


def summary_grid(rows: Sequence[Row]) -> Grid:
    """Return the counts as a grid."""
    lines = [[name, *map(str, numbers)] for name, numbers in counts(rows)]
    return Grid(["Part of the paper", *VERDICTS], lines)


def finding(row: Row) -> str:
    """Write a claim, its verdict and the reason in Markdown."""
    reading = f" Read as: {row['reading']}" if row["reading"] else ""
    return f"**{row['verdict']}.** {_where(row)}{row['sentence']}{reading} **Found:** {row['reason']}"


def _where(row: Row) -> str:
    """Return the place within the part of the paper, unless the sentence begins with it."""
    inner = row["place"].partition(",")[2].strip()
    return f"({inner}) " if inner and not inner.startswith("T =") else ""


def _count(rows: Sequence[Row]) -> list[int]:
    found = Counter(row["verdict"] for row in rows)
    return [found[verdict] for verdict in VERDICTS]
