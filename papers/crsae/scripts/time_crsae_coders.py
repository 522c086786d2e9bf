"""Time coders on windows of recordings. Input, output and parameters: rule time_crsae_coders."""

from lsalsa.study.jobs.job import job
from papers.crsae.speed.timing import time_windows

with job(snakemake) as j:
    settings = {name: value for name, value in j.params.items() if name not in ("rates", "seed")}
    rows = [
        {**j.provenance(), **row}
        for rate in j.params["rates"]
        for row in time_windows(rate, **settings, seed=j.seed(f"{rate:g}"), put=j.device.put)
    ]
    j.write(rows=rows)
