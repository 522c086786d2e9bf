"""Keep on disk what was read out of files, so that the next start of Snakemake does not read them again."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsalsa.errors import StorageError
from lsalsa.storage import write_text

MOST = 5000
"""Entries that a register keeps; the oldest go first, and what they said is then read out of its file again."""


def read_register(path: Path) -> dict[str, Any]:
    """Return the entries of a register; none when it is not there or damaged."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # everything is read again
        return {}


def add_to_register(path: Path, found: dict[str, Any]) -> None:
    """Write further entries into a register if its folder exists; a folder that cannot be written is left as it is."""
    if path.parent.is_dir():
        with suppress(StorageError):  # it only saves time
            write_text(path, json.dumps(dict([*(read_register(path) | found).items()][-MOST:])))
