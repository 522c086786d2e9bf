"""Arrays whose operations are written down instead of done: what a pass is run on while `programs` records it.

They have shapes and memory, but show no values, so what is recorded cannot depend on values. An operation that no
program knows is refused with `Unrecordable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from lsalsa.arrays.space import Space

if TYPE_CHECKING:
    from lsalsa.arrays.programs import Program, Recorder


class Unrecordable(TypeError):
    """A pass does something that no program can."""


class RecordedSpace:
    """A `Space` that lends recorded arrays."""

    def __init__(self, recorder: Recorder, space: Space):
        self._recorder, self._space = recorder, space

    def __call__(self, name: str, shape: tuple[int, ...], dtype: Any) -> Recorded:
        """See `Space`."""
        return Recorded(self._recorder, self._space(name, shape, dtype))

    def section(self, name: str) -> RecordedSpace:
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

    def __getitem__(self, key: Any) -> Recorded:
        return self._view(self._values[key])

    def reshape(self, *shape: int) -> Recorded:
        """The same memory in another shape."""
        return self._view(self._values.reshape(*shape))

    def _view(self, values: Any) -> Recorded:
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

    def __rmul__(self, factor: float) -> Later:
        self.then.append(lambda value: factor * value)
        return self

    def __truediv__(self, divisor: float) -> Later:
        self.then.append(lambda value: value / divisor)
        return self

    def __float__(self) -> float:
        raise Unrecordable("a number that is needed before the program runs")

    def __add__(self, other: Any) -> Later:
        raise Unrecordable("a sum of numbers out of values")

    __radd__ = __add__

    def value(self, program: Program) -> float:
        """The number of the program's last run."""
        value = float(program.scalars[self.place])
        for step in self.then:
            value = step(value)
        return value


def as_float(value: Any) -> Any:
    """A number out of an array without axes, of the device or the host: float, or `Later` while a pass is recorded."""
    return value if isinstance(value, Later) else float(value)
