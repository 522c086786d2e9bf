"""Tables of a study: `make_table` gathers the numbers, `to_*` write them, `read_page` and others retell them."""

from lsalsa.study.tables.paper import agreement, experiments
from lsalsa.study.tables.rows import FINISHED, KINDS, make_table, value_and_spread
from lsalsa.study.tables.story import (
    catching_up,
    comparison,
    failures,
    followers,
    ranking,
    read_page,
    unfinished,
)
from lsalsa.study.tables.text import method_label, note, to_latex, to_markdown, to_tex

__all__ = [
    "FINISHED",
    "KINDS",
    "agreement",
    "catching_up",
    "comparison",
    "experiments",
    "failures",
    "followers",
    "make_table",
    "method_label",
    "note",
    "ranking",
    "read_page",
    "to_latex",
    "to_markdown",
    "to_tex",
    "unfinished",
    "value_and_spread",
]
