"""Try the statements of the theory on random instances. Input, output and parameters: rule check_theory."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study.csv_rows import to_csv
from lsalsa.study.job import job
from lsalsa.study.page import to_page
from lsalsa.study.theory.checks import run_checks, summary
from lsalsa.study.theory.curves import curves
from lsalsa.study.theory.statements import CHECKS
from lsalsa.study.theory.text import CHECKS_COLUMNS, CHECKS_NOTE, CHECKS_TITLE, to_markdown

with job(snakemake) as j:
    rows = run_checks(CHECKS, j.params["runs"], j.params["seed"])
    outcomes = summary(CHECKS, rows)
    markdown = to_markdown(CHECKS_TITLE, CHECKS_NOTE, CHECKS_COLUMNS, outcomes)
    checks = [{**row, **j.provenance()} for row in rows]
    j.write(checks=checks, curves=curves(j.params["seed"]))
    j.write(csv=to_csv(outcomes), markdown=markdown, page=to_page(markdown))
