"""One table of SC2Net. Input, output and parameters: rule make_sc2net_table."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study.csv_rows import read_csv, to_csv
from lsalsa.study.heading import extents_of, heading
from lsalsa.study.job import job
from lsalsa.study.page import to_page
from lsalsa.study.sc2net import tables, text

with job(snakemake) as j:
    name = j.wildcards["sc2net_table"]
    head = heading(j.params["title"], extents_of(j.input["images"]), j.params["reduced"])
    rows = [row for part in j.read("rows") for row in part]
    table = tables.make_table(name, rows, j.params["arms"], read_csv(j.input["paper"]))
    markdown = text.to_markdown(name, table, head)
    j.write(csv=to_csv(table), markdown=markdown, latex=text.to_latex(name, table, head), page=to_page(markdown))
