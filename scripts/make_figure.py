"""Draw one figure. Input, output and parameters: rule make_figure."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study import figures
from lsalsa.study.job import job

with job(snakemake) as j:
    p = j.params
    data = figures.read_data(p["kind"], j.input, methods=p["methods"], components=p["components"])
    names = ("title", "methods", "depths", "components", "component")
    drawn = figures.draw(p["kind"], data, **{name: p[name] for name in names})
    figures.save_figure(drawn, j.output["png"], j.output["svg"])
