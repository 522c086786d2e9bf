"""Compute the objective of the solvers step by step. Input, output and parameters: rule follow_sc2net_solvers."""

from lsalsa.study.jobs.job import job
from papers.sc2net.convergence import objectives_by_iteration
from papers.sc2net.images import vectors_of

with job(snakemake) as j:
    vectors, dictionaries, rows = vectors_of(j.read("images")), j.read("dictionaries"), []
    for repetition in range(j.params["repetitions"]):
        given = (dictionaries[f"dictionary_{repetition}"], j.params["penalty"], j.params["iterations"])
        name = {**j.wildcards, "data": vectors.name, "repetition": repetition, "penalty": j.params["penalty"]}
        for method, objectives in objectives_by_iteration(vectors, *given, j.device).items():
            rows += [
                {**name, "method": method, "depth": count, "objective": value, "status": "ok", **j.provenance()}
                for count, value in objectives.items()
            ]
    j.write(rows=rows)
