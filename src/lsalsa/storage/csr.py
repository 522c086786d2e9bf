"""Write sparse rows chunk by chunk; the NPZ file is the one that `write_arrays` would write of all rows at once."""

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np

from lsalsa.storage.files import MARK, atomic, to_json
from lsalsa.storage.npz import MARK_NAME, METADATA_NAME

PIECE = 2**20  # entries copied at a time


class CsrRows:
    """Takes dense rows in order and keeps their non-zeros in anonymous temporary files.

    The files are needed because the header of an array comes first and holds the number of entries.

    Parameters
    ----------
    n_columns : int
    dtype : dtype
        Of the rows to come.
    files : mapping of str to file
        Binary files for ``data``, ``indices`` and ``indptr``.
    """

    def __init__(self, n_columns: int, dtype: np.dtype, files: Mapping[str, IO[bytes]]):
        self.n_columns, self.dtype = n_columns, np.dtype(dtype)
        self.n_rows = self.n_entries = 0
        self._columns, self._files = np.arange(n_columns, dtype=np.int32), files
        files["indptr"].write(np.zeros(1, np.int64).data)

    def append(self, rows: np.ndarray) -> None:
        """Add dense rows, (n, n_columns), in the dtype given at the start."""
        filled = rows != 0
        ends = self.n_entries + np.cumsum(np.count_nonzero(filled, axis=1), dtype=np.int64)
        self._files["data"].write(rows[filled].data)
        self._files["indices"].write(np.broadcast_to(self._columns, rows.shape)[filled].data)
        self._files["indptr"].write(ends.data)
        self.n_rows += len(rows)
        self.n_entries = int(ends[-1]) if len(ends) else self.n_entries

    def save(self, archive: zipfile.ZipFile, name: str) -> None:
        """Write the four members of a CSR with this name into an NPZ file."""
        self._member(archive, name, "data", self.dtype, self.dtype, self.n_entries)
        self._member(archive, name, "indices", np.int32, np.int32, self.n_entries)
        small = max(self.n_entries, self.n_columns) <= np.iinfo(np.int32).max
        self._member(archive, name, "indptr", np.int64, np.int32 if small else np.int64, self.n_rows + 1)
        with _opened(archive, f"{name}.shape") as stream:
            np.lib.format.write_array(stream, np.array([self.n_rows, self.n_columns]), allow_pickle=False)

    def _member(self, archive: zipfile.ZipFile, name: str, part: str, kept: Any, stored: Any, length: int) -> None:
        header = {"descr": np.dtype(stored).str, "fortran_order": False, "shape": (length,)}
        with _opened(archive, f"{name}.{part}") as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            self._files[part].seek(0)
            if kept == stored:
                shutil.copyfileobj(self._files[part], stream, PIECE)
                return
            while piece := self._files[part].read(PIECE * np.dtype(kept).itemsize):
                stream.write(np.frombuffer(piece, kept).astype(stored).data)


@contextmanager
def csr_written(
    path: str | Path, name: str, n_columns: int, dtype: Any, metadata: Mapping[str, Any] | None = None
) -> Iterator[CsrRows]:
    """Write one sparse array and metadata to an NPZ file, in memory that does not grow with the array.

    Parameters
    ----------
    path : str or Path
        Complete when the block ends, absent when it fails.
    name : str
        Of the array; `read_arrays` returns it as a CSR.
    n_columns : int
        Of the rows to come.
    dtype : dtype
        Of the rows to come.
    metadata : mapping, optional
        As in `write_arrays`.

    Yields
    ------
    rows : CsrRows
        The caller appends to it. At the end the disk holds the entries twice for a moment.

    Raises
    ------
    DataError
        When the metadata cannot be written as JSON.
    StorageError
        When the file cannot be written.
    """
    text = to_json(path, metadata)
    with atomic(path) as temporary, ExitStack() as stack:
        files = {part: stack.enter_context(TemporaryFile(dir=temporary.parent)) for part in _SPOOLED}
        rows = CsrRows(n_columns, dtype, files)
        yield rows
        with zipfile.ZipFile(temporary, "w") as archive:
            rows.save(archive, name)
            archive.writestr(zipfile.ZipInfo(METADATA_NAME), text)
            archive.writestr(zipfile.ZipInfo(MARK_NAME), MARK)


_SPOOLED = ("data", "indices", "indptr")


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    # a ZipInfo without a time, as in `write_arrays`: the bytes depend on the content alone
    return archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True)
