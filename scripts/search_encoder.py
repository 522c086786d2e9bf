"""Choose the hyper-parameters of one encoder at one depth. Input, output and parameters: rule search_encoder."""

from lsalsa.study.jobs.job import job
from lsalsa.study.methods.samples import read_pairs, read_problem
from lsalsa.study.methods.search import search_encoder

with job(snakemake) as j:
    settings = {**j.params, "depth": int(j.wildcards["depth"]), "seed": j.seed()}
    training, validation = read_pairs(j, "train"), read_pairs(j, "validation")
    rows = search_encoder(read_problem(j), training, validation, checkpoints=j.checkpoints, **settings)
    j.write(search=[{"task": j.wildcards["task"], "method": j.wildcards["method"], **row} for row in rows])
