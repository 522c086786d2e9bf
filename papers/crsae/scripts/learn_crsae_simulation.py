"""Learn filters from simulated spikes by one gradient. Input, output and parameters: rule learn_crsae_simulation."""

from lsalsa.study.jobs.job import job
from papers.crsae.simulation.runs import runs_of_gradient

with job(snakemake) as j:
    rows, filters = [], {}
    for run, drawn in runs_of_gradient(j.wildcards["gradient"], j.params, j.device, j.checkpoints):
        rows += [{**row, **j.provenance()} for row in run]
        filters |= drawn
    j.write(rows=rows, filters=filters)
