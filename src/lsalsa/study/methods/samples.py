"""Read the problem and the samples of a task from their files onto the device of a job."""

from __future__ import annotations

from typing import Any

import numpy as np

from lsalsa.problem import SparseCodingProblem
from lsalsa.storage import read_arrays
from lsalsa.study.jobs.job import Job


def read_problem(job: Job) -> SparseCodingProblem:
    """Read the problem from the input `problem`."""
    arrays = job.read("problem")
    on_device = {name: job.device.put(array) for name, array in arrays.items() if name.startswith("dictionary")}
    return SparseCodingProblem.from_arrays(arrays | on_device)


def read_signals(job: Job, split: str, dtype: Any) -> Any:
    """Read signals from the input `signals`.

    Parameters
    ----------
    job : Job
    split : {"train", "validation", "labelled", "test"}
    dtype : dtype

    Returns
    -------
    signals : array, (n_samples, n_features)
        On the job's device.
    """
    return job.device.put(read_arrays(job.input["signals"], [split])[split].astype(dtype, copy=False))


def read_codes(job: Job, split: str) -> Any:
    """Read the optimal codes of a split, (n_samples, n_atoms), dense, from the input of the split's name."""
    return job.device.put(np.ascontiguousarray(read_arrays(job.input[split], ["codes"])["codes"].toarray()))


def read_pairs(job: Job, split: str) -> tuple[Any, Any]:
    """Read the signals of a split and their optimal codes."""
    codes = read_codes(job, split)
    return read_signals(job, split, codes.dtype), codes


def read_true_sources(job: Job) -> list[np.ndarray]:
    """Read the true sources of the test split, one (n_samples, n_features) each, from `signals` and `patches`.

    There are none where the mixtures are given: the input `patches` is empty.
    """
    patches = [read_arrays(path, ["test"])["test"] for path in job.input["patches"]]
    names = [f"test_index_{i}" for i in range(len(patches))]
    indices = read_arrays(job.input["signals"], names)
    return [one[indices[name]] for name, one in zip(names, patches, strict=True)]
