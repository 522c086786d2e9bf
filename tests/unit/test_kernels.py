"""Fused element-wise steps: each body does what the others do, and what the textbook says."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kernel_arguments import DTYPES, arguments, run

from lsalsa.arrays.kernels import STEPS, compiled, kernels_for, portable


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("step", STEPS)
def test_compiled_and_portable_bodies_agree(step, dtype):
    values = arguments(step, dtype)
    expected, found = run(portable, step, values), run(compiled, step, values)
    for name in values:
        assert found[name].dtype == values[name].dtype
        np.testing.assert_allclose(found[name], expected[name], atol=4 * np.finfo(dtype).eps * 4, err_msg=name)


@pytest.mark.parametrize("step", STEPS)
def test_every_body_takes_the_same_arguments(step):
    names = list(inspect.signature(getattr(portable, step)).parameters)
    assert list(inspect.signature(getattr(compiled, step).py_func).parameters) == names


@pytest.mark.parametrize("module", [compiled, portable], ids=["compiled", "portable"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shrinking_is_the_textbook_s_and_exactly_zero_up_to_the_threshold(module, dtype):
    values = arguments("soft_threshold", dtype)
    out = run(module, "soft_threshold", values)["out"]
    z, t = values["values"], values["thresholds"]
    np.testing.assert_allclose(out, np.sign(z) * np.maximum(np.abs(z) - t, 0), atol=1e-6)
    assert np.array_equal(out == 0, np.abs(z) <= t)


@pytest.mark.parametrize("module", [compiled, portable], ids=["compiled", "portable"])
@pytest.mark.parametrize("step", STEPS)
def test_nan_is_never_swallowed(module, step):
    values = arguments(step, np.float64)
    for name, value in values.items():
        if name in ("moved", "x", "values", "gradient", "back"):
            value[2, 3] = np.nan
    outputs = [name for name in values if name in ("out", "x", "mixed", "masked", "x_gradient")]
    found = run(module, step, values)
    assert all(np.isnan(found[name][2, 3]) for name in outputs)


def test_host_arrays_are_worked_on_by_the_compiled_bodies_and_foreign_ones_by_array_operations():
    class Foreign:
        """An array of another module than NumPy's or CuPy's."""

    assert kernels_for(np.zeros(2)) is compiled
    assert kernels_for(Foreign()) is portable


def test_without_a_place_for_compiled_code_everything_works_and_says_so_once():
    """In a container neither the installation nor a home may be writable."""
    code = """
import warnings
from numba.core.caching import CacheImpl
def nowhere(self, function):
    raise RuntimeError("cannot cache function: no locator available")
CacheImpl.__init__ = nowhere
import numpy as np, lsalsa
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    problem = lsalsa.SparseCodingProblem(np.eye(4), 0.1)
    codes = lsalsa.solve(problem, np.ones((2, 4)), iterations=3).codes
    from lsalsa.arrays.compiling import compiled
    compiled(False)(lambda x: x)
texts = [str(each.message) for each in told]
assert np.allclose(codes, 0.9), codes
assert len(texts) == 1 and "NUMBA_CACHE_DIR" in texts[0], texts
"""
    source = str(Path(__file__).resolve().parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": source}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
