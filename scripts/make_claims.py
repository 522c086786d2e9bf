"""Judge the claims of the paper. Input, output and parameters: rule make_claims."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study import claims
from lsalsa.study.csv_rows import to_csv
from lsalsa.study.job import job
from lsalsa.study.page import to_page

with job(snakemake) as j:
    optimal = {}
    for (task, sizes), codes, facts in zip(
        j.params["tasks"].items(), j.read("codes"), j.metadata("classifiers"), strict=True
    ):
        of_task = claims.optimal_facts(codes["codes"], sizes, facts["floor_error_percent"])
        optimal |= {(task, component): found for component, found in of_task.items()}
    checks, premise = (j.read(name) if j.has(name) else () for name in ("theory", "premise"))
    found = claims.Facts(
        evaluations=[row for rows in j.read("evaluation") for row in rows],
        timings=[row for rows in j.read("timing") for row in rows],
        optimal=optimal,
        theory=claims.theory_facts(checks, premise),
        accuracies=[row for rows in (j.read("sc2net") if j.has("sc2net") else ()) for row in rows],
    )
    rows = claims.judge(claims.read_claims(j.input["claims"]), found)
    markdown = claims.to_markdown(rows, j.params["title"])
    latex = claims.to_latex(rows, j.params["title"], "table:claims")
    j.write(csv=to_csv(rows), markdown=markdown, latex=latex, page=to_page(markdown))
