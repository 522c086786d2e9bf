"""Read the rows of an array in an NPZ file chunk by chunk."""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from lsalsa.errors import ShapeError, StorageError, shortened
from lsalsa.storage.files import not_whole
from lsalsa.storage.members import DAMAGE, Header, read_header
from lsalsa.streaming.rows import Rows, check_dtype

PIECE = 2**20  # bytes decompressed at a time


class NpzRows(Rows):
    """One array of an NPZ file, written by `numpy.savez`, `numpy.savez_compressed` or `lsalsa.storage.write_arrays`."""

    held = 0

    def __init__(self, path: Path, array: str):
        self.path, self.array = path, array
        with self._opened() as (_, header):
            shape, by_columns, self.dtype = header
        if len(shape) != 2 or not shape[1]:
            raise ShapeError(
                f"{array} of {path} must be a matrix (n_samples, n_features), found shape {shortened(shape)}"
            )
        check_dtype(f"{array} of {path}", self.dtype)
        if by_columns:
            raise StorageError(
                f"{array} of {path} is stored column by column and cannot be read in rows; "
                "save numpy.ascontiguousarray of it"
            )
        self.n_samples, self.n_features = shape

    def chunks(self, n_rows: int) -> Iterator[np.ndarray]:
        """All rows in order, `n_rows` at a time, fewer in the last chunk; each chunk overwrites the one before."""
        buffer = np.empty((min(n_rows, self.n_samples), self.n_features), self.dtype)
        with self._opened() as (stream, _):
            for first in range(0, self.n_samples, n_rows):
                chunk = buffer[: self.n_samples - first]
                with self._reading():
                    _fill(stream, chunk)
                yield chunk
            with self._reading():  # the archive compares the checksum at the end of the array
                if stream.read(1):
                    raise EOFError(f"{self.array} goes on after its last row")

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], Header]]:
        """The array's stream after its header, and the header: shape, whether it is stored by columns, dtype."""
        with ExitStack() as stack:
            with self._reading():
                archive = stack.enter_context(zipfile.ZipFile(self.path))
                names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
                if self.array not in names:
                    raise StorageError(
                        f"{self.path} holds no array {self.array}; it holds {shortened(', '.join(names) or 'none')}"
                    )
                stream = stack.enter_context(archive.open(f"{self.array}.npy"))
                header = read_header(stream, archive.getinfo(f"{self.array}.npy"))
            yield stream, header

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn an error of the block, which only reads the file, into a StorageError."""
        try:
            yield
        except DAMAGE as error:
            raise not_whole(self.path, "NPZ", error) from error


def _fill(stream: IO[bytes], chunk: np.ndarray) -> None:
    """Read a whole chunk in pieces, because the archive copies everything that one call reads."""
    content = chunk.reshape(-1).view(np.uint8).data
    while content:
        count = stream.readinto(content[:PIECE])  # type: ignore[attr-defined]  # streams of an archive have it
        if not count:
            raise EOFError("it ends before its last row")
        content = content[count:]
