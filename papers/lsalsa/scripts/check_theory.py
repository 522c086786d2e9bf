"""Try the statements of the theory on random instances. Input, output and parameters: rule check_theory."""

from lsalsa.study.jobs.job import job
from papers.lsalsa.theory.checks import run_checks
from papers.lsalsa.theory.curves import curves
from papers.lsalsa.theory.statements import CHECKS

with job(snakemake) as j:
    rows = run_checks(CHECKS, j.params["runs"], j.params["seed"])
    j.write(checks=[{**row, **j.provenance()} for row in rows], curves=curves(j.params["seed"]))
