"""The files of a folder or of a zip file: their names and their content; nothing is unpacked onto the disk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from lsalsa.errors import DataError, StorageError
from lsalsa.storage.npz import DAMAGE

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
MOST_UNPACKED = 100 * 2**20
"""A member of a zip file may unpack to this many bytes, however small it is when packed."""
MOST_TIMES = 200
"""A larger member may unpack to this many times its packed size; images and arrays stay far below."""


class Archive:
    """The files of a folder or of a zip file.

    Parameters
    ----------
    path : Path
        The folder or the zip file.
    names : list of str
        Paths of the files inside it.
    archive : ZipFile or None
        None for a folder.
    """

    def __init__(self, path: Path, names: list[str], archive: zipfile.ZipFile | None):
        self.path = path
        self.names = sorted(names, key=_natural)
        self._archive = archive

    def read(self, name: str) -> bytes:
        """Content of a file; StorageError when it is damaged."""
        try:
            return self._archive.read(name) if self._archive else (self.path / name).read_bytes()
        except DAMAGE as error:
            raise StorageError(f"{name} of {self.path} cannot be read: {error}") from error


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The files of a folder or of a zip file.

    Raises
    ------
    StorageError
        When the path does not exist, or is no whole zip file.
    DataError
        When a member of the zip file lies outside of it, or would unpack to far more than it is.
    """
    if path.is_dir():
        yield Archive(path, [file.relative_to(path).as_posix() for file in files_below(path)], None)
        return
    if not path.is_file():
        raise StorageError(f"{path} does not exist")
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        raise StorageError(f"{path} is neither a folder nor a whole zip file: {error}") from error
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        for member in members:
            check_member(path, member)
        yield Archive(path, [member.filename for member in members if _is_shown(member.filename)], archive)


def files_below(folder: Path) -> list[Path]:
    """All files below a folder, hidden ones left out."""
    return [file for file in folder.rglob("*") if file.is_file() and _is_shown(file.relative_to(folder).as_posix())]


def is_image(name: str) -> bool:
    """True for a file name with the suffix of an image format."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def check_member(path: Path, member: zipfile.ZipInfo) -> None:
    """Raise DataError for a member that lies outside of its zip file, or unpacks to far more than it is."""
    name = member.filename
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name.partition("/")[0]:
        raise DataError(f"{path} holds a member outside of itself, {name!r}; it is not read")
    if member.file_size > max(MOST_UNPACKED, MOST_TIMES * member.compress_size):
        raise DataError(
            f"{path} holds {name!r}, which would unpack from {member.compress_size} to {member.file_size} bytes; "
            "it is not read"
        )


def _is_shown(name: str) -> bool:
    return not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts `cat.2` before `cat.10`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name)]
