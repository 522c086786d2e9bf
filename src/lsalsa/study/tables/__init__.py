"""Kinds of tables, one file each, found by their folder.

A kind declares literals at the top of its module. ``needs`` are words of `lsalsa.study.needs`. ``subject`` is one of
`lsalsa.study.config.outputs.SUBJECTS`. ``caption`` is for the report. ``options`` are settings that only some kinds
have. Its function ``make(data, shown)`` returns a `lsalsa.study.pages.table.Table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsalsa.study.config import plugins
from lsalsa.study.pages.table import Table
from lsalsa.study.shown import Shown


def make_table(kind: str, data: Mapping[str, Any], shown: Shown) -> Table:
    """Make a table.

    Parameters
    ----------
    kind : str
        A file of this folder, or ``<paper>.<file>`` of ``papers/<paper>/tables``.
    data : mapping
        Word of the kind's ``needs`` -> content, as `lsalsa.study.needs.read_needs` returns it.
    shown : Shown

    Returns
    -------
    table : Table
    """
    return plugins.load_kind("tables", kind).make(data, shown)
