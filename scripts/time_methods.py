"""Time all methods of one task. Input, output and parameters: rule time_methods."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study.cells import cells_of_task
from lsalsa.study.job import job
from lsalsa.study.samples import read_problem, read_signals
from lsalsa.study.timing import time_estimator

with job(snakemake) as j:
    problem = read_problem(j)
    signals = read_signals(j, "test", problem.dtype)[: j.params["n_samples"]]
    files = (j.read("searches"), j.read("histories"), j.input["encoders"])
    rows = []
    for method, cells in cells_of_task(problem, j.params["methods"], *files, j.device):
        for cell in cells:
            name = {"study": j.study, **j.wildcards, "method": method, "depth": cell.depth}
            timed = time_estimator(cell.estimate, signals, passes=j.params["passes"])
            rows.append({**name, **timed, **j.provenance(), "status": cell.facts["status"]})
    j.write(rows=rows)
