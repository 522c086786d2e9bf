"""Measure what the theorems assume of trained encoders. Input, output and parameters: rule measure_premise."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.encoders import load_encoder
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.csv_rows import to_csv
from lsalsa.study.job import job
from lsalsa.study.page import to_page
from lsalsa.study.theory.premise import premise_row, premise_story, premise_table
from lsalsa.study.theory.text import PREMISE_COLUMNS, PREMISE_NOTE, PREMISE_TITLE, to_markdown

with job(snakemake) as j:
    cells = j.params["cells"]
    tasks = dict.fromkeys(cell["task"] for cell in cells)
    problems = (SparseCodingProblem.from_arrays(arrays) for arrays in j.read("problems"))
    dictionaries = {task: problem.dictionary for task, problem in zip(tasks, problems, strict=True)}
    rows = [
        {**cell, **premise_row(load_encoder(path), dictionaries[cell["task"]]), **j.provenance()}
        for cell, path in zip(cells, j.input["encoders"], strict=True)
    ]
    table = premise_table(rows)
    markdown = to_markdown(PREMISE_TITLE, PREMISE_NOTE, PREMISE_COLUMNS, table, premise_story(table))
    j.write(premise=rows, csv=to_csv(table), markdown=markdown, page=to_page(markdown))
