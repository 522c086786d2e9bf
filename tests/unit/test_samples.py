"""Problem and samples as a job reads them from their files."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from tasks import make_task

from lsalsa.arrays import Device
from lsalsa.storage import read_arrays, write_arrays
from lsalsa.study.methods.samples import read_codes, read_pairs, read_problem, read_signals

SPLITS = ("training", "validation", "test")


@pytest.fixture
def task():
    return make_task(3)


@pytest.fixture
def job(task, tmp_path):
    """What the functions see of a job: a device, named inputs, and their contents; codes are on file in float32."""
    paths = {name: tmp_path / f"{name}.npz" for name in ("problem", "signals", *SPLITS)}
    write_arrays(paths["problem"], task.problem.to_arrays())
    write_arrays(paths["signals"], {split: getattr(task, split)[0] for split in SPLITS})
    for split in SPLITS:
        codes = sparse.csr_matrix(getattr(task, split)[1].astype(np.float32))
        write_arrays(paths[split], {"codes": codes, "objective": np.ones(3)})
    return SimpleNamespace(device=Device("cpu"), input=paths, read=lambda name: read_arrays(paths[name]))


def test_the_problem_is_the_one_on_file_penalties_and_order_included(job, task):
    problem = read_problem(job)
    assert problem.penalties == (0.1, 0.2, 0.15)
    for found, expected in zip(problem.dictionaries, task.world.dictionaries, strict=True):
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("split", SPLITS)
def test_codes_are_dense_rows_one_after_the_other_in_memory(job, task, split):
    codes = read_codes(job, split)
    assert codes.flags.c_contiguous and codes.dtype == np.float32
    assert np.array_equal(codes, getattr(task, split)[1].astype(np.float32))


@pytest.mark.parametrize("split", SPLITS)
def test_signals_come_in_the_dtype_of_their_codes(job, task, split):
    signals, codes = read_pairs(job, split)
    assert signals.dtype == codes.dtype == np.float32
    assert np.array_equal(signals, getattr(task, split)[0].astype(np.float32))
    assert np.array_equal(read_signals(job, split, np.float64), getattr(task, split)[0])
