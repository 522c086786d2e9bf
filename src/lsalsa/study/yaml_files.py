"""Read the YAML files of the repository, each once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is ten times as fast


@cache
def read_yaml(path: Path) -> Any:
    """Read a YAML file; the caller must not change the content."""
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)
