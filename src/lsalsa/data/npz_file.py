"""Arrays of a user's NPZ file, as `numpy.savez` writes it: it needs no completion mark, and nothing is unpickled."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lsalsa.data.archive import check_member
from lsalsa.errors import StorageError


def read_plain_arrays(path: Path, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Those of the named arrays that the file holds.

    Raises
    ------
    StorageError
        When the file is missing, or is not an NPZ file of plain arrays.
    DataError
        When a member would unpack to far more than it is.
    """
    if not path.is_file():
        raise StorageError(f"{path} does not exist")
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                check_member(path, member)
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names if name in arrays}
    except (OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise StorageError(f"{path} is not an NPZ file of plain arrays: {error}") from error
