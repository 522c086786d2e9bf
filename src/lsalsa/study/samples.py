"""The problem and the samples of a task, read from their files onto the device that a job works on."""

from __future__ import annotations

from typing import Any

import numpy as np

from lsalsa.problem import SparseCodingProblem
from lsalsa.storage import read_arrays
from lsalsa.study.job import Job


def read_problem(job: Job) -> SparseCodingProblem:
    """The problem of the input `problem`."""
    arrays = job.read("problem")
    on_device = {name: job.device.put(array) for name, array in arrays.items() if name.startswith("dictionary")}
    return SparseCodingProblem.from_arrays(arrays | on_device)


def read_signals(job: Job, split: str, dtype: Any) -> Any:
    """Signals of a split, (n_samples, n_features), out of the input `signals`."""
    return job.device.put(read_arrays(job.input["signals"], [split])[split].astype(dtype, copy=False))


def read_codes(job: Job, split: str) -> Any:
    """Optimal codes of a split, (n_samples, n_atoms), dense, out of the input of the split's name."""
    return job.device.put(np.ascontiguousarray(read_arrays(job.input[split], ["codes"])["codes"].toarray()))


def read_pairs(job: Job, split: str) -> tuple[Any, Any]:
    """Signals of a split and their optimal codes."""
    codes = read_codes(job, split)
    return read_signals(job, split, codes.dtype), codes
