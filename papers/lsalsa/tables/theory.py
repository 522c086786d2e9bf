"""Every statement of the theory on random instances, as printed and as corrected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.pages.table import Column, Table, grid
from lsalsa.study.shown import Shown
from papers.lsalsa.theory.checks import in_words, summary
from papers.lsalsa.theory.statements import CHECKS

needs = ("lsalsa.checks",)
subject = "study"
caption = (
    "The statements of the LSALSA paper's theory, as printed and as corrected, on random instances."
    " papers/lsalsa/theory.md says what is wrong in the print and why."
)

NOTE = (
    "Every statement was tried on random instances with known constants: in the paper's form (printed) and in one that"
    " can be proved (corrected; papers/lsalsa/theory.md). It fails when all instances contradict it, fails in part when"
    " some do, and holds when none does, which is evidence and no proof. An equation is measured by its relative error,"
    " of which it allows 0; an inequality by its left side over its right side, of which it allows 1. The largest is"
    " shown."
)
COLUMNS = (
    Column("statement", "statement"),
    Column("form", "form"),
    Column("case", "case"),
    Column("violations", "contradicted"),
    Column("runs", "of"),
    Column("worst", "largest", in_words),
    Column("limit", "allowed", in_words),
    Column("verdict", "verdict"),
)


def make(data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a row per statement, form and case."""
    rows = summary(CHECKS, data["lsalsa.checks"])
    return Table(shown.heading, rows, [grid(COLUMNS, rows, n_words=3)], [NOTE])
