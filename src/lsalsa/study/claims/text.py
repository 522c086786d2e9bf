"""Verdicts for reading: how many of each kind, and under every place of the paper what it claims and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lsalsa.study.claims.base import VERDICTS
from lsalsa.study.page import pipe_table
from lsalsa.study.tables import to_tex

Row = Mapping[str, Any]

NOTE = (
    "Each claim of the paper is checked on the results of this study; the sentence after its verdict says why. Values"
    " that differ by no more than the standard deviations over the seeds are a tie: a claim that rests on one is"
    " reproduced in part only. A claim is not testable here where the study did not run what it speaks of; what is"
    " missing is named. Where the paper's words are vague, the reading says what was checked."
)


def grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by the part of the paper that they stand in, in the order of the claims."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["place"].partition(",")[0], []).append(row)
    return groups


def counts(rows: Sequence[Row]) -> list[tuple[str, list[int]]]:
    """For every part of the paper, and at last for all, how often each of `VERDICTS` was given."""
    return [(name, _count(group)) for name, group in [*grouped(rows).items(), ("All claims", list(rows))]]


def summary(rows: Sequence[Row]) -> str:
    """The counts in a sentence."""
    parts = [f"{count} {verdict}" for verdict, count in zip(VERDICTS, _count(rows), strict=True)]
    return f"Of {len(rows)} claims: {', '.join(parts)}."


def summary_table(rows: Sequence[Row]) -> str:
    """The counts as a Markdown table."""
    lines = [[name, *map(str, numbers)] for name, numbers in counts(rows)]
    return pipe_table(["Part of the paper", *VERDICTS], lines)


def finding(row: Row) -> str:
    """A claim, its verdict and the reason, in Markdown."""
    reading = f" Read as: {row['reading']}" if row["reading"] else ""
    return f"**{row['verdict']}.** {_where(row)}{row['sentence']}{reading} **Found:** {row['reason']}"


def to_markdown(rows: Sequence[Row], title: str) -> str:
    """The verdicts for reading."""
    parts = [f"## {title}", summary(rows), NOTE, summary_table(rows)]
    for name, group in grouped(rows).items():
        parts += [f"### {name}", "\n".join(f"- {finding(row)}" for row in group)]
    return "\n\n".join(parts) + "\n"


def to_latex(rows: Sequence[Row], title: str, label: str) -> str:
    """The counts as a table and the verdicts as lists that follow it, without any package."""
    lines = [
        f"\\begin{{table}}\n\\caption{{{to_tex(title)}. {to_tex(summary(rows))} {to_tex(NOTE)}}}",
        f"\\label{{{label}}}\n\\begin{{tabular}}{{l{'r' * len(VERDICTS)}}}\n\\hline",
        " & ".join(["Part of the paper", *VERDICTS]) + " \\\\\n\\hline",
        *(" & ".join([to_tex(name), *map(str, numbers)]) + " \\\\" for name, numbers in counts(rows)),
        "\\hline\n\\end{tabular}\n\\end{table}",
    ]
    return "\n".join([*lines, *_lists(rows)]) + "\n"


def _lists(rows: Sequence[Row]) -> Iterator[str]:
    for name, group in grouped(rows).items():
        yield f"\n\\subsection*{{{to_tex(name)}}}\n\\begin{{itemize}}"
        for row in group:
            reading = f" \\emph{{Read as:}} {to_tex(row['reading'])}" if row["reading"] else ""
            claim = f"\\item \\textbf{{{row['verdict']}.}} {to_tex(_where(row) + row['sentence'])}{reading}"
            yield f"{claim} \\textbf{{Found:}} {to_tex(row['reason'])}"
        yield "\\end{itemize}"


def _where(row: Row) -> str:
    """The place within the part of the paper, when there is one and the sentence does not begin with it."""
    inner = row["place"].partition(",")[2].strip()
    return f"({inner}) " if inner and not inner.startswith("T =") else ""


def _count(rows: Sequence[Row]) -> list[int]:
    found = Counter(row["verdict"] for row in rows)
    return [found[verdict] for verdict in VERDICTS]
