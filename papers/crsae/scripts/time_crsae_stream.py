"""Time the exact coder on whole recordings. Input, output and parameters: rule time_crsae_stream."""

from lsalsa.study.jobs.job import job
from papers.crsae.speed.stream import time_stream

with job(snakemake) as j:
    settings = {name: j.params[name] for name in ("penalty", "seconds")}
    rows = [
        {**j.provenance(), "device": "cpu", "threads": 1, **time_stream(rate, **settings, seed=j.seed(f"{rate:g}"))}
        for rate in j.params["rates"]
    ]
    j.write(rows=rows)
