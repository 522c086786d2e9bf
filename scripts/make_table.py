"""Write one table as CSV, Markdown, LaTeX and HTML. Input, output and parameters: rule make_table."""

from lsalsa.study.jobs.job import job
from lsalsa.study.jobs.output import read_output
from lsalsa.study.pages.render import render
from lsalsa.study.tables import make_table

with job(snakemake) as j:
    data, shown = read_output(j, j.wildcards["table"])
    table = make_table(j.params["kind"], data, shown)
    j.write(**render(table, f"table:{shown.name}"))
