"""Sentences that notebooks and figures say about a finished table of one quantity, derived from its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsalsa.study.csv_rows import read_csv
from lsalsa.study.jobs.skipped import is_skipped
from lsalsa.study.summaries.quantities import column_of, quantity_of
from lsalsa.study.summaries.repetitions import OK, Measured, Row

Labels = Mapping[str, str]
"""Method -> its name in print."""

RELATIONS = {
    "smaller": {"below": "lower than", "tie": "level with", "above": "not lower than"},
    "larger": {"below": "not higher than", "tie": "level with", "above": "higher than"},
}
"""What is better -> how two values relate, by the rule that claims are judged by -> words."""

Cell = tuple[str, int]
"""Method and depth."""


def read_page(tables: Mapping[str, str]) -> tuple[dict[str, list], dict[str, str], dict[str, str]]:
    """Read the tables of a notebook from their CSV files: rows, Markdown text and title, each by the table's name."""
    rows = {name: read_csv(path) for name, path in tables.items()}
    texts = {name: Path(path).with_suffix(".md").read_text(encoding="utf-8") for name, path in tables.items()}
    return rows, texts, {name: text.splitlines()[0].strip("# ") for name, text in texts.items()}


def comparison(rows: Sequence[Row], ours: Cell, others: Iterable[Cell], labels: Labels) -> str:
    """Say in a sentence whether one cell is below others, with all numbers.

    Parameters
    ----------
    rows : sequence of rows
        A table's CSV file.
    ours, others : (method, depth)
        `others` is a list of them.
    labels : mapping
        Method -> its name in print.

    Returns
    -------
    sentence : str
    """
    own = _cell(rows, ours)
    if own is None or _value(own) is None:
        return f"{_named(ours, labels)} has no result, so it cannot be compared."
    facts = [_against(own, _cell(rows, other), _named(other, labels)) for other in others]
    return f"{_named(ours, labels)} reaches {_number(own)}. That is {'; and '.join(facts)}."


def _against(own: Row, other: Row | None, name: str) -> str:
    if other is None or _value(other) is None:
        return f"not comparable with {name}, which has no result"
    relations = RELATIONS[quantity_of([own]).better or "smaller"]
    return f"**{relations[_measured(own).against(_measured(other))]}** {name} ({_number(other)})"


def by_depth(rows: Sequence[Row], ours: str, theirs: str, labels: Labels) -> str:
    """Say at which depths one method is below another, level with it, above it; "" where no depth has both.

    Parameters
    ----------
    rows : sequence of rows
        A table's CSV file.
    ours, theirs : str
        Methods.
    labels : mapping
        Method -> its name in print.

    Returns
    -------
    sentence : str
        "LISTA (Adam) is lower than LISTA at T = 1, 5; level with it at T = 10".
    """
    found: dict[str, list[str]] = {}
    for depth in dict.fromkeys(row["depth"] for row in rows):
        own, other = _cell(rows, (ours, depth)), _cell(rows, (theirs, depth))
        if own and other and _value(own) is not None and _value(other) is not None:
            found.setdefault(_measured(own).against(_measured(other)), []).append(str(depth))
    words = RELATIONS[quantity_of(rows).better or "smaller"]
    parts = [f"{words[one]} {{}} at T = {', '.join(found[one])}" for one in words if one in found]
    names = [_label(theirs, labels), *["it"] * (len(parts) - 1)]
    said = "; ".join(part.format(name) for part, name in zip(parts, names, strict=False))
    return f"{_label(ours, labels)} is {said}." if parts else ""


def followers(
    curves: Mapping[str, Mapping[int, Measured]], level: Measured, labels: Labels, *, larger: bool = False
) -> str:
    """Say which methods reach a level with more steps, by the rule of claims (a tie is there), and which do not.

    Parameters
    ----------
    curves : mapping
        Method -> depth -> value, in ascending depth.
    level : Measured
    labels : mapping
        Method -> its name in print.
    larger : bool
        Whether larger values are better.

    Returns
    -------
    sentences : str
    """
    needed = {
        method: next((depth for depth, value in curve.items() if value.reaches(level, larger=larger)), None)
        for method, curve in curves.items()
    }
    late = [f"{labels[method]} T = {depth}" for method, depth in needed.items() if depth]
    never = [f"{labels[m]} (T = {max(curves[m])})" for m, depth in needed.items() if not depth]
    takes = f"To get as near takes {', '.join(late)}." if late else ""
    misses = f"Not as near at their deepest: {', '.join(never)}." if never else ""
    return f"{takes} {misses}".strip()


def catching_up(rows: Sequence[Row], ours: Cell, labels: Labels) -> str:
    """Say which other methods of a table reach the value of one cell, and which do not; see `followers`.

    Parameters
    ----------
    rows : sequence of rows
        A table's CSV file.
    ours : (method, depth)
    labels : mapping
        Method -> its name in print.

    Returns
    -------
    sentences : str
        Empty if the cell has no result.
    """
    own = _cell(rows, ours)
    curves: dict[str, dict[int, Measured]] = {}
    for row in rows:
        if row["method"] != ours[0] and _value(row) is not None:
            curves.setdefault(row["method"], {})[row["depth"]] = _measured(row)
    if own is None or _value(own) is None:
        return ""
    return followers(curves, _measured(own), labels, larger=_is_larger_better(rows))


def ranking(rows: Sequence[Row], depth: int, labels: Labels) -> str:
    """List the methods with a result at a depth, best first, with their numbers.

    Parameters
    ----------
    rows : sequence of rows
        A table's CSV file.
    depth : int
    labels : mapping
        Method -> its name in print.

    Returns
    -------
    sentence : str
    """
    found = [row for row in rows if row["depth"] == depth and _value(row) is not None]
    found.sort(key=_value, reverse=_is_larger_better(rows))
    if not found:
        return f"T = {depth}: no result."
    return f"T = {depth}: " + ", ".join(f"{labels[r['method']]} {_number(r)}" for r in found) + "."


def unfinished(rows: Sequence[Row], labels: Labels) -> list[str]:
    """Write a line for each cell with a run that failed; skipped cells are left out."""
    failed = [row for row in rows if row["status"] != OK and not is_skipped(row["status"])]
    return [f"{_named((row['method'], row['depth']), labels)}: {row['status']}." for row in failed]


def failures(rows_of: Mapping[str, Sequence[Row]], title_of: Mapping[str, str], labels: Labels) -> str:
    """List the `unfinished` cells of all tables of a notebook.

    Parameters
    ----------
    rows_of, title_of : mapping
        Table -> its rows; table -> its title.
    labels : mapping
        Method -> its name in print.

    Returns
    -------
    text : str
        A Markdown list, or one sentence if every run finished.
    """
    lines = [
        f"- {title_of[name]} (`{name}`): {line}" for name, rows in rows_of.items() for line in unfinished(rows, labels)
    ]
    return "\n".join(lines) or "Every run that enters these tables finished."


def by_component(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Split a table with a column ``component``: component -> its rows; other tables are one part without a name."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row.get("component", ""), []).append(row)
    return parts


def _is_larger_better(rows: Sequence[Row]) -> bool:
    return quantity_of(rows).better == "larger"


def _cell(rows: Sequence[Row], cell: Cell) -> Row | None:
    return next((row for row in rows if (row["method"], row["depth"]) == cell), None)


def _value(row: Row | None) -> Any:
    return None if row is None else row[quantity_of([row]).name]


def _measured(row: Row) -> Measured:
    return Measured(_value(row), row[f"{quantity_of([row]).name}_std"], row["n_repetitions"])


def _number(row: Row) -> str:
    return column_of(quantity_of([row])).text(row)


def _named(cell: Cell, labels: Labels) -> str:
    return f"{_label(cell[0], labels)} at T = {cell[1]}"


def _label(method: str, labels: Labels) -> str:
    return labels.get(method, method.upper())
