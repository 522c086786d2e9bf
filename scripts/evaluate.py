"""Score one method on one task. Input, output and parameters: rule evaluate."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study.cells import COLUMNS, encoder_cells, solver_cells
from lsalsa.study.classification import TaskClassifiers
from lsalsa.study.evaluation import evaluate
from lsalsa.study.job import job
from lsalsa.study.samples import read_pairs, read_problem

with job(snakemake) as j:
    problem, components, searches = read_problem(j), j.params["components"], j.read("searches")
    if j.params["learned"]:
        cells = encoder_cells(searches, j.read("histories"), j.input["encoders"], j.device)
    else:
        cells = solver_cells(problem, j.params["kind"], searches[0])
    blocks = dict(zip(components, problem.blocks, strict=True))
    classifiers = TaskClassifiers(j.read("classifiers"), blocks, j.read("signals"))
    rows, samples = evaluate(problem, *read_pairs(j, "test"), cells, components=components, classifiers=classifiers)
    shared = {"study": j.study, **j.wildcards, **dict.fromkeys(COLUMNS)}
    j.write(
        rows=[{**shared, **row, **j.provenance()} for row in rows],
        samples=samples,
        metadata={"components": components},
    )
