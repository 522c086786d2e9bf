"""The tables of the theory for reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lsalsa.study.page import pipe_table
from lsalsa.study.theory.checks import ROUNDING, in_words

Column = tuple[str, Callable[[Any], str]]

CHECKS_TITLE = "The theory of the LSALSA paper, put to the test"
CHECKS_NOTE = (
    "Every statement was tried on random instances with known constants: in the paper's form (printed) and in one that"
    " can be proved (corrected; docs/theory.md). It fails when all instances contradict it, fails in part when some do,"
    " and holds when none does, which is evidence and no proof. An equation is measured by its relative error, of which"
    " it allows 0, an inequality by its left side over its right side, of which it allows 1; the largest is shown."
)
CHECKS_COLUMNS: dict[str, Column] = {
    "statement": ("statement", str),
    "form": ("form", str),
    "case": ("case", str),
    "violations": ("contradicted", str),
    "runs": ("of", str),
    "worst": ("largest", in_words),
    "limit": ("allowed", in_words),
    "verdict": ("verdict", str),
}

PREMISE_TITLE = "What the theorems assume of trained encoders"
PREMISE_NOTE = (
    "Means over repetitions. beta is the smallest eigenvalue of mu I + AᵀA, the curvature of SALSA's cost; learned beta"
    " is 1 / the largest eigenvalue of (S + Sᵀ) / 2. Theorem 2 assumes a ratio above 1. Theorem 1 needs S symmetric"
    " and positive definite; then the slope at the x-update is 0."
)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2g}" if value > ROUNDING else "0"


PREMISE_COLUMNS: dict[str, Column] = {
    "task": ("task", str),
    "method": ("method", str),
    "depth": ("T", str),
    "convexity": ("beta", _number),
    "learned_convexity": ("learned beta", _number),
    "ratio": ("ratio", _number),
    "theorem_2": ("ratio above 1", str),
    "asymmetry": ("asymmetry of S, %", _percent),
    "smallest_eigenvalue": ("smallest eigenvalue of S", _number),
    "stationarity": ("slope at the update, %", _percent),
    "theorem_1": ("symmetric, definite", str),
    "n_repetitions": ("of", str),
}


def to_markdown(
    title: str,
    note: str,
    columns: Mapping[str, Column],
    rows: Sequence[Mapping[str, Any]],
    sentences: Sequence[str] = (),
) -> str:
    """A heading, the note, a pipe table of some columns of the rows, and a list of sentences.

    Parameters
    ----------
    columns : mapping
        Key of a row -> heading, and how a value is printed.
    """
    parts = [f"## {title}", note, to_grid(columns, rows)]
    if sentences:
        parts.append("\n".join(f"- {sentence}" for sentence in sentences))
    return "\n\n".join(parts) + "\n"


def to_grid(columns: Mapping[str, Column], rows: Sequence[Mapping[str, Any]]) -> str:
    """A pipe table of some columns of the rows."""
    lines = [[show(row[key]) for key, (_, show) in columns.items()] for row in rows]
    return pipe_table([heading for heading, _ in columns.values()], lines, "---")
