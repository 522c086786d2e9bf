"""Rows and their metadata in one Parquet file, which pandas and other readers open too."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.errors import DataError
from lsalsa.storage.files import MARK, atomic, check_exists, check_mark, not_whole, to_json

MARK_KEY, METADATA_KEY = b"lsalsa.complete", b"lsalsa.metadata"  # in the footer, which is written last


def write_rows(path: str | Path, rows: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any] | None = None) -> None:
    """Write rows to a Parquet file.

    Parameters
    ----------
    path : str or Path
        Complete afterwards, or absent.
    rows : sequence of mappings
        The columns are the union of their keys in the order of first appearance; a missing key becomes null.
    metadata : mapping, optional
        Values that JSON can hold, and NumPy scalars.

    Raises
    ------
    DataError
        When a column mixes types, naming the column and the types (whole numbers and fractions together become
        fractions), or the metadata cannot be written as JSON.
    StorageError
        When the file cannot be written.
    """
    import pyarrow
    import pyarrow.parquet

    names = list(dict.fromkeys(key for row in rows for key in row))
    table = pyarrow.table({name: _column(path, name, [row.get(name) for row in rows]) for name in names})
    table = table.replace_schema_metadata({METADATA_KEY: to_json(path, metadata), MARK_KEY: MARK})
    with atomic(path, table.nbytes) as temporary:
        pyarrow.parquet.write_table(table, temporary)


def read_rows(path: str | Path) -> list[dict[str, Any]]:
    """Read the rows of a file that `write_rows` wrote; every row has all columns, None where a value is missing.

    Raises
    ------
    StorageError
        When the file is missing, truncated, or not of this library.
    """
    return _read(Path(path)).to_pylist()


def read_row_metadata(path: str | Path) -> dict[str, Any]:
    """Read the metadata of a file that `write_rows` wrote; {} when there are none.

    Raises
    ------
    StorageError
        When the file is missing, truncated, or not of this library.
    """
    return json.loads(_read(Path(path), columns=[]).schema.metadata[METADATA_KEY])


def _column(path: str | Path, name: str, values: list[Any]) -> Any:
    import pyarrow

    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowException, OverflowError) as error:
        kinds = sorted({type(value).__name__ for value in values if value is not None})
        raise DataError(f"column {name} of {path} cannot hold {' beside '.join(kinds)}: {error}") from error


def _read(path: Path, columns: list[str] | None = None) -> Any:
    import pyarrow
    import pyarrow.parquet

    check_exists(path)
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            table = file.read(columns=columns)
    except (pyarrow.ArrowException, OSError) as error:
        raise not_whole(path, "Parquet", error) from error
    check_mark(path, (table.schema.metadata or {}).get(MARK_KEY))
    return table
