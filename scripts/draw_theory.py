"""Draw the bounds or the premises of the theory. Input, output and parameters: rule draw_theory."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from importlib import import_module

from lsalsa.study.figures import save_figure
from lsalsa.study.job import job

with job(snakemake) as j:
    module = import_module(f"lsalsa.study.theory.{j.params['kind']}_figure")
    save_figure(module.draw(j.read("rows")), j.output["png"], j.output["svg"])
