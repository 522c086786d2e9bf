"""Score one method on one task. Input, output and parameters: rule evaluate."""

from lsalsa.study.jobs.job import job
from lsalsa.study.methods.samples import read_pairs, read_problem, read_true_sources
from lsalsa.study.scoring.classification import TaskClassifiers
from lsalsa.study.scoring.evaluation import evaluate
from lsalsa.study.scoring.runs import COLUMNS, encoder_runs, solver_runs

with job(snakemake) as j:
    problem, components, searches = read_problem(j), j.params["components"], j.read("searches")
    if j.params["learned"]:
        runs = encoder_runs(searches, j.read("histories"), j.input["encoders"], j.device)
    else:
        runs = solver_runs(problem, j.params["algorithm"], searches[0])
    blocks = dict(zip(components, problem.blocks, strict=True))
    fitted = [TaskClassifiers(arrays, blocks, j.read("signals")) for arrays in j.read("classifiers")]
    classifiers = fitted[0] if fitted else None
    judged_by = {"sources": read_true_sources(j), "classifiers": classifiers, "checkpoints": j.checkpoints}
    rows, samples = evaluate(problem, *read_pairs(j, "test"), runs, components=components, **judged_by)
    shared = {"study": j.study, **j.wildcards, **dict.fromkeys(COLUMNS)}
    j.write(
        rows=[{**shared, **row, **j.provenance()} for row in rows],
        samples=samples,
        metadata={"components": components},
    )
