"""A stand-in for CuPy on machines without a GPU: NumPy inside, as strict as CuPy outside.

It has the functions, methods and arguments of `cupy_signatures.json` and no others, never turns an array into a NumPy
array by itself, refuses NumPy arrays beside its own, gives 0-d arrays for sums, and hands kernels raw memory: what a
kernel gets must have the type, layout and size that its source reads. Kernels are run by their portable bodies.
It shows where host and device are mixed up; it shows nothing of a GPU's arithmetic, speed or memory.
"""

import math
import re
import sys
import weakref
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import numpy as np
from cupy_signatures import missing, signature, table

from lsalsa.arrays.kernels import cuda, portable
from lsalsa.arrays.kernels.ensemble import FOR_EACH

ATTRIBUTES = ("dtype", "itemsize", "ndim", "shape", "size", "strides")
OPERATORS = ["add", "sub", "mul", "truediv", "pow", "matmul", "and", "or", "xor", "mod", "floordiv"]
COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]
DTYPES = {"signed char": np.dtype(np.int8), "long long": np.dtype(np.int64), "int": np.dtype(np.int32)}


class ndarray:  # noqa: N801  the name in CuPy
    """An array on a device that is not there."""

    __array_ufunc__ = None  # NumPy leaves operators with its scalars to this class
    __hash__ = None

    def __init__(self, values):
        self._values = np.asarray(values)

    def __array__(self, *args, **kwargs):
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`")

    def __array_function__(self, function, *args):
        raise TypeError(f"numpy.{function.__name__} was called for an array of the device")

    def __getattr__(self, name):
        if name in ATTRIBUTES:
            return getattr(self._values, name)
        if name not in table()["methods"]:
            raise AttributeError(f"{name} is not among the methods of cupy_signatures.json; use those or functions")
        return _checked(table()["methods"][name], getattr(self._values, name))

    @property
    def T(self):  # noqa: N802  the name in CuPy
        return ndarray(self._values.T)

    @property
    def device(self):
        return SimpleNamespace(synchronize=lambda: None)

    def get(self):
        return self._values.copy()

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        return (ndarray(value) for value in self._values)

    def __getitem__(self, index):
        return ndarray(self._values[_index(index)])

    def __setitem__(self, index, value):
        self._values[_index(index)] = inside(value)

    def __bool__(self):
        return bool(self._values)

    def __float__(self):
        return float(self._values)

    def __int__(self):
        return int(self._values)

    def __neg__(self):
        return ndarray(-self._values)

    def __invert__(self):
        return ndarray(~self._values)


def _operator(name):
    def apply(self, other):
        result = getattr(self._values, name)(inside(other))
        return result if result is NotImplemented else ndarray(result)

    return apply


def _operator_in_place(name):
    def apply(self, other):
        getattr(self._values, name)(inside(other))
        return self

    return apply


for _name in OPERATORS:
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
    setattr(ndarray, f"__r{_name}__", _operator(f"__r{_name}__"))
    setattr(ndarray, f"__i{_name}__", _operator_in_place(f"__i{_name}__"))
for _name in COMPARISONS:
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
ndarray.__module__ = "cupy"


def inside(value):
    """What NumPy is to work with; an array of NumPy's own is refused, as CuPy does."""
    if isinstance(value, ndarray):
        return value._values
    if isinstance(value, np.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    if isinstance(value, list | tuple):
        return type(value)(inside(item) for item in value)
    return value


def outside(result):
    """The result of NumPy as an array of the device, a single number included; each of several results likewise."""
    if type(result) is tuple:
        return tuple(map(outside, result))
    return ndarray(result) if isinstance(result, np.ndarray | np.generic) else result


def _index(index):
    """CuPy copies NumPy arrays to the device where they are indices, and only there."""
    return tuple(map(_index, index)) if isinstance(index, tuple) else getattr(index, "_values", index)


def _checked(arguments, function):
    """The function, refusing what CuPy's would not take."""
    known = signature(arguments)

    def call(*args, **kwargs):
        known.bind(*args, **kwargs)
        result = function(*map(inside, args), **{name: inside(value) for name, value in kwargs.items()})
        return kwargs.get("out") if kwargs.get("out") is not None else outside(result)

    return call


class RawKernel:
    """A kernel that refuses what its source would misread, and otherwise does what the portable body does."""

    def __init__(self, code, name, options=()):
        self.name = name
        self.type = np.dtype({"float": np.float32, "double": np.float64}[re.search(r"typedef (\w+) T;", code)[1]])
        self.parameters = re.search(rf"{name}\((.*?)\) {{", code, re.DOTALL)[1].split(", ")

    def __call__(self, grid, block, args):
        step, each, _ = self.name.partition("_each")
        *given, size, n_atoms = args[:-1] if each else args
        n_encoders = (size // (n_atoms * args[-1]),) if each else ()
        assert len(args) == len(self.parameters)
        assert grid[0] * block[0] >= size > (grid[0] - 1) * block[0]
        for parameter, value in zip(self.parameters, args, strict=True):
            self._check(parameter, value, size, n_atoms, n_encoders)
        getattr(FOR_EACH if each else portable, step)(*map(inside, given))

    def _check(self, parameter, value, size, n_atoms, n_encoders):
        kind, pointer, name = re.fullmatch(r"(?:const )?([a-zA-Z ]+?)(\*?) (\w+)", parameter).groups()
        expected = {**DTYPES, "T": self.type}[kind]
        assert value.dtype == expected, f"{self.name}: {name} is {value.dtype}, not {expected}"
        if pointer:
            assert isinstance(value, ndarray), f"{self.name}: {name} is no array of the device"
            assert value._values.flags.c_contiguous, f"{self.name}: {name} is not contiguous"
            wanted = {"thresholds": (*n_encoders, n_atoms), "mus": n_encoders, "weights": n_encoders}.get(
                name, (*n_encoders, size // n_atoms // math.prod(n_encoders), n_atoms)
            )
            assert value.shape == wanted, f"{self.name}: {name} has shape {value.shape}, not {wanted}"
        else:
            assert isinstance(value, np.generic), f"{self.name}: {name} is no number of a fixed size"


class OutOfMemoryError(MemoryError):
    """What CuPy raises where the device has no memory left."""


class Pool:
    """The memory of the device: counts what `empty` and `empty_like` hand out, and refuses more than its limit."""

    def __init__(self, made):
        self._made, self._used, self._limit = made, 0, 0

    def free_all_blocks(self):
        self._made.freed += 1

    def get_limit(self):
        return self._limit

    def set_limit(self, size):
        self._limit = size

    def used_bytes(self):
        return self._used

    def counted(self, function):
        """The function, whose arrays count as long as any view of them lives."""

        def allocate(*args, **kwargs):
            array = function(*args, **kwargs)
            values = array._values
            if self._limit and self._used + values.nbytes > self._limit:
                raise OutOfMemoryError(f"Out of memory allocating {values.nbytes} bytes")
            self._add(values.nbytes)
            weakref.finalize(values, self._add, -values.nbytes)
            return array

        return allocate

    def _add(self, count):
        self._used += count


def asarray(a, dtype=None):
    """The one way from the host to the device."""
    return ndarray(np.array(inside(a) if not isinstance(a, np.ndarray) else a, dtype=dtype))


def as_strided(x, shape=None, strides=None):
    """A view; the one function below `cupy.lib` that the library uses."""
    return ndarray(np.lib.stride_tricks.as_strided(inside(x), shape, strides))


def module():
    """A new module that calls itself cupy; `freed` counts how often the memory pool was asked to give memory back."""
    made = ModuleType("cupy")
    for name, arguments in table()["functions"].items():
        if hasattr(np, name):
            setattr(made, name, _checked(arguments, getattr(np, name)))
    made.lib = SimpleNamespace(stride_tricks=SimpleNamespace(as_strided=as_strided))
    made.asarray, made.RawKernel, made.ndarray, made.inf, made.freed = asarray, RawKernel, ndarray, np.inf, 0
    pool = Pool(made)
    made.get_default_memory_pool = lambda: pool
    made.empty, made.empty_like = pool.counted(made.empty), pool.counted(made.empty_like)

    def refuse(name):
        raise AttributeError(missing(name))

    made.__getattr__ = refuse
    made.cuda = SimpleNamespace(is_available=lambda: True, memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError))
    return made


@contextmanager
def installed(monkeypatch):
    """The stand-in under the name `cupy`; kernels made for it are forgotten with it."""
    made = module()
    monkeypatch.setitem(sys.modules, "cupy", made)
    cuda._kernel.cache_clear()
    yield made
    cuda._kernel.cache_clear()
