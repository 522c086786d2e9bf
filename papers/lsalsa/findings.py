"""The outcome of the checks in words, from their table, for the notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lsalsa.study.pages.render import pipe_table
from lsalsa.study.pages.table import grid
from papers.lsalsa.tables.theory import COLUMNS

Outcomes = Sequence[Mapping[str, Any]]


def about(outcomes: Outcomes, *names: str) -> str:
    """Write a sentence and a table about the statements whose name begins with one of these, as Markdown."""
    named = [row for row in outcomes if row["statement"].startswith(names)]
    sentences = [_counted(named, form) for form in ("printed", "corrected")]
    return " ".join(filter(None, sentences)) + "\n\n" + pipe_table(grid(COLUMNS, named, n_words=3))


def _counted(outcomes: Outcomes, form: str) -> str:
    """Count the instances that contradict one form; empty if it was not checked."""
    rows = [row for row in outcomes if row["form"] == form]
    runs, violations = (sum(row[name] for row in rows) for name in ("runs", "violations"))
    if not rows:
        return ""
    fallen = list(dict.fromkeys(row["case"] for row in rows if row["violations"]))
    where = f" ({'; '.join(fallen)})" if fallen else ""
    return f"As {form}: contradicted by **{violations or 'none'}** of {runs} instances{where}."


def contradicted(outcomes: Outcomes) -> str:
    """Say which printed statements were contradicted, and whether any corrected one was."""
    printed, corrected = (_fallen(outcomes, form) for form in ("printed", "corrected"))
    rest = f"Contradicted even as corrected: {corrected}." if corrected else "No corrected form was contradicted."
    return f"Contradicted as printed: {printed or 'none'}. {rest}"


def _fallen(outcomes: Iterable[Mapping[str, Any]], form: str) -> str:
    rows = [row for row in outcomes if row["form"] == form and row["violations"]]
    return "; ".join(dict.fromkeys(row["statement"] for row in rows))
