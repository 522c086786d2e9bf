"""The origins of a configuration, files and the command line, and the one that a fault comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATH = re.compile(r"\w+(?:\.\w+|\[\d+\])*")
"""The setting that a sentence begins with, e.g. `tasks.digits.penalties[0]`."""


@dataclass(frozen=True)
class Origins:
    """Where the settings of a study come from.

    Attributes
    ----------
    sources : sequence of (name, settings)
        Each overrides those before it. The name is a file's, or `--config`.
    """

    sources: Sequence[tuple[str, Mapping[str, Any]]]

    def __str__(self) -> str:
        """Say which study it is: `config.yaml, changed by mine.yaml and --config`."""
        first, *others = [name for name, _ in self.sources] or ["--config"]
        return f"{first}, changed by {' and '.join(others)}" if others else first

    def of(self, fault: str) -> str:
        """Return the origin of a fault.

        Parameters
        ----------
        fault : str
            A sentence that begins with a setting.

        Returns
        -------
        name : str
            The last source that has the whole path of the setting; else all sources that have the longest part of it.
        """
        found = PATH.match(fault)
        keys = re.sub(r"\[\d+\]", "", found.group()).split(".") if found else []
        depths = {name: _depth(settings, keys) for name, settings in self.sources}
        longest = max(depths.values(), default=0)
        names = [name for name, depth in depths.items() if depth == longest]
        return names[-1] if keys and longest == len(keys) else ", ".join(names) or "--config"


def _depth(settings: Any, keys: Sequence[str]) -> int:
    """Count the keys of a path that lead to something."""
    for depth, key in enumerate(keys):
        if not (isinstance(settings, Mapping) and key in settings):
            return depth
        settings = settings[key]
    return len(keys)
