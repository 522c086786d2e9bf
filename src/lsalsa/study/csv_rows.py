"""Write rows as a CSV file and read them: the form of our tables and of the papers' numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as CSV text, numbers with six digits; None is an empty field."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _field(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def read_csv(path: str | Path) -> list[dict[str, Any]]:
    """Read the rows of a CSV file: fields that look like numbers become numbers, empty fields None."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [{name: _value(text) for name, text in row.items()} for row in csv.DictReader(file)]


def _field(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value


def _value(text: str) -> Any:
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text or None
