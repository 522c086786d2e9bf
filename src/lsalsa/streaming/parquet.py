"""Read the rows of a Parquet file chunk by chunk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.errors import DataError
from lsalsa.storage.files import not_whole
from lsalsa.streaming.rows import Rows, check_dtype

BATCH = 2048  # rows decoded at a time
BUFFER = 2**16  # bytes read at a time from each column


class ParquetRows(Rows):
    """Signals in one column of lists of a fixed size; without a column of that name, every column is a feature."""

    def __init__(self, path: Path, array: str):
        import pyarrow

        self.path = path
        with self._opened() as file:
            schema, facts = file.schema_arrow, file.metadata
        self.n_samples = facts.num_rows
        self._in_lists = array in schema.names
        if self._in_lists:
            kind = schema.field(array).type
            if not pyarrow.types.is_fixed_size_list(kind):
                raise DataError(f"column {array} of {path} must hold lists of a fixed size, found {kind}")
            self._columns, kinds, self.n_features, self.held = [array], [kind.value_type], kind.list_size, 0
        else:
            self._columns, kinds = schema.names, schema.types
            self.n_features = len(kinds)
            # the columns of a row group are read together: all of it is in memory
            groups = [facts.row_group(i).total_byte_size for i in range(facts.num_row_groups)]
            self.held = 5 * max(groups, default=0) // 4 + BUFFER * self.n_features
        self.dtype = self._common(kinds)

    def _common(self, kinds: list[Any]) -> np.dtype:
        """The dtype of all columns; DataError for one that has no numbers or another dtype than the first."""
        if not kinds:
            raise DataError(f"{self.path} has no columns")
        names = {"float": "float32", "double": "float64"}
        found = [names.get(str(kind), str(kind)) for kind in kinds]
        for name, dtype in zip(self._columns, found, strict=True):
            check_dtype(f"column {name} of {self.path}", dtype)
            if dtype != found[0]:
                raise DataError(
                    f"the columns of {self.path} must be of one dtype, found {self._columns[0]} of {found[0]} "
                    f"and {name} of {dtype}"
                )
        return np.dtype(found[0])

    def chunks(self, n_rows: int) -> Iterator[np.ndarray]:
        """All rows in order, `n_rows` at a time, fewer in the last chunk; each chunk overwrites the one before."""
        buffer = np.empty((min(n_rows, self.n_samples), self.n_features), self.dtype)
        filled = 0
        for values in self._batches(min(n_rows, BATCH)):
            while len(values):
                taken, values = values[: n_rows - filled], values[n_rows - filled :]
                buffer[filled : filled + len(taken)] = taken
                filled += len(taken)
                if filled == n_rows:
                    yield buffer
                    filled = 0
        if filled:
            yield buffer[:filled]

    def _batches(self, n_rows: int) -> Iterator[np.ndarray]:
        with self._opened() as file:
            batches = file.iter_batches(n_rows, columns=self._columns)
            while True:
                with self._reading():
                    batch = next(batches, None)
                if batch is None:
                    return
                yield self._values(batch)

    def _values(self, batch: Any) -> np.ndarray:
        """A batch as a matrix; DataError when a value is missing."""
        columns = batch.columns
        values = [column.flatten() for column in columns] if self._in_lists else columns
        if any(part.null_count for part in (*columns, *values)):
            raise DataError(f"{self.path} has rows with missing values; signals need all of them")
        if self._in_lists:
            return values[0].to_numpy().reshape(-1, self.n_features)
        return np.stack([column.to_numpy() for column in values], axis=1)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        from pyarrow.parquet import ParquetFile

        with self._reading():
            file = ParquetFile(self.path, buffer_size=BUFFER, pre_buffer=False)
        with file:
            yield file

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn an error of the block, which only reads the file, into a StorageError."""
        import pyarrow

        try:
            yield
        except (pyarrow.ArrowException, OSError) as error:
            raise not_whole(self.path, "Parquet", error) from error
