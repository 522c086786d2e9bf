"""Recover the support of synthetic codes. Input, output and parameters: rule recover_sc2net_support."""

from lsalsa.study.jobs.job import job
from papers.sc2net.support import recover

with job(snakemake) as j:
    settings = dict(j.params)
    seeds = [j.seed(repetition) for repetition in range(settings.pop("repetitions"))]
    del settings["seed"]
    rows = [
        {"repetition": repetition, "seed": seed, **row, **j.provenance()}
        for repetition, seed in enumerate(seeds)
        for row in recover(**settings, seed=seed)
    ]
    j.write(rows=rows)
