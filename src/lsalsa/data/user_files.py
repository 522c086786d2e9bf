"""What sources of the user's own files share: where their setting `path` leads, and the facts they carry."""

from __future__ import annotations

from pathlib import Path

from lsalsa.errors import ConfigError, StorageError, printable, shortened
from lsalsa.storage.files import NO_FILE, kind_of


def user_path(owner: str, path: str | None, data_dir: str | Path | None) -> Path:
    """The file or folder that the setting `path` names.

    Parameters
    ----------
    owner : str
        Who needs the setting, for the message: "images from image_files".
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
        When the setting is missing, or names a whole disk.
    StorageError
        When there is neither a file nor a folder at that place.
    """
    if not isinstance(path, str) or not path:
        raise ConfigError(f"{owner} need the setting path, a file or folder, found {path!r}")
    place = Path(data_dir or "") / path
    kind = kind_of(place)
    if kind not in ("file", "folder"):
        raise StorageError(f"{shortened(place)} {NO_FILE[kind]}")
    if (whole := place.resolve()) == whole.parent:
        raise ConfigError(f"{owner} need a file or folder, found {place}, the whole disk")
    return place


def user_file(owner: str, path: str | None, data_dir: str | Path | None) -> Path:
    """The file that the setting `path` names, as `user_path`; StorageError for a folder.

    Parameters
    ----------
    owner, path, data_dir
        As `user_path` takes them.
    """
    place = user_path(owner, path, data_dir)
    if place.is_dir():
        told = f"{shortened(place)} is a folder, not an NPZ file"
        raise StorageError(f"{told}; the sources image_files and picture_files read images of a folder")
    return place


def user_source(place: Path, left_out: str = "") -> dict[str, str]:
    """Facts about data whose terms only their owner knows.

    Parameters
    ----------
    place : Path
    left_out : str
        What there is and could not be read, counted, in words; empty when there is nothing of the kind.
    """
    extent = f"partial: without {left_out}" if left_out else "complete"
    return {"name": printable(place.name), "licence": "unknown", "citation": "unknown", "extent": extent}
