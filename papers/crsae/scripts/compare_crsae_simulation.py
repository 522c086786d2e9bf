"""Learn filters by every arm at one signal-to-noise ratio. Input, output, parameters: rule compare_crsae_simulation."""

from lsalsa.study.jobs.job import job
from papers.crsae.simulation.runs import runs_at_snr

with job(snakemake) as j:
    runs = runs_at_snr(j.params, j.device, j.checkpoints)
    j.write(rows=[{**row, **j.provenance()} for run in runs for row in run])
