"""Arrays and their metadata in one NPZ file; `numpy.load` opens it too."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.arrays.checks import plain
from lsalsa.errors import DataError, StorageError, shortened
from lsalsa.storage.files import MARK, atomic, check_exists, check_mark, not_whole, to_json
from lsalsa.storage.members import DAMAGE, read_array, read_member

MARK_NAME = "complete"
METADATA_NAME = "metadata.json"
CSR_PARTS = ("data", "indices", "indptr", "shape")


def write_arrays(path: str | Path, arrays: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
    """Write arrays and metadata to an NPZ file; equal content gives equal bytes.

    Parameters
    ----------
    path : str or Path
        Complete afterwards, or absent.
    arrays : mapping of str to array or scipy.sparse CSR
        Host arrays of any shape. A CSR becomes four members: ``name.data``, ``name.indices``,
        ``name.indptr``, ``name.shape``.
    metadata : mapping, optional
        Values that JSON can hold, and NumPy scalars.

    Raises
    ------
    DataError
        When an array has dtype object or masked values, is sparse but no CSR, or the metadata cannot be written as
        JSON.
    StorageError
        When the file cannot be written.
    """
    members = _members(arrays)
    text = to_json(path, metadata)
    needed = len(text) + sum(member.nbytes for member in members.values())
    with atomic(path, needed) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in members.items():
            # a ZipInfo without a time means 1980: the bytes depend on the content alone
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)
        archive.writestr(zipfile.ZipInfo(METADATA_NAME), text)
        archive.writestr(zipfile.ZipInfo(MARK_NAME), MARK)


def read_arrays(path: str | Path, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Read the arrays of a file that `write_arrays` wrote.

    Parameters
    ----------
    path : str or Path
    names : iterable of str, optional
        The only ones to read; all by default, in the order in which they were written.

    Returns
    -------
    arrays : dict of str to array or scipy.sparse.csr_array

    Raises
    ------
    StorageError
        When the file is missing, truncated, forged, not of this library, or lacks one of the names.
    MemoryError
        When an array that is whole does not fit into the memory.
    """
    path = Path(path)
    with _opened(path) as archive:
        members = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        known = _array_names(members)
        wanted = known if names is None else list(names)
        for name in wanted:
            if name not in known:
                raise StorageError(f"{path} holds no array {name}; it holds {shortened(', '.join(known) or 'none')}")
        return {name: _read(archive, name, members) for name in wanted}


def read_metadata(path: str | Path) -> dict[str, Any]:
    """Read the metadata of a file that `write_arrays` wrote; {} when there are none.

    Raises
    ------
    StorageError
        When the file is missing, truncated, or not of this library.
    """
    with _opened(Path(path)) as archive:
        return json.loads(read_member(archive, archive.getinfo(METADATA_NAME)))


def _members(arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Arrays by the name of their member in the file: a CSR becomes four."""
    members: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if getattr(array, "format", None) == "csr":
            members |= {f"{name}.{part}": np.asarray(getattr(array, part)) for part in CSR_PARTS}
        elif hasattr(array, "toarray") or isinstance(array, np.ma.MaskedArray):
            members[name] = plain(name, array)
        else:
            members[name] = np.asarray(array)
    for name, member in members.items():
        if member.dtype.hasobject:
            raise DataError(f"{name} has dtype {member.dtype} and cannot be stored; give numbers, booleans or strings")
    return members


def _array_names(members: Sequence[str]) -> list[str]:
    """Names of the arrays given to `write_arrays`, in their order."""
    starts = [name.removesuffix(".indptr") for name in members if name.endswith(".indptr")]
    sparse = [name for name in starts if all(f"{name}.{part}" in members for part in CSR_PARTS)]
    owner = {f"{name}.{part}": name for name in sparse for part in CSR_PARTS}
    return list(dict.fromkeys(owner.get(name, name) for name in members))


def _read(archive: zipfile.ZipFile, name: str, members: Sequence[str]) -> Any:
    if name in members:
        return read_array(archive, name)
    from scipy.sparse import csr_array

    data, indices, indptr, shape = (read_array(archive, f"{name}.{part}") for part in CSR_PARTS)
    return csr_array((data, indices, indptr), shape=tuple(shape.tolist()))


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A file with its completion mark checked; damage found while reading becomes a StorageError."""
    check_exists(path)
    try:
        with zipfile.ZipFile(path) as archive:
            is_marked = archive.namelist()[-1:] == [MARK_NAME]
            check_mark(path, read_member(archive, archive.getinfo(MARK_NAME)) if is_marked else None)
            yield archive
    except DAMAGE as error:
        raise not_whole(path, "NPZ", error) from error
