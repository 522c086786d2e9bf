"""Encode signals that do not fit into memory, from file to file, chunk by chunk."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.arrays.checks import check_finite, plain
from lsalsa.arrays.programs import nothing_recorded
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError
from lsalsa.storage.csr import CsrRows, csr_written
from lsalsa.storage.files import check_exists
from lsalsa.streaming.memory import chunk_rows, to_bytes
from lsalsa.streaming.rows import Rows

__all__ = ["chunk_rows", "encode_file", "open_rows", "to_bytes"]


def encode_file(
    source: str | Path,
    target: str | Path,
    encode: Callable[[Any], Any],
    *,
    array: str = "signals",
    memory_limit: int | str = "1GB",
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Encode all signals of a file, chunk by chunk, and write the codes to a file.

    Parameters
    ----------
    source : str or Path
        Signals, float32 or float64, one per row. Either an NPZ file, compressed or not, with `array`, (n_samples,
        n_features). Or a Parquet file whose column `array` holds lists of n_features numbers (a list type of fixed
        size); without such a column, every column is a feature, in their order.
    target : str or Path
        NPZ file to write, with the suffix .npz; complete afterwards, or absent. Its array `codes` is sparse,
        (n_samples, n_atoms): `lsalsa.storage.read_arrays` returns it as a scipy CSR.
    encode : callable
        Returns the codes (n, n_atoms) of signals (n, n_features), which it must not keep: an encoder's `encode`,
        or a function around `solve` or `optimal_codes`. It is called with the first signal first, to see the length of
        a code.
    array : str
        Name of the signals in the source.
    memory_limit : int or str
        Memory of the whole process without the caller's own arrays, in bytes or as "500MB" or "2GB". It sets the size
        of the chunks, which have at least 512 rows.
    metadata : mapping, optional
        Values that JSON can hold, written beside the codes.

    Raises
    ------
    ConfigError
        When the memory limit is too small, naming the smallest possible, or the target is no NPZ file or the source
        itself.
    StorageError
        When a file is missing, damaged or cannot be written.
    ShapeError, DataError
        When the signals are no matrix of floating-point numbers, the encoder refuses them, or its codes are no finite
        numbers (a solver that diverged, say); the message has the rows of the file.

    Notes
    -----
    The chunks depend on the limit, so the codes agree to rounding with those of all signals in one call. They are the
    same to the byte when the tiles are equal, that is, when `tile_rows` divides 512 and the number of samples.
    """
    source, target = Path(source), Path(target)
    _check_target(source, target)
    rows = open_rows(source, array)
    count, first = _chunk_rows_for(rows, encode, memory_limit)
    stored = csr_written(target, "codes", first.shape[1], first.dtype, metadata)
    with nothing_recorded(), stored as codes:  # the limit is that of the process
        for chunk in rows.chunks(count):
            codes.append(_encoded(rows, chunk, codes, encode))


def open_rows(source: str | Path, array: str = "signals") -> Rows:
    """Open the signals of an NPZ or Parquet file to read them in chunks; layouts and errors as in `encode_file`."""
    source = Path(source)
    check_exists(source)
    if source.suffix == ".npz":
        from lsalsa.streaming.npz import NpzRows

        return NpzRows(source, array)
    if source.suffix == ".parquet":
        from lsalsa.streaming.parquet import ParquetRows

        return ParquetRows(source, array)
    raise ConfigError(f"signals are read from .npz or .parquet files, found {source}")


def _check_target(source: Path, target: Path) -> None:
    if target.suffix != ".npz":
        raise ConfigError(f"codes are written to an .npz file, found {target}")
    if target.resolve() == source.resolve():
        raise ConfigError(f"{target} is the file of the signals; give the codes a file of their own")


def _chunk_rows_for(rows: Rows, encode: Callable[[Any], Any], limit: int | str) -> tuple[int, np.ndarray]:
    """Rows of a chunk, and codes that show the length and dtype of all: those of the first signal of the file.

    A file without signals has none to show; then a signal of zeros does.
    """
    signals = np.zeros((1, rows.n_features), rows.dtype)
    if rows.n_samples:
        signals[...] = next(rows.chunks(1))
    with _rows_named(rows, 0, 1):
        codes = _checked_codes(encode(signals))
        if len(codes) != 1:
            raise ShapeError(f"encode must give a row per signal, found shape {codes.shape} for one signal")
    return chunk_rows(limit, rows.n_features, codes.shape[1], max(rows.dtype, codes.dtype), rows.held), codes


def _checked_codes(codes: Any) -> np.ndarray:
    """Codes on the host, if they are a finite matrix of numbers."""
    codes = np.asarray(codes) if isinstance(codes, list | tuple) else to_host(plain("result of encode", codes))
    if codes.ndim != 2:
        raise ShapeError(f"encode must give a matrix with a row per signal, found shape {codes.shape}")
    if codes.dtype.kind not in "fciub":
        raise DataError(f"encode must give numbers, found {codes.dtype}")
    if codes.dtype.kind in "fc":
        check_finite("result of encode", codes)
    return codes


@contextmanager
def _rows_named(rows: Rows, first: int, count: int) -> Iterator[None]:
    """An error of the block, which works with some rows of a file, names them."""
    try:
        yield
    except LsalsaError as error:
        raise type(error)(f"rows {first} to {first + count - 1} of {rows.path}: {error}") from error


def _encoded(rows: Rows, chunk: np.ndarray, before: CsrRows, encode: Callable[[Any], Any]) -> np.ndarray:
    """Codes of a chunk, checked to have the length and dtype of those before; an error names the rows of the file."""
    with _rows_named(rows, before.n_rows, len(chunk)):
        codes = _checked_codes(encode(chunk))
        expected, found = (len(chunk), before.n_columns, before.dtype), (*codes.shape, codes.dtype)
        if found != expected:
            raise ShapeError(f"encode must give codes of shape and dtype {_spelled(expected)}, found {_spelled(found)}")
    return codes


def _spelled(kind: tuple[Any, ...]) -> str:
    return f"{kind[:-1]} {kind[-1]}"
