"""Fit the classifiers of one task on its optimal codes. Input, output and parameters: rule train_classifier."""

from lsalsa.study.jobs.job import job
from lsalsa.study.methods.samples import read_problem
from lsalsa.study.scoring.classification import train_classifiers

with job(snakemake) as j:
    blocks = dict(zip(j.params["components"], read_problem(j).blocks, strict=True))
    codes = {split: j.read(split)["codes"] for split in ("labelled", "test")}
    arrays, facts = train_classifiers(
        blocks, codes, j.read("signals"), projections=j.params["projections"], seed=j.seed()
    )
    j.write(classifiers=arrays, metadata=facts)
