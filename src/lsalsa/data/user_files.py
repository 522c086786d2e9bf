"""What sources of the user's own files share: where their setting `path` leads, and the facts they carry."""

from __future__ import annotations

from pathlib import Path

from lsalsa.errors import ConfigError, StorageError


def user_path(owner: str, path: str | None, data_dir: str | Path | None) -> Path:
    """The file or folder that the setting `path` names.

    Parameters
    ----------
    owner : str
        Who needs the setting, for the message: "images from npz_images".
    path : str or None
        The setting; None, its default, is refused.
    data_dir : path or None
        Folder that a relative path starts from; the working folder by default.

    Returns
    -------
    place : Path

    Raises
    ------
    ConfigError
        When the setting is missing.
    StorageError
        When there is nothing at that place.
    """
    if not isinstance(path, str):
        raise ConfigError(f"{owner} need the setting path, a file or folder, found {path!r}")
    place = Path(data_dir or "") / path
    if not place.exists():
        raise StorageError(f"{place} does not exist")
    return place


def user_source(place: Path) -> dict[str, str]:
    """Facts about data whose terms only their owner knows."""
    return {"name": place.name, "licence": "unknown", "citation": "unknown", "extent": "complete"}
