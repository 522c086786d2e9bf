"""Time all methods of one task. Input, output and parameters: rule time_methods."""

from lsalsa.study.jobs.job import job
from lsalsa.study.methods.samples import read_problem, read_signals
from lsalsa.study.scoring.runs import runs_of_task
from lsalsa.study.scoring.timing import time_coder

with job(snakemake) as j:
    problem = read_problem(j)
    signals = read_signals(j, "test", problem.dtype)[: j.params["n_samples"]]
    files = (j.read("searches"), j.read("histories"), j.input["encoders"])
    rows = []
    for method, runs in runs_of_task(problem, j.params["methods"], *files, j.device):
        for run in runs:
            name = {"study": j.study, **j.wildcards, "method": method, "depth": run.depth}
            timed = time_coder(run.encode, signals, passes=j.params["passes"])
            rows.append({**name, **timed, **j.provenance(), "status": run.facts["status"]})
    j.write(rows=rows)
