"""Verdicts for readers: how often each was given, and for every place of a paper the claims and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.study.claims.base import NOT_TESTABLE, RULE, VERDICTS
from lsalsa.study.pages.table import Grid

Row = Mapping[str, Any]

NOTE = (
    f"Each claim of the paper is checked on the results of this study; the sentence after its verdict says why. {RULE}"
    " Where the paper's words are vague, the reading says what was checked."
)
TWICE = (
    "As printed: each method in the form that the paper describes; where it leaves the read-out of SALSA open, the"
    " better one. At best: in the place of each method the variant of its algorithm (read-out, optimiser, loss, form of"
    " its layers) with the lowest RMSE on validation signals, at each T. Claims that are not about methods have one"
    " verdict."
)


def grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Group rows by part of the paper, in the order of the claims."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["place"].partition(",")[0], []).append(row)
    return groups


def counts(rows: Sequence[Row]) -> list[tuple[str, list[int]]]:
    """Count each of `VERDICTS` for every part of the paper, then for all claims, last with each method at its best."""
    found = [(name, _count(group)) for name, group in [*grouped(rows).items(), ("All claims", list(rows))]]
    if any(row["verdict_at_best"] for row in rows):
        found.append(("All claims, methods at their best", _count(rows, at_best=True)))
    return found


def summary(rows: Sequence[Row]) -> str:
    """Write the counts as a sentence."""
    parts = [f"{count} {verdict}" for verdict, count in zip(VERDICTS, _count(rows), strict=True)]
    return f"Of {len(rows)} claims: {', '.join(parts)}."


def summary_grid(rows: Sequence[Row]) -> Grid:
    """Return the counts as a grid."""
    lines = [[name, *map(str, numbers)] for name, numbers in counts(rows)]
    return Grid(["Part of the paper", *VERDICTS], lines)


def twice_grid(rows: Sequence[Row]) -> Grid:
    """Return both verdicts of each tested claim about methods, in two columns; a second one that differs is bold."""
    lines = []
    for row in rows:
        first, second = row["verdict"], row["verdict_at_best"]
        if second and {first, second} != {NOT_TESTABLE}:
            lines.append([row["place"], row["sentence"], first, second if second == first else f"**{second}**"])
    return Grid(["Place", "Claim", "as printed", "at best"], lines, 4, TWICE)


def finding(row: Row) -> str:
    """Write a claim, its verdict and the reason in Markdown; the second verdict only where variants were chosen."""
    reading = f" Read as: {row['reading']}" if row["reading"] else ""
    words = f"**{row['verdict']}.** {_where(row)}{row['sentence']}{reading} **Found:** {row['reason']}"
    return f"{words} **At best, {row['verdict_at_best']}:** {row['reason_at_best']}" if row["reason_at_best"] else words


def _where(row: Row) -> str:
    """Return the place within the part of the paper, unless the sentence begins with it."""
    inner = row["place"].partition(",")[2].strip()
    return f"({inner}) " if inner and not inner.startswith("T =") else ""


def _count(rows: Sequence[Row], *, at_best: bool = False) -> list[int]:
    found = Counter(row["verdict_at_best"] if at_best and row["verdict_at_best"] else row["verdict"] for row in rows)
    return [found[verdict] for verdict in VERDICTS]
