"""What sources of one's own images share: where their setting `path` leads, and the facts they carry."""

from __future__ import annotations

from pathlib import Path

from lsalsa.errors import ConfigError, StorageError


def own_path(source: str, path: str | None, data_dir: str | Path | None) -> Path:
    """The file or folder that the setting `path` names, relative to `data_dir` where it is not absolute.

    Raises
    ------
    ConfigError
        When the setting is missing.
    StorageError
        When there is nothing at that place.
    """
    if not isinstance(path, str):
        raise ConfigError(f"images from {source} need the setting path, a file or folder, found {path!r}")
    place = Path(data_dir or "") / path
    if not place.exists():
        raise StorageError(f"{place} does not exist")
    return place


def own_source(place: Path) -> dict[str, str]:
    """Facts about images whose terms only their owner knows."""
    return {"name": place.name, "licence": "unknown", "citation": "unknown", "extent": "complete"}
