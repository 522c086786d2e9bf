"""Make the signals of one task. Input, output and parameters: rule make_signals."""

from lsalsa.data.mixtures import make_signals
from lsalsa.study.job import job

with job(snakemake) as j:
    j.write(signals=make_signals(j.read("patches"), **{**j.params, "seed": j.seed()}))
