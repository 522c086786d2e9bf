"""Rows as a CSV file and back: the form in which tables, and the papers' numbers, are kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as CSV text, numbers to six digits; None is an empty field."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _field(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def read_csv(path: str | Path) -> list[dict[str, Any]]:
    """The rows of a CSV file: what reads as a number is one, an empty field is None."""
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
