"""A pass over a tile, recorded once and run again without the interpreter.

The code of a pass (forward, loss, backward) is run once on `Recorded` arrays. They have shapes and memory, but show no
values, so what is recorded cannot depend on values. Every operation becomes a row of the `Program`, which
`lsalsa.arrays.kernels.program` runs. An operation that it does not know is refused with `Unrecordable`; then the code
runs on plain arrays, as it does for arrays on a GPU. Nothing is written twice, and both ways give the same bytes:
whoever records compares the first results, since the two BLAS of NumPy and SciPy could round differently.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from lsalsa.arrays.blas import numpy_blas
from lsalsa.arrays.tiles import Space

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


class Unrecordable(TypeError):
    """A pass does something that no program can."""


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

    def wrap(self, array: np.ndarray) -> "Recorded":
        """An array of the caller as one that records."""
        return Recorded(self, array)

    def new(self, shape: tuple[int, ...], dtype: Any = None) -> "Recorded":
        """A new array, uninitialised."""
        return Recorded(self, np.empty(shape, dtype or self.dtype))

    def gather(self, rows: np.ndarray, index: np.ndarray) -> "Recorded":
        """rows[index], where the index may be another at each run."""
        taken = self.new((len(index), rows.shape[1]))
        self.add(self.codes.GATHER, [taken._values, rows, index], *taken.shape)
        return taken

    def finite(self, array: "Recorded") -> int:
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

    def entrywise(self, code: int, out: "Recorded", *inputs: "Recorded", scalar: float = 0.0) -> "Recorded":
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

    def product(self, left: "Recorded", right: "Recorded", out: "Recorded | None") -> "Recorded":
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


class RecordedSpace:
    """A `Space` that lends recorded arrays."""

    def __init__(self, recorder: Recorder, space: Space):
        self._recorder, self._space = recorder, space

    def __call__(self, name: str, shape: tuple[int, ...], dtype: Any) -> "Recorded":
        """See `Space`."""
        return Recorded(self._recorder, self._space(name, shape, dtype))

    def section(self, name: str) -> "RecordedSpace":
        """See `Space.section`."""
        return RecordedSpace(self._recorder, self._space.section(name))


class Recorded(NDArrayOperatorsMixin):
    """An array whose operations are written down instead of done.

    Parameters
    ----------
    recorder : Recorder
    values : array
        Its memory.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, recorder: Recorder, values: np.ndarray):
        self._recorder, self._values = recorder, values

    shape = property(lambda self: self._values.shape)
    ndim = property(lambda self: self._values.ndim)
    size = property(lambda self: self._values.size)
    dtype = property(lambda self: self._values.dtype)
    T = property(lambda self: Recorded(self._recorder, self._values.T))
    kernels = property(lambda self: self._recorder.kernels)

    def __bool__(self) -> bool:
        raise Unrecordable("a decision by values")

    def __float__(self) -> float:
        raise Unrecordable("a number out of values")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise Unrecordable("values as an array")

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, key: Any) -> "Recorded":
        return self._view(self._values[key])

    def reshape(self, *shape: int) -> "Recorded":
        """The same memory in another shape."""
        return self._view(self._values.reshape(*shape))

    def _view(self, values: Any) -> "Recorded":
        if not (isinstance(values, np.ndarray) and np.may_share_memory(values, self._values)):
            raise Unrecordable("entries picked by an index")
        return Recorded(self._recorder, values)

    def __setitem__(self, key: Any, value: Any) -> None:
        target = self[key]
        if not isinstance(value, Recorded):
            target.fill(value)
        elif value._values.ctypes.data != target._values.ctypes.data:  # an in-place operation assigns what it returns
            self._recorder.entrywise(self._recorder.codes.COPY, target, value)

    def fill(self, value: float) -> None:
        """All entries the same."""
        self._recorder.entrywise(self._recorder.codes.FILL, self, scalar=float(value))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if method != "__call__" or options:
            raise Unrecordable(f"{ufunc.__name__}.{method} with {', '.join(options)}")
        return _operation(self._recorder, ufunc, inputs, None if out is None else out[0])

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        if function is np.zeros_like and not options:
            zeros = self._recorder.new(self.shape, self.dtype)
            zeros.fill(0)
            return zeros
        if function is np.vdot and all(isinstance(each, Recorded) for each in arguments):
            return Later(self._recorder, *arguments)
        raise Unrecordable(f"{function.__name__} of recorded arrays")


def _operation(recorder: Recorder, ufunc: Any, inputs: tuple[Any, ...], out: Recorded | None) -> Recorded:
    codes, arrays = recorder.codes, [each for each in inputs if isinstance(each, Recorded)]
    if ufunc is np.matmul and len(arrays) == 2:
        return recorder.product(arrays[0], arrays[1], out)
    if ufunc is np.not_equal and len(arrays) == 1 and inputs[1] is not arrays[0] and inputs[1] == 0:
        return recorder.entrywise(codes.NONZERO, recorder.new(arrays[0].shape, bool), arrays[0])
    out = recorder.new(arrays[0].shape) if out is None else out
    if ufunc is np.multiply and len(arrays) == 1 and _is_number(inputs[1], recorder.dtype):
        return recorder.entrywise(codes.SCALE, out, arrays[0], scalar=float(inputs[1]))
    if ufunc is np.multiply and len(arrays) == 2 and arrays[1].dtype == np.bool_:
        return recorder.entrywise(codes.MASK, out, *arrays)
    known = {np.add: codes.ADD, np.subtract: codes.SUBTRACT, np.multiply: codes.MULTIPLY}
    if ufunc not in known or len(arrays) != 2:
        raise Unrecordable(f"{ufunc.__name__} of {len(arrays)} recorded arrays")
    return recorder.entrywise(known[ufunc], out, *arrays)


def _is_number(value: Any, dtype: np.dtype) -> bool:
    """Whether NumPy computes with the number in the arrays' dtype: float64 numbers of its own make float64 arrays."""
    return type(value) in (int, float) or (isinstance(value, np.floating) and value.dtype == dtype)


class Later:
    """A number that a program will compute: the scalar product of two arrays, times a factor.

    Parameters
    ----------
    recorder : Recorder
    left, right : Recorded
    """

    def __init__(self, recorder: Recorder, left: Recorded, right: Recorded):
        self.place, self.then = len(recorder.rows), [lambda value: value]
        recorder.add(recorder.codes.DOT, [left._values, left._values, right._values], left.size, 1)

    def __rmul__(self, factor: float) -> "Later":
        self.then.append(lambda value: factor * value)
        return self

    def __truediv__(self, divisor: float) -> "Later":
        self.then.append(lambda value: value / divisor)
        return self

    def __float__(self) -> float:
        raise Unrecordable("a number that is needed before the program runs")

    def __add__(self, other: Any) -> "Later":
        raise Unrecordable("a sum of numbers out of values")

    __radd__ = __add__

    def value(self, program: "Program") -> float:
        """The number of the program's last run."""
        value = float(program.scalars[self.place])
        for step in self.then:
            value = step(value)
        return value


def as_float(value: Any) -> Any:
    """A number out of an array without axes, of the device or the host: float, or `Later` while a pass is recorded."""
    return value if isinstance(value, Later) else float(value)


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
