"""Run one notebook and write it as HTML. Input, output and parameters: rule render_notebook."""

from lsalsa.study.jobs.job import job
from lsalsa.study.pages.notebook import render

with job(snakemake) as j:
    parameters = {
        "study": j.study,
        "title": j.params["title"],
        "results": f"results/{j.study}",
        "tables": dict(zip(j.params["tables"], j.input["tables"], strict=True)),
        "figures": dict(zip(j.params["figures"], j.input["figures"], strict=True)),
        "methods": j.params["methods"],
    }
    render(j.input["source"], j.output["notebook"], j.output["page"], parameters, failed=j.log)
