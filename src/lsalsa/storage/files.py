"""What all kinds of files share: atomic writing, the completion mark, metadata as JSON."""

import errno
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from lsalsa.errors import DELETE_AND_RUN, DataError, StorageError, shortened
from lsalsa.storage.room import free_bytes

MARK = b"lsalsa 1"  # the number grows when older files can no longer be read
DIGITS = 12  # in the name of a temporary file
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NO_FILE = {None: "does not exist", "folder": "is a folder, not a file", "device": "is a pipe or a device, not a file"}


@contextmanager
def atomic(path: str | Path, needed: int | None = None) -> Iterator[Path]:
    """Write a file completely or not at all.

    Parameters
    ----------
    path : str or Path
        The final path; missing folders are created.
    needed : int, optional
        Number of bytes to write, for the message when the disk is full.

    Yields
    ------
    temporary : Path
        A path in the same folder with the same suffix, which the caller writes and closes. It becomes `path` when the
        block ends, and is removed when the block fails.

    Raises
    ------
    StorageError
        When the file cannot be written; the message has the path and, on a full disk, the bytes needed and free.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{uuid4().hex[:DIGITS]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _flush(temporary)
        os.replace(temporary, path)
        _flush(path.parent)
    except OSError as error:
        raise _cannot_write(path, error, needed) from error
    finally:
        with suppress(OSError):  # after success there is none; a failure has its own message already
            temporary.unlink()


def remove_left_overs(path: str | Path) -> None:
    """Remove the temporary files of a file whose writer was killed. No other process may be writing it now."""
    path = Path(path)
    name = re.compile(rf"\.{re.escape(path.stem)}\.[0-9a-f]{{{DIGITS}}}{re.escape(path.suffix)}")
    for other in path.parent.iterdir() if path.parent.is_dir() else ():
        if name.fullmatch(other.name):
            other.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write text in UTF-8, completely or not at all; StorageError when it cannot be written."""
    content = text.encode()
    with atomic(path, len(content)) as temporary:
        temporary.write_bytes(content)


def to_json(path: str | Path, metadata: Mapping[str, Any] | None) -> bytes:
    """Metadata of the file at `path` as JSON, with NumPy scalars as numbers; DataError for what JSON cannot hold."""
    try:
        return json.dumps(dict(metadata or {}), default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise DataError(f"the metadata of {path} cannot be written as JSON: {error}") from error


def kind_of(path: Path) -> str | None:
    """What lies at a path: "file", "folder", "device" (a pipe or a socket, too), or None for nothing.

    Raises
    ------
    StorageError
        When the system does not say, because a folder above is closed to this user, or the path is too long.
    """
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: no name may hold a zero byte
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise StorageError(f"{shortened(path)} cannot be read: {error.strerror}") from error
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "device"


def check_exists(path: Path) -> None:
    """Raise StorageError when there is no file at a path."""
    if (kind := kind_of(path)) != "file":
        raise StorageError(f"{shortened(path)} {NO_FILE[kind]}")


def check_mark(path: Path, found: bytes | None) -> None:
    """Raise StorageError when a file has no completion mark (None), or that of another version."""
    if found is None:
        raise StorageError(f"{path} was not written to its end, or not by lsalsa (no completion mark)", DELETE_AND_RUN)
    if found != MARK:
        raise StorageError(
            f"{path} was written by another version of lsalsa (found {found!r}, expected {MARK!r})", DELETE_AND_RUN
        )


def not_whole(path: Path, kind: str, error: Exception) -> StorageError:
    """The error for a file that its format's reader refuses.

    Parameters
    ----------
    path : Path
    kind : str
        The format: "NPZ", say.
    error : Exception
        What the reader raised.
    """
    return StorageError(f"{path} is not a whole {kind} file ({shortened(error)})", DELETE_AND_RUN)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is of type {type(value).__name__}")


def _flush(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(path: Path, error: OSError, needed: int | None) -> StorageError:
    if error.errno not in DISK_FULL:
        return StorageError(f"{path} could not be written: {error}")
    demand = "" if needed is None else f"{needed} bytes needed, "
    free = free_bytes(path.parent)
    return StorageError(f"{path} could not be written, the disk is full: {demand}{free} bytes free")
