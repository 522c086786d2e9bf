"""A pass over a tile, recorded once and run again without the interpreter.

The code of a pass (forward, loss, backward) is run once on `Recorded` arrays. Every operation becomes a row of the
`Program`, which `lsalsa.arrays.kernels.program` runs. After an operation that it does not know the code
runs on plain arrays, as it does for arrays on a GPU. Nothing is written twice, and both ways give the same bytes:
whoever records compares the first results, since the two BLAS of NumPy and SciPy could round differently.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import numpy as np

from lsalsa.arrays.blas import numpy_blas
from lsalsa.arrays.recorded import Recorded, RecordedSpace, Unrecordable
from lsalsa.arrays.space import Space

_is_paused: ContextVar[bool] = ContextVar("recording is paused", default=False)


@contextmanager
def nothing_recorded() -> Iterator[None]:
    """A block that records no pass: the first program of a process takes a fifth of a second, and 15 MB that stay."""
    before = _is_paused.set(True)
    try:
        yield
    finally:
        _is_paused.reset(before)


def is_paused() -> bool:
    """Whether no pass shall be recorded now."""
    return _is_paused.get()


# Fused steps that can be recorded, and which of their arguments are numbers.
STEPS_WITH_NUMBERS: dict[str, tuple[int, ...]] = {
    "soft_threshold": (),
    "soft_threshold_sum": (),
    "fista_step": (3,),
    "salsa_step": (4,),
    "salsa_step_taped": (4,),
    "lista_back": (),
    "salsa_back": (2,),
}


class Recorder:
    """Writes operations down.

    Parameters
    ----------
    dtype : dtype
        float32 or float64, of all arrays but masks and signs.
    """

    def __init__(self, dtype: Any):
        from lsalsa.arrays.kernels import program

        self.codes, self.dtype = program, np.dtype(dtype)
        self.rows: list[list[int]] = []
        self.scalars: list[float] = []
        self.kept: list[np.ndarray] = []  # whose addresses the program has
        self.space = RecordedSpace(self, Space(np))
        self.kernels = SimpleNamespace(**{name: self._step(name) for name in STEPS_WITH_NUMBERS})

    def wrap(self, array: np.ndarray) -> Recorded:
        """An array of the caller as one that records."""
        return Recorded(self, array)

    def new(self, shape: tuple[int, ...], dtype: Any = None) -> Recorded:
        """A new array, uninitialised."""
        return Recorded(self, np.empty(shape, dtype or self.dtype))

    def gather(self, rows: np.ndarray, index: np.ndarray) -> Recorded:
        """rows[index], where the index may be another at each run."""
        taken = self.new((len(index), rows.shape[1]))
        self.add(self.codes.GATHER, [taken._values, rows, index], *taken.shape)
        return taken

    def finite(self, array: Recorded) -> int:
        """Write down whether all entries are finite; where among the program's scalars the answer will be, 1 or 0."""
        self.add(self.codes.FINITE, [array._values, array._values], array.size)
        return len(self.rows) - 1

    def program(self) -> "Program":
        """What was recorded."""
        return Program(self)

    def add(self, code: int, arrays: list[np.ndarray], n: int = 1, m: int = 1, k: int = 0, scalar: float = 0.0) -> None:
        """Write an operation down.

        Parameters
        ----------
        code : int
        arrays : list of array
            What it writes and reads, in the order that its code expects.
        n, m, k : int
            Sizes.
        scalar : float
        """
        self.kept += arrays
        addresses = [array.ctypes.data for array in arrays]
        self.rows.append([code, *addresses, *[0] * (7 - len(addresses)), n, m, k])
        self.scalars.append(scalar)

    def entrywise(self, code: int, out: Recorded, *inputs: Recorded, scalar: float = 0.0) -> Recorded:
        """Write an operation on entries at the same places down.

        Parameters
        ----------
        code : int
        out, *inputs : Recorded
            All of one shape.
        scalar : float

        Returns
        -------
        out : Recorded
        """
        masks = {self.codes.NONZERO: (0,), self.codes.MASK: (2,)}.get(code, ())
        for place, array in enumerate((out, *inputs)):
            if array.shape != out.shape or not array._values.flags.c_contiguous:
                raise Unrecordable(f"entries of shapes {out.shape} and {array.shape}")
            if array.dtype != (np.bool_ if place in masks else self.dtype):
                raise Unrecordable(f"entries of {array.dtype}")
        self.add(code, [each._values for each in (out, *inputs)], out.size, 1, scalar=scalar)
        return out

    def product(self, left: Recorded, right: Recorded, out: Recorded | None) -> Recorded:
        """Write a matrix product down.

        Parameters
        ----------
        left, right : Recorded
            Matrices, as they lie or transposed.
        out : Recorded, optional
            A new one by default.

        Returns
        -------
        out : Recorded
        """
        if (left.ndim, right.ndim) != (2, 2):
            raise Unrecordable(f"a product of stacks of shapes {left.shape} and {right.shape}")
        (n, k), (_, m) = left.shape, right.shape
        out = self.new((n, m)) if out is None else out
        codes, straight = self.codes, (left._values.flags.c_contiguous, right._values.flags.c_contiguous)
        if n == 1 and m > 1:
            code = codes.ROW_PRODUCT if straight[1] else codes.ROW_PRODUCT_RIGHT
        elif min(n, m, k) < 2 or not any(straight):
            raise Unrecordable(f"a product of shapes {left.shape} and {right.shape}")
        else:
            code = codes.PRODUCT if all(straight) else codes.PRODUCT_RIGHT if straight[0] else codes.PRODUCT_LEFT
        lying = [each._values if s else each._values.T for each, s in zip((left, right), straight, strict=True)]
        if not all(array.flags.c_contiguous for array in (*lying, out._values)):
            raise Unrecordable("a product of rows that lie apart")
        self.add(code, [out._values, *lying], n, m, k)
        return out

    def _step(self, name: str) -> Callable[..., None]:
        code, places = getattr(self.codes, name.upper()), STEPS_WITH_NUMBERS[name]

        def record(*arguments: Any) -> None:
            numbers = [float(arguments[place]) for place in places]
            arrays = [a._values for place, a in enumerate(arguments) if place not in places]
            shape = arrays[0].shape
            if not all(a.flags.c_contiguous and a.shape in (shape, shape[1:]) for a in arrays):
                raise Unrecordable(f"{name} of shapes {[a.shape for a in arrays]}")
            n, m = shape
            self.add(code, arrays, n, m, scalar=numbers[0] if numbers else 0.0)

        return record


class Program:
    """Operations that can be run again and again, on whatever the memory of their arrays holds then.

    Parameters
    ----------
    recorder : Recorder
    """

    def __init__(self, recorder: Recorder):
        self._run = recorder.codes.run
        self.table = np.array(recorder.rows, np.int64).reshape(-1, recorder.codes.WIDTH)
        self.scalars = np.array(recorder.scalars, recorder.dtype)
        self._kept = recorder.kept
        self.blas = numpy_blas(recorder.dtype.char)

    def __call__(self) -> None:
        """Run all of them on this thread."""
        self._run(self.table, self.scalars, *self.blas)
