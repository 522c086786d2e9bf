"""Write one table as CSV, Markdown and LaTeX. Input, output and parameters: rule make_table."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import csv

from lsalsa.study import tables
from lsalsa.study.job import job

with job(snakemake) as j:
    shown = {name: j.params[name] for name in ("methods", "depths", "component", "protocol")}
    evaluations = [row for rows in j.read("evaluation") for row in rows]
    paper_rows = list(csv.DictReader(Path(j.input["paper"]).read_text().splitlines())) if j.has("paper") else None
    rows = tables.make_table(j.params["kind"], evaluations, **shown, paper_rows=paper_rows)
    facts = j.metadata("classifiers") if j.has("classifiers") else {}
    compare = {"floors": facts.get("floor_error_percent"), "guesses": facts.get("guess_error_percent")}
    note = tables.note(j.params["kind"], component=j.params["component"], protocol=j.params["protocol"], **compare)
    title = j.params["title"]
    j.write(
        csv=tables.to_csv(rows),
        markdown=tables.to_markdown(rows, title, note),
        latex=tables.to_latex(rows, title, note, f"table:{j.wildcards['table']}"),
    )
