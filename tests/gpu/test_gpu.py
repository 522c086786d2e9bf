"""NumPy and CuPy give the same results. Needs an NVIDIA GPU; the runs themselves are those of `device_runs`."""

import logging

import numpy as np
import pytest
from device_runs import RUNS, assert_alike, host_and_device, on_host, placed

from lsalsa import solve, solvers
from lsalsa.arrays import Device

TOLERANCE = {np.float32: 1e-4, np.float64: 1e-10}
"""Of the largest entry of a result: sums in another order, over a few dozen iterations."""


def gpu_is_there():
    try:
        import cupy
    except ImportError:
        return False
    return cupy.cuda.is_available()


pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not gpu_is_there(), reason="CuPy finds no GPU here")]


@pytest.fixture
def little_memory():
    """Limits CuPy's memory to what is in use and a number of bytes more."""
    import cupy

    pool = cupy.get_default_memory_pool()
    before = pool.get_limit()

    def limit(more):
        pool.free_all_blocks()
        pool.set_limit(size=pool.used_bytes() + more)

    yield limit
    pool.set_limit(size=before)


@pytest.mark.parametrize("dtype", list(TOLERANCE))
@pytest.mark.parametrize("name", list(RUNS))
def test_the_gpu_gives_the_results_of_the_cpu(name, dtype):
    expected, found = host_and_device(RUNS[name], dtype)
    assert_alike(found, expected, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", list(TOLERANCE))
@pytest.mark.parametrize("method", solvers.available())
def test_many_blocks_of_threads_give_the_codes_of_the_cpu(method, dtype):
    codes = {}
    for name in ("cpu", "gpu"):
        problem, signals = placed(Device(name), dtype)
        many = Device(name).put(np.tile(on_host({"signals": signals})["signals"], (500, 1)))
        codes[name] = on_host({"codes": solve(problem, many, method, 20).codes})
    assert_alike(codes["gpu"], codes["cpu"], TOLERANCE[dtype])


def test_float32_products_have_the_precision_of_float32():
    """TF32 would keep 10 bits of each factor: an error of about 1e-3."""
    import cupy

    a, b = (np.random.default_rng(seed).standard_normal((512, 512)) for seed in (0, 1))
    product = (cupy.asarray(a, dtype=np.float32) @ cupy.asarray(b, dtype=np.float32)).get()
    exact = a.astype(np.float32).astype(np.float64) @ b.astype(np.float32).astype(np.float64)
    assert np.abs(product - exact).max() < 1e-5 * np.abs(exact).max()


def test_codes_come_out_alike_where_the_memory_asks_for_smaller_tiles(little_memory, caplog):
    import cupy

    problem, signals = placed(Device("gpu"), np.float64)
    many = cupy.tile(signals, (5000, 1))
    expected = solve(problem, many, "salsa", 5).codes.get()
    little_memory(expected.nbytes + 2 * expected.nbytes)  # the codes, and half of SALSA's four buffers
    with caplog.at_level(logging.INFO, logger="lsalsa"):
        found = solve(problem, many, "salsa", 5).codes
    assert "does not hold" in caplog.text
    assert_alike({"codes": found.get()}, {"codes": expected}, 1e-10)
