"""Arrays of a user's NPZ file, as `numpy.savez` writes it: it needs no completion mark, and nothing is unpickled."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from lsalsa.data.archive import check_member
from lsalsa.errors import DataError, ShapeError, StorageError, shortened
from lsalsa.storage.files import check_exists
from lsalsa.storage.members import DAMAGE, read_array


def holds_array(path: Path, name: str) -> bool:
    """Whether an NPZ file has an array of a name, without reading it; False where it is none, which its reader says."""
    with suppress(*DAMAGE, StorageError):
        check_exists(path)
        with zipfile.ZipFile(path) as archive:
            return f"{name}.npy" in archive.namelist()
    return False


def read_plain_arrays(path: Path, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Read those of the named arrays that the file holds.

    Parameters
    ----------
    path : Path
    names : iterable of str

    Returns
    -------
    arrays : dict of str to array

    Raises
    ------
    StorageError
        When the file is missing, or is not an NPZ file of plain arrays, or forged.
    DataError
        When a member would unpack to far more than it is.
    MemoryError
        When an array that is whole does not fit into the memory.
    """
    check_exists(path)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                check_member(archive, member)
            there = set(archive.namelist())
            wanted = [name for name in names if name in there or f"{name}.npy" in there]
            for name in wanted:
                if f"{name}.npy" not in there:
                    raise ValueError(f"{name} is no array")
            return {name: read_array(archive, name) for name in wanted}
    except DAMAGE as error:
        told = shortened(error)
        raise StorageError(f"{path} is not an NPZ file of plain arrays: {told}; write it with numpy.savez") from error


def require_arrays(path: Path, arrays: Mapping[str, np.ndarray], names: Iterable[str]) -> None:
    """Raise DataError when a file lacks an array.

    Parameters
    ----------
    path : Path
        Of the file, for the message.
    arrays : mapping of str to array
        What the file holds.
    names : iterable of str
        What it needs.
    """
    names = list(names)
    for name in names:
        if name not in arrays:
            raise DataError(f"{path} holds no array {name}; it needs {', '.join(names)}")


def named_classes(name: str, labels: np.ndarray, item: str, expected: tuple[int, ...]) -> tuple[list[str], np.ndarray]:
    """Names of the classes that labels speak of, and each item's position among them.

    Parameters
    ----------
    name : str
        Of the array, for messages.
    labels : array, (n_items,)
        Whole numbers from 0, or strings.
    item : str
        What has a label, for messages: "image".
    expected : tuple of int
        Shape that the labels must have.

    Returns
    -------
    class_names : list of str
        Sorted, numbers by their size.
    positions : array, (n_items,), int64

    Raises
    ------
    ShapeError, DataError
        When the labels have another shape or another type, or an item has none.
    """
    if labels.shape != expected:
        raise ShapeError(f"{name} must have one entry per {item}, shape {expected}, found {labels.shape}")
    labels = decoded(name, labels)
    if labels.dtype.kind not in "iuU":
        raise DataError(f"{name} must be whole numbers or strings, found {labels.dtype}")
    missing = labels < 0 if labels.dtype.kind in "iu" else np.strings.str_len(labels) == 0
    if missing.any():
        count = f"{int(missing.sum())} of {len(labels)} {item}s"
        raise DataError(f"{count} have no label; each needs one, or none has any")
    class_names, positions = np.unique(labels, return_inverse=True)
    return [str(name) for name in class_names], positions


def decoded(name: str, words: np.ndarray) -> np.ndarray:
    """Words in bytes as text, others as they are; DataError naming the array where the bytes are no UTF-8."""
    try:
        return np.char.decode(words, "utf-8") if words.dtype.kind == "S" else words
    except UnicodeDecodeError as error:
        raise DataError(f"{name} must be text in UTF-8, found {error.object!r}") from error
