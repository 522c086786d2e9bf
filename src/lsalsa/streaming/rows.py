"""What all readers of signals have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.errors import DataError, shortened


class Rows(ABC):
    """Signals in a file, read in order, chunk by chunk.

    Attributes
    ----------
    path : Path
    n_samples, n_features : int
    dtype : dtype
        float32 or float64.
    held : int
        Bytes of memory that the reader needs beside the chunk; 0 when they are few.
    """

    path: Path
    n_samples: int
    n_features: int
    dtype: np.dtype
    held: int

    @abstractmethod
    def chunks(self, n_rows: int) -> Iterator[np.ndarray]:
        """All rows in order, `n_rows` at a time, fewer in the last chunk; each chunk overwrites the one before."""


def check_dtype(name: str, found: Any) -> None:
    """Raise DataError when signals are neither float32 nor float64."""
    if str(found) not in ("float32", "float64"):
        raise DataError(f"{name} must be float32 or float64, found {shortened(found, 60)}")
