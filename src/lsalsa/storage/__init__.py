"""Files of results: NPZ for arrays, Parquet for rows, and text.

Every file is written under a temporary name in its own folder, flushed and renamed, so that it is complete or absent.
NPZ and Parquet files end with a completion mark; the readers refuse a file without it. Nothing is pickled.
"""

from lsalsa.storage.files import atomic, remove_left_overs, write_text
from lsalsa.storage.npz import read_arrays, read_metadata, write_arrays
from lsalsa.storage.parquet import read_row_metadata, read_rows, write_rows
from lsalsa.storage.room import check_writable, free_bytes
from lsalsa.storage.state import Saver, State, StateFile

__all__ = [
    "Saver",
    "State",
    "StateFile",
    "atomic",
    "check_writable",
    "free_bytes",
    "read_arrays",
    "read_metadata",
    "read_row_metadata",
    "read_rows",
    "remove_left_overs",
    "write_arrays",
    "write_rows",
    "write_text",
]
