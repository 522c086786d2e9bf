"""Lists of names in messages."""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMED = 8


def listed(names: Sequence[str]) -> str:
    """All names, or the first ones and the number of the others: a message stays readable."""
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    shown = MOST_NAMED // 2
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"
