"""Free space of a disk, and whether a folder is writable; the folder need not exist yet."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from lsalsa.errors import StorageError


def free_bytes(folder: str | Path) -> int:
    """Bytes free on the disk of a folder."""
    return shutil.disk_usage(_existing(Path(folder))).free


def check_writable(folder: str | Path) -> None:
    """Raise StorageError when no file can be written into a folder, or the folder cannot be created.

    A link that leads nowhere is named, be it the folder, one above it or one in it: its disk may not be mounted.
    """
    folder = Path(folder)
    existing = _existing(folder)
    try:
        for place in (folder, *folder.parents, *(folder.iterdir() if folder.is_dir() else ())):
            if place.is_symlink() and not place.exists():
                where = f"{place} is a link to {place.readlink()}, which does not exist"
                raise StorageError(f"{folder} cannot be written, {where}")
        tempfile.TemporaryFile(dir=existing).close()
    except OSError as error:
        raise StorageError(f"{folder} cannot be written, {existing} takes no files: {error.strerror}") from error


def _existing(folder: Path) -> Path:
    """The folder, or the nearest folder above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())
