"""YAML files of the repository, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is ten times as fast


@cache
def read_yaml(path: Path) -> Any:
    """Content of a YAML file; not to be changed."""
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)
