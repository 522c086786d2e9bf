"""Identify the user's files by content: the same files in another folder, or on another disk, are the same data."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from lsalsa.errors import StorageError
from lsalsa.study.provenance.register import add_to_register, read_register

KNOWN = Path(".snakemake/lsalsa_files.json")
"""Digests of files that were read before, so that a dry run does not read gigabytes again."""


def fingerprint(files: Iterable[Path], base: Path, register: Path = KNOWN) -> str:
    """Hash the content of some files and their places below a folder.

    Parameters
    ----------
    files : iterable of path
    base : path
        The folder; its own name does not count.
    register : path, optional
        File with the digests of files by path, size and time of change. It is written if its folder exists.

    Returns
    -------
    fingerprint : str
        16 hexadecimal digits; "" without files.

    Raises
    ------
    StorageError
        A file cannot be read.
    """
    known = read_register(register)
    found, lines = {}, []
    for path in sorted(files):
        try:
            key = _key(path)
            found[key] = known.get(key) or digest(path)
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error
        lines.append(f"{os.path.relpath(path, base)}\n{found[key]}")
    if found.keys() - known.keys():
        add_to_register(register, found)
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()[:16] if lines else ""


def _key(path: Path) -> str:
    facts = path.stat()
    return f"{path.resolve()} {facts.st_size} {facts.st_mtime_ns}"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file: 64 hexadecimal digits; OSError when it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
