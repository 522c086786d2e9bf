"""Read the YAML files of the repository, each once, and look at those of the user before anything reads them."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lsalsa.errors import ConfigError, shortened

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is ten times as fast


MOST_BYTES = 2**20
"""Bytes of a file of settings; the longest one here has 40,000."""
MOST_DEPTH = 50
"""Blocks inside blocks, of which a study needs 8."""


@cache
def read_yaml(path: Path) -> Any:
    """Read a YAML file; the caller must not change the content."""
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)


def check_file(path: str | Path) -> None:
    """Refuse a file that is no file of settings, before it is read as one.

    A file that is missing, or no YAML, is left to its reader.

    Raises
    ------
    ConfigError
        The file is too long, is not text in UTF-8, or nests its blocks too deeply.
    """
    path = Path(path)
    if not path.is_file():
        return
    name = shortened(path)
    if (size := path.stat().st_size) > MOST_BYTES:
        raise ConfigError(f"{name} has {size:,} bytes; a file of settings has at most {MOST_BYTES:,}")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not text in UTF-8: {error.reason} at byte {error.start}") from error
    depth = 0
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise ConfigError(f"{name} has blocks inside blocks, more than {MOST_DEPTH} deep")
