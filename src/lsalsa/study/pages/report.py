"""Let Snakemake's report open at its first chapter: ``python -m lsalsa.study.pages.report results/demo/report.html``.

By itself it opens at the graph of the rules, and a reader has to find the first page in a menu. What the page needs to
open elsewhere it has; nothing else in the report changes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lsalsa.errors import LsalsaError, StorageError
from lsalsa.storage import write_text

MARK = "first-chapter"
OPENING = f"""<script id="{MARK}">
(() => {{
    const category = Object.keys(categories).sort((a, b) => a.localeCompare(b))[0];
    if (category === undefined) return;
    const paths = Object.values(categories[category]).flat();
    const words = (path) => Object.values(results[path].labels || {{ path }}).join();
    const path = paths.sort((a, b) => words(a).localeCompare(words(b)))[0];
    const open = () => {{
        if (typeof app === "undefined") return setTimeout(open, 20);
        const subcategory = Object.keys(categories[category])[0];
        const list = {{ navbarMode: "subcategory", category, subcategory }};
        const page = {{ content: "html", contentPath: results[path].data_uri, resultPath: path }};
        app.setView(results[path].mime_type === "text/html" ? {{ ...list, ...page }} : list);
    }};
    open();
}})();
</script>
"""


def open_at_first_chapter(report: Path) -> None:
    """Add the opening to a report, once.

    Parameters
    ----------
    report : path
        An HTML file that ``snakemake --report`` wrote; it is replaced.

    Raises
    ------
    StorageError
        It is no such file.
    """
    try:
        text = report.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{report} must be a report of Snakemake in HTML, but cannot be read: {error}") from error
    before, end, after = text.rpartition("</body>")
    if not end or "var categories =" not in text:
        raise StorageError(f"{report} must be a report of Snakemake in HTML, found no list of results in it")
    if f'id="{MARK}"' not in text:
        write_text(report, before + OPENING + end + after)


def main(arguments: list[str]) -> None:
    """Take the report from the command line."""
    if len(arguments) != 1:
        sys.exit("usage: python -m lsalsa.study.pages.report results/STUDY/report.html")
    try:
        open_at_first_chapter(Path(arguments[0]))
    except LsalsaError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
