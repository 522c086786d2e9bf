"""Tables of a study: `make_table` gathers the numbers, `to_csv`, `to_markdown` and `to_latex` write them."""

from lsalsa.study.tables.rows import FINISHED, KINDS, make_table, value_and_spread
from lsalsa.study.tables.text import method_label, note, to_csv, to_latex, to_markdown

__all__ = [
    "FINISHED",
    "KINDS",
    "make_table",
    "method_label",
    "note",
    "to_csv",
    "to_latex",
    "to_markdown",
    "value_and_spread",
]
