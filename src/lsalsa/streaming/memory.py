"""How many rows of a file fit into the memory limit."""

import re
from typing import Any

from lsalsa.arrays import check_count
from lsalsa.errors import ConfigError

RESERVED = 360 * 10**6
"""Bytes for Python, its libraries and the buffers of the readers. Some 180 MB of this are pages of library files, as
many as the system maps; the rest is memory of the process, about 150 MB with the compiled exact solver."""

STEP = 512
"""A chunk has a multiple of this many rows, so that its tiles are of nearly the same size."""

UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def to_bytes(limit: int | str) -> int:
    """A limit as a number of bytes: 500_000_000, "500MB", "2GB", "1.5 GiB".

    Raises
    ------
    ConfigError
        When it is neither a positive number of bytes nor a number with a unit.
    """
    if not isinstance(limit, str):
        return check_count("memory_limit", limit)
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", limit)
    if found is None or found[2].lower() not in UNITS or not float(found[1]):
        raise ConfigError(f"memory_limit must be bytes or a size like '500MB', '2GB' or '1.5GiB', found {limit!r}")
    return int(float(found[1]) * UNITS[found[2].lower()])


def chunk_rows(limit: int | str, n_features: int, n_atoms: int, dtype: Any, held: int = 0) -> int:
    """Number of rows of a chunk with which a process that only encodes stays within the limit.

    The libraries and the reader take their part. Half of the rest is for the chunk: its signals, its codes, and the
    non-zeros of the codes with their columns. The other half is for the computation of the codes.

    Parameters
    ----------
    limit : int or str
        As for `to_bytes`.
    n_features, n_atoms : int
    dtype : dtype
        Of signals and codes.
    held : int
        Bytes that the reader of the signals needs for chunks of any size.

    Returns
    -------
    rows : int
        A multiple of `STEP`.

    Raises
    ------
    ConfigError
        When less than `STEP` rows fit, naming the smallest limit.
    """
    allowed, fixed = to_bytes(limit), RESERVED + held
    each = n_features * dtype.itemsize + n_atoms * (2 * dtype.itemsize + 5) + 64
    rows = (allowed - fixed) // (2 * each) // STEP * STEP
    if rows < STEP:
        least = -(-(fixed + 2 * each * STEP) // 10**6)
        reader = f" ({held // 10**6}MB of it to read the file)" if held else ""
        raise ConfigError(
            f"memory_limit must be at least {least}MB{reader} for signals of length {n_features} and codes of length "
            f"{n_atoms}, found {limit}"
        )
    return rows
