"""Draw one figure. Input, output and parameters: rule make_figure."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study import figures
from lsalsa.study.heading import extents_of, heading
from lsalsa.study.job import job

with job(snakemake) as j:
    p = j.params
    names = {name: p[name] for name in ("methods", "components", "tasks")}
    data = figures.read_data(p["kind"], j.input, **names)
    head = heading(p["title"], extents_of(j.input["images"]), p["reduced"])
    shown = {name: p[name] for name in ("depths", "component", "n_atoms", "page")}
    drawn = figures.draw(p["kind"], data, heading=head, **names, **shown)
    figures.save_figure(drawn, j.output["png"], j.output["svg"])
