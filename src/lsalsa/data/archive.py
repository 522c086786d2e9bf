"""The files of a folder or of a zip file: their names and their content; nothing is unpacked onto the disk."""

from __future__ import annotations

import logging
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from lsalsa.errors import DataError, StorageError, printable, shortened
from lsalsa.storage.files import NO_FILE, kind_of
from lsalsa.storage.members import DAMAGE, read_member, size_fault

logger = logging.getLogger(__name__)

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


class Archive:
    """The files of a folder or of a zip file.

    Parameters
    ----------
    path : Path
        The folder or the zip file.
    files : mapping of str to Path or ZipInfo
        Where each file lies, by its path inside the archive: folders are separated by /, and bytes that are no UTF-8
        are written out.
    archive : ZipFile or None
        None for a folder.
    n_broken : int
        Links that lead nowhere, or back to a folder above themselves.

    Attributes
    ----------
    names : list of str
        The paths inside the archive, numbers by their size.
    """

    def __init__(self, path: Path, files: Mapping[str, Any], archive: zipfile.ZipFile | None = None, n_broken: int = 0):
        self.path, self.n_broken = path, n_broken
        self.names = sorted(files, key=_natural)
        self._files, self._archive = files, archive

    def read(self, name: str) -> bytes:
        """Content of a file; StorageError when it is damaged."""
        place = self._files[name]
        try:
            return read_member(self._archive, place) if self._archive else place.read_bytes()
        except DAMAGE as error:
            told = f"{shortened(name)} of {self.path} cannot be read"
            raise StorageError(f"{told}: {shortened(error)}") from error


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
    kind = kind_of(path)
    if kind == "folder":
        walk = _Walk()
        files = walk.below(path)
        yield Archive(path, {_name(str(file.relative_to(path))): file for file in files}, n_broken=walk.n_broken)
        return
    if kind != "file":
        raise StorageError(f"{shortened(path)} {NO_FILE[kind]}")
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        raise StorageError(f"{path} is neither a folder nor a whole zip file: {shortened(error)}") from error
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith(("/", "\\"))]
        for member in members:
            check_member(archive, member)
        named = {_name(member.filename): member for member in members}
        yield Archive(path, {name: member for name, member in named.items() if _is_shown(name)}, archive)


def files_below(folder: Path) -> list[Path]:
    """All files below a folder and below the folders that it links to, hidden ones left out."""
    return _Walk().below(folder)


class _Walk:
    """The way through a folder; a link that leads back to a folder above itself is not followed."""

    def __init__(self) -> None:
        self.n_broken = 0

    def below(self, folder: Path, above: frozenset[str] = frozenset()) -> list[Path]:
        found = []
        above |= {str(place) for place in (folder.resolve(), *folder.resolve().parents)}
        try:
            places = sorted(folder.iterdir())
        except OSError as error:
            raise StorageError(f"{shortened(folder)} cannot be read: {error.strerror}") from error
        for place in places:
            if not _is_shown(place.name):
                continue
            kind = kind_of(place)
            if kind == "file":
                found.append(place)
            elif kind == "folder" and os.path.realpath(place) not in above:
                found += self.below(place, above)
            else:
                self.n_broken += 1
                what = "is a pipe or a device" if kind == "device" else "leads nowhere, or back to a folder above it"
                logger.warning("%s %s; it is left out", shortened(place), what)
        return found


def is_image(name: str) -> bool:
    """True for a file name with the suffix of an image format."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise DataError for a member that lies outside of its zip file, or unpacks to far more than it is."""
    name = member.filename
    is_outside = name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:[/\\]", name)
    if is_outside:
        raise DataError(f"{archive.filename} holds a member outside of itself, {shortened(name)!r}; it is not read")
    if fault := size_fault(archive, member):
        raise DataError(f"{archive.filename} holds {shortened(name)!r}, {fault}; it is not read")


def _is_shown(name: str) -> bool:
    return not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _name(path: str) -> str:
    """A path as text that can be printed on one line and stored; Windows may have written it with backslashes."""
    return printable(path.replace("\\", "/"))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts `cat.2` before `cat.10`: of two numbers without zeros before them, the longer one is larger."""
    parts = [part.lstrip("0") if i % 2 else part for i, part in enumerate(re.split(r"([0-9]+)", name))]
    return [(len(part), part) if i % 2 else (-1, part) for i, part in enumerate(parts)]
