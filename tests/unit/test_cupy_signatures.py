"""Every call of an array function fits CuPy: by a table everywhere, by CuPy itself where it is installed (no GPU)."""

import ast

import cupy_signatures
import numpy as np
import pytest

from lsalsa.arrays.kernels import STEPS, cuda

CALLS = [found for found in cupy_signatures.calls() if found[1] not in cupy_signatures.MADE_BY_HAND]


def installed_cupy():
    return pytest.importorskip("cupy", reason="CuPy is not installed")


def bind(arguments, call):
    """Bind the call of a source line; what is given does not matter, only that there is a place for it."""
    assert not any(isinstance(value, ast.Starred) for value in call.args), "a starred argument cannot be checked"
    keywords = {keyword.arg: None for keyword in call.keywords}
    cupy_signatures.signature(arguments).bind(*[None] * len(call.args), **keywords)


@pytest.mark.parametrize(("place", "name", "call"), CALLS, ids=[f"{place} {name}" for place, name, _ in CALLS])
def test_a_call_in_the_library_fits_cupy_s_function(place, name, call):
    functions = cupy_signatures.table()["functions"]
    assert name in functions, f"{place}: {cupy_signatures.missing(name)}"
    bind(functions[name], call)


def test_a_function_that_cupy_does_not_have_is_answered_with_what_to_do():
    said = cupy_signatures.missing("nanquantile")
    assert "nanquantile" not in cupy_signatures.table()["functions"]
    assert said.startswith("cupy.nanquantile is not in cupy_signatures.json")
    assert "python tests/cupy_signatures.py" in said


def test_the_table_has_all_that_an_encoder_is_likely_to_use():
    """Not what the library calls today alone: a new encoder shall not need a new table."""
    functions, methods = (set(cupy_signatures.table()[part]) for part in ("functions", "methods"))
    assert {"matmul", "einsum", "tensordot", "repeat", "stack", "roll", "pad", "floor", "log1p", "minimum"} <= functions
    assert {"sum", "copy", "transpose", "swapaxes", "repeat", "min", "cumsum", "sort"} <= methods
    assert "tolist" not in methods  # it would wait for the device without saying so


@pytest.mark.parametrize("source", ["xp.sum(a, where=b)", "xp.clip(a)", "xp.vdot(a, b, c)", "xp.sqrt(a, casting=1)"])
def test_a_call_that_cupy_would_refuse_is_found(source):
    call = ast.parse(source, mode="eval").body
    with pytest.raises(TypeError):
        bind(cupy_signatures.table()["functions"][call.func.attr], call)


def test_every_call_fits_the_cupy_installed_here():
    cupy = installed_cupy()
    for _, name, call in CALLS:
        bind(cupy_signatures.arguments_of(getattr(cupy, name)), call)


def test_the_table_is_what_this_cupy_would_write():
    version, table = installed_cupy().__version__, cupy_signatures.table()
    if version.partition(".")[0] != table["version"].partition(".")[0]:
        pytest.skip(f"the table is of CuPy {table['version']}, not of {version}")
    assert cupy_signatures.written() == {**table, "version": version}


def test_what_is_used_beside_functions_is_there():
    cupy = installed_cupy()
    assert issubclass(cupy.cuda.memory.OutOfMemoryError, MemoryError)
    assert callable(cupy.get_default_memory_pool().free_all_blocks)
    assert callable(cupy.cuda.is_available)
    assert callable(cupy.cuda.Device.synchronize)
    assert cupy.ndarray.__module__.partition(".")[0] == cupy.__name__ == "cupy"
    assert np.isinf(cupy.inf)


@pytest.mark.parametrize("step", STEPS)
def test_cupy_takes_the_kernels(step):
    installed_cupy()
    cuda._kernel.cache_clear()
    assert cuda._kernel(step, "f").name == step


def test_float32_products_are_not_shortened_to_tf32_unless_asked_for():
    installed_cupy()
    from cupy._core import _routines_linalg

    assert _routines_linalg.get_compute_type(np.dtype(np.float32)) != _routines_linalg.COMPUTE_TYPE_TF32
