"""Measure what the theorems assume of trained encoders. Input, output and parameters: rule measure_assumptions."""

from lsalsa.encoders import load_encoder
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.jobs.job import job
from papers.lsalsa.theory.assumptions import least_curvature
from papers.lsalsa.theory.trained import assumptions_of

with job(snakemake) as j:
    runs = j.params["runs"]
    tasks = dict.fromkeys(run["task"] for run in runs)
    problems = (SparseCodingProblem.from_arrays(arrays) for arrays in j.read("problems"))
    curvatures = {task: least_curvature(problem.dictionary) for task, problem in zip(tasks, problems, strict=True)}
    rows = [
        {**run, **assumptions_of(load_encoder(path), curvatures[run["task"]]), **j.provenance()}
        for run, path in zip(runs, j.input["encoders"], strict=True)
    ]
    j.write(assumptions=rows)
