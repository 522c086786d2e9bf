"""For all tests, those of the papers included: one thread per library before NumPy loads, whatever the machine has."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import pytest  # noqa: E402


@pytest.fixture
def two_threads():
    """Two worker threads during one test, on any machine."""
    from lsalsa.arrays import set_threads, threads

    before = threads()
    set_threads(2)
    yield
    set_threads(before)
