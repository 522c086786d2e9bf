"""The configuration of a study: typed, every unknown key refused with the nearest valid one, before any job starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lsalsa.errors import ConfigError
from lsalsa.study.config.checks import faults, missing_files
from lsalsa.study.config.messages import sentences
from lsalsa.study.config.models import Study

__all__ = ["Study", "load_study"]


def load_study(settings: Mapping[str, Any], origin: str = "config.yaml", root: Path | None = None) -> Study:
    """Check all settings of a study.

    Parameters
    ----------
    settings : mapping
        The configuration as read from YAML.
    origin : str
        Where it was read from; every message starts with it.
    root : path, optional
        Root of the repository: the files that the study names (notebooks, the papers' tables) must be there.

    Raises
    ------
    ConfigError
        One line per fault, each naming the key, what was expected and what was found.
    """
    try:
        study = Study.model_validate(_plain(settings))
        found = faults(study) + (missing_files(study, root) if root else [])
    except ValidationError as error:
        found = sentences(error, Study)
    if found:
        raise ConfigError("\n".join(f"{origin}: {fault}" for fault in found))
    return study


def _plain(settings: Any) -> Any:
    """Ordinary dictionaries and lists, whatever mapping the YAML reader made."""
    if isinstance(settings, Mapping):
        return {key: _plain(value) for key, value in settings.items()}
    return [_plain(value) for value in settings] if isinstance(settings, list | tuple) else settings
