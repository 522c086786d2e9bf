"""The report opens at its first chapter, in the order in which a reader sees the chapters."""

import re
import subprocess
import sys

import pytest
from browser import needs_browser, shown

from lsalsa.errors import StorageError
from lsalsa.study.pages.report import MARK, main, open_at_first_chapter

REPORT = """<html><body><script>var categories = {}; var results = {};</script>
<script>const text = "</body>";</script></body></html>"""


def test_opening_stands_once_before_the_end_of_the_page(tmp_path):
    report = tmp_path / "report.html"
    report.write_text(REPORT)
    open_at_first_chapter(report)
    once = report.read_text()
    assert once.count(f'id="{MARK}"') == 1
    assert once.index(MARK) > once.index("</body>")
    open_at_first_chapter(report)
    assert report.read_text() == once


@pytest.mark.parametrize("content", [None, b"<html><body></body></html>", b"\xff\xfe", b"no page"])
def test_what_is_no_report_is_refused_and_stays(content, tmp_path):
    report = tmp_path / "report.html"
    if content is not None:
        report.write_bytes(content)
    with pytest.raises(StorageError, match=r"report\.html must be a report of Snakemake in HTML"):
        open_at_first_chapter(report)
    assert content is None or report.read_bytes() == content


@pytest.mark.parametrize("arguments, words", [([], "usage: "), (["absent.html"], "absent.html must be a report")])
def test_command_line_names_the_fault_in_one_sentence(arguments, words):
    with pytest.raises(SystemExit, match=f"^{words}"):
        main(arguments)


WORKFLOW = """
rule all:
    input: "pages.html", "table.html"
rule pages:
    output: report("pages.html", category="2. Later", labels={"page": "pages"})
    shell: "echo '<html><body>later</body></html>' > {output}"
rule table:
    output: report("table.html", category="1. Table", labels={"page": "table"})
    shell: "echo '<html><body>first</body></html>' > {output}"
"""


@needs_browser
def test_a_browser_shows_the_first_page_of_the_first_chapter(tmp_path):
    (tmp_path / "Snakefile").write_text(WORKFLOW)
    for arguments in (["--quiet", "all"], ["--report", "report.html"]):
        command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    report = tmp_path / "report.html"
    open_at_first_chapter(report)
    page = shown(tmp_path / "watched.html", report.read_text())
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    (frame,) = re.findall(r'<iframe src="data:text/html[^"]*filename=([a-z]+)\.html', page)
    assert frame == "table"
    assert re.search(r'<a [^>]*href="#">1\. Table</a>', page)
