"""Choose the hyper-parameters of one solver at each of its depths. Input, output and parameters: rule search_solver."""

from lsalsa.study.jobs.job import job
from lsalsa.study.methods.samples import read_pairs, read_problem
from lsalsa.study.methods.search import search_solver

with job(snakemake) as j:
    rows = search_solver(read_problem(j), *read_pairs(j, "validation"), **j.params)
    j.write(search=[{**j.wildcards, **row} for row in rows])
