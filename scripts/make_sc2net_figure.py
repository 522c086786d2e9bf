"""The figure of a sweep of SC2Net. Input, output and parameters: rule make_sc2net_figure."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study import figures
from lsalsa.study.heading import extents_of, heading
from lsalsa.study.job import job
from lsalsa.study.sc2net.figures import draw

with job(snakemake) as j:
    rows = [row for part in j.read("rows") for row in part]
    history = [row for part in j.read("histories") for row in part]
    head = heading(j.params["title"], extents_of(j.input["images"]), j.params["reduced"])
    drawn = draw(j.wildcards["sc2net_figure"], rows, history, j.params["arms"], head)
    figures.save_figure(drawn, j.output["png"], j.output["svg"])
