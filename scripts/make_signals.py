"""Make the signals of one task. Input, output and parameters: rule make_signals."""

from lsalsa.data.images import ImageSet
from lsalsa.data.mixtures import given_signals, make_signals
from lsalsa.study.jobs.job import job

with job(snakemake) as j:
    settings = {**j.params, "seed": j.seed()}
    if "cutting" in settings:
        j.write(signals=given_signals(ImageSet.from_arrays(j.read("images")), **settings))
    else:
        j.write(signals=make_signals(j.read("patches"), **settings))
