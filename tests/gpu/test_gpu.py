"""NumPy and CuPy give the same results. Needs an NVIDIA GPU; the runs themselves are those of `device_runs`."""

import logging

import numpy as np
import pytest
from device_runs import RUNS, TOLERANCE, assert_alike, host_and_device, on_host, placed, scarce_run

from lsalsa import solve, solvers
from lsalsa.arrays import Device


def gpu_is_there():
    try:
        import cupy
    except ImportError:
        return False
    return cupy.cuda.is_available()


pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not gpu_is_there(), reason="CuPy finds no GPU here")]


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


def test_codes_come_out_alike_where_the_memory_asks_for_smaller_tiles(caplog):
    with caplog.at_level(logging.INFO, logger="lsalsa"):
        found, expected = scarce_run(5000)
    assert "does not hold" in caplog.text
    assert_alike(found, expected, 1e-10)
