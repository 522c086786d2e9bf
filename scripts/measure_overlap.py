"""Code each source in each dictionary alone. Input, output and parameters: rule measure_overlap."""

from lsalsa.study.jobs.job import job
from lsalsa.study.methods.samples import read_problem, read_true_sources
from lsalsa.study.scoring.overlap import measure_overlap

with job(snakemake) as j:
    found = measure_overlap(read_problem(j), j.params["components"], read_true_sources(j), j.params["tolerance"])
    j.write(rows=[{"study": j.study, **j.wildcards, **row, **j.provenance()} for row in found])
