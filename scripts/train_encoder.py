"""Train one encoder at one depth, all repetitions. Input, output and parameters: rule train_encoder."""

from lsalsa.study.jobs.job import job
from lsalsa.study.methods.coders import train_repetitions
from lsalsa.study.methods.samples import read_pairs, read_problem
from lsalsa.study.methods.trained_models import models_of

with job(snakemake) as j:
    chosen = next(row for row in j.read("search") if row["chosen"])
    problem = read_problem(j)
    encoders, history = train_repetitions(
        problem,
        read_pairs(j, "train"),
        read_pairs(j, "validation"),
        algorithm=j.params["algorithm"],
        depth=int(j.wildcards["depth"]),
        chosen=chosen,
        seeds=[j.seed(repetition) for repetition in range(j.params["repetitions"])],
        checkpoints=j.checkpoints,
        **j.params["fixed"],
    )
    j.write(encoders=models_of(j, problem, encoders), history=history)
