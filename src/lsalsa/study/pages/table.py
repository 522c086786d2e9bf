"""The table that every kind of table returns. `render` beside it writes it as CSV, Markdown, LaTeX and HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lsalsa.study.heading import Heading

Row = Mapping[str, Any]

DASH = "–"
"""A cell without a value."""


@dataclass(frozen=True)
class Column:
    """One column in print.

    Attributes
    ----------
    key : str
        Column of the rows with the value.
    heading : str
    form : str or callable
        A format such as ".2f", or a function from the value to its text.
    spread : bool
        Print ± and the row's ``<key>_std`` behind the value, where the row has one.
    """

    key: str
    heading: str
    form: str | Callable[[Any], str] = str
    spread: bool = False

    def text(self, row: Row) -> str:
        """Write the cell of a row; a dash without a value."""
        value, std = row[self.key], row.get(f"{self.key}_std") if self.spread else None
        if value is None:
            return DASH
        return self._shown(value) + ("" if std is None else f" ± {self._shown(std)}")

    def _shown(self, value: Any) -> str:
        return self.form(value) if callable(self.form) else format(value, self.form)


@dataclass(frozen=True)
class Grid:
    """Printed cells. The first `n_words` columns are aligned left, the others right.

    Attributes
    ----------
    head : sequence of str
    lines : sequence of sequence of str
        Two asterisks before and after a text make it bold.
    n_words : int
    caption : str
        A sentence above the grid; empty for the first.
    """

    head: Sequence[str]
    lines: Sequence[Sequence[str]]
    n_words: int = 1
    caption: str = ""


@dataclass(frozen=True)
class Table:
    """A finished table.

    Attributes
    ----------
    heading : Heading
        Title with its marks (partial data, reduced study, GPU), and the note that explains them.
    rows : sequence of mapping
        Everything that was measured: the rows of the CSV file.
    grids : sequence of Grid
        The part that a reader sees.
    notes : sequence of str
        Sentences above the grid: the quantity, the protocol.
    sentences : sequence of str
        Sentences below the grid: what the numbers say.
    sections : mapping
        Heading -> sentences that follow under it.
    """

    heading: Heading
    rows: Sequence[Row]
    grids: Sequence[Grid]
    notes: Sequence[str] = ()
    sentences: Sequence[str] = ()
    sections: Mapping[str, Sequence[str]] = field(default_factory=dict)


def grid(columns: Sequence[Column], rows: Sequence[Row], *, n_words: int = 1, caption: str = "") -> Grid:
    """Print some columns of rows, one line per row.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of mapping
    n_words : int
        Columns from the left that hold words.
    caption : str
        A sentence above the grid.

    Returns
    -------
    grid : Grid
    """
    lines = [[column.text(row) for column in columns] for row in rows]
    return Grid([column.heading for column in columns], lines, n_words, caption)
