"""Sentences about a finished table, worked out from its numbers: what the notebooks and figures say in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsalsa.study.csv_rows import read_csv
from lsalsa.study.tables.rows import Row
from lsalsa.study.tables.skipped import is_skipped
from lsalsa.study.tables.text import kind_of, method_label, number

Cell = tuple[str, int]
"""Method and depth."""


def read_page(tables: Mapping[str, str]) -> tuple[dict[str, list], dict[str, str], dict[str, str]]:
    """Rows, text for reading and title of every table of a notebook, by the table's name; `tables` has their files."""
    rows = {name: read_csv(path) for name, path in tables.items()}
    texts = {name: Path(path).with_suffix(".md").read_text(encoding="utf-8") for name, path in tables.items()}
    return rows, texts, {name: text.splitlines()[0].strip("# ") for name, text in texts.items()}


def comparison(rows: Sequence[Row], ours: Cell, others: Iterable[Cell]) -> str:
    """Whether one cell is below others, in a sentence with all numbers.

    Parameters
    ----------
    rows : sequence of rows
        A table as `make_table` or `read_csv` gives it.
    ours, others : (method, depth)
    """
    own = _cell(rows, ours)
    if own is None or _value(own) is None:
        return f"{_named(ours)} has no result, so it cannot be compared."
    facts = [_against(own, _cell(rows, other), other) for other in others]
    return f"{_named(ours)} reaches {number(own, kind_of(rows))}. That is {'; and '.join(facts)}."


def _against(own: Row, other: Row | None, name: Cell) -> str:
    if other is None or _value(other) is None:
        return f"not to be compared with {_named(name)}, which has no result"
    verdict = "lower than" if _value(own) < _value(other) else "not lower than"
    return f"**{verdict}** {_named(name)} ({number(other, kind_of([other]))})"


def followers(curves: Mapping[str, Sequence[Sequence[float]]], level: float) -> str:
    """Who gets down to a level with more steps, and who does not: sentences about curves of (depth, value, ...)."""
    needed = {m: next((depth for depth, value, *_ in curve if value <= level), None) for m, curve in curves.items()}
    late = [f"{method_label(method)} T = {depth}" for method, depth in needed.items() if depth]
    never = [f"{method_label(m)} (T = {curves[m][-1][0]})" for m, depth in needed.items() if not depth]
    takes = f"To get as near takes {', '.join(late)}." if late else ""
    misses = f"Not as near at their deepest: {', '.join(never)}." if never else ""
    return f"{takes} {misses}".strip()


def catching_up(rows: Sequence[Row], ours: Cell) -> str:
    """`followers` for the other methods of a table, at the level of one cell; empty when it has no result."""
    level = _value(_cell(rows, ours))
    curves: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        if row["method"] != ours[0] and _value(row) is not None:
            curves.setdefault(row["method"], []).append((row["depth"], _value(row)))
    return "" if level is None else followers(curves, level)


def ranking(rows: Sequence[Row], depth: int) -> str:
    """The methods with a result at a depth, best first, with their numbers."""
    found = sorted((row for row in rows if row["depth"] == depth and _value(row) is not None), key=_value)
    if not found:
        return f"T = {depth}: no result."
    kind = kind_of(rows)
    return f"T = {depth}: " + ", ".join(f"{method_label(r['method'])} {number(r, kind)}" for r in found) + "."


def unfinished(rows: Sequence[Row]) -> list[str]:
    """A line for each cell in which a run diverged, collapsed or stopped otherwise; skipped cells are not listed."""
    told = [row for row in rows if row["status"] != "done" and not is_skipped(row["status"])]
    return [f"{_named((row['method'], row['depth']))}: {row['status']}." for row in told]


def failures(rows_of: Mapping[str, Sequence[Row]], title_of: Mapping[str, str]) -> str:
    """The `unfinished` cells of all tables of a notebook as a Markdown list, or that there is none."""
    lines = [f"- {title_of[name]} (`{name}`): {line}" for name, rows in rows_of.items() for line in unfinished(rows)]
    return "\n".join(lines) or "Every run that enters these tables finished."


def _cell(rows: Sequence[Row], cell: Cell) -> Row | None:
    return next((row for row in rows if (row["method"], row["depth"]) == cell), None)


def _value(row: Row | None) -> Any:
    return None if row is None else row[kind_of([row]).written]


def _named(cell: Cell) -> str:
    return f"{method_label(cell[0])} at T = {cell[1]}"
