"""Time exact solvers on one task. Input, output and parameters: rule time_exact."""

from lsalsa.problem import SparseCodingProblem
from lsalsa.storage import read_arrays
from lsalsa.study.jobs.job import job
from lsalsa.study.scoring.exact_timing import time_exact

with job(snakemake) as j:
    problem = SparseCodingProblem.from_arrays(j.read("problem"))
    signals = read_arrays(j.input["signals"], ["test"])["test"][: j.params["n_samples"]].astype(problem.dtype)
    targets = j.read("test")["codes"][: len(signals)].toarray()
    name = {"study": j.study, **j.wildcards}
    rows = [{**name, **j.provenance(), **row} for row in time_exact(problem, signals, targets, j.device.put)]
    j.write(rows=rows)
