"""Write one table as CSV, Markdown, LaTeX and a page. Input, output and parameters: rule make_table."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study import tables
from lsalsa.study.csv_rows import read_csv, to_csv
from lsalsa.study.heading import extents_of, heading
from lsalsa.study.job import job
from lsalsa.study.page import to_page

with job(snakemake) as j:
    kind = j.params["kind"]
    title, limits = heading(j.params["title"], extents_of(j.input["images"]), j.params["reduced"])
    shown = {name: j.params[name] for name in ("methods", "depths", "component", "protocol")}
    evaluations = [row for rows in j.read("evaluation") for row in rows]
    paper_rows = read_csv(j.input["paper"]) if j.has("paper") else None
    rows = tables.make_table(kind, evaluations, **shown, paper_rows=paper_rows)
    facts = j.metadata("classifiers") if j.has("classifiers") else {}
    note = tables.note(
        kind,
        component=j.params["component"],
        protocol=j.params["protocol"],
        floors=facts.get("floor_error_percent"),
        guesses=facts.get("guess_error_percent"),
    )
    note = f"{note} {limits}".strip()
    markdown = tables.to_markdown(rows, title, note)
    latex = tables.to_latex(rows, title, note, f"table:{j.wildcards['table']}")
    j.write(csv=to_csv(rows), markdown=markdown, latex=latex, page=to_page(markdown))
