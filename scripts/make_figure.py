"""Plot one figure. Input, output and parameters: rule make_figure."""

from lsalsa.study import figures
from lsalsa.study.jobs.job import job
from lsalsa.study.jobs.output import read_output

with job(snakemake) as j:
    data, shown = read_output(j, j.wildcards["figure"])
    figures.save_figure(figures.plot(j.params["kind"], data, shown), j.output["png"], j.output["svg"])
