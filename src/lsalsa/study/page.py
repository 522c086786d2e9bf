"""A table in Markdown, and its Markdown as an HTML page that stands alone: what the report can show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; margin: 1.5em 0; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35em 1em; text-align: right; border-bottom: 1px solid #ddd; }
th { border-bottom: 2px solid #888; }
"""


def pipe_table(head: Sequence[str], rows: Iterable[Sequence[str]], rule: str = "--:") -> str:
    """A Markdown table; its columns are set to the right, or with the rule `---` to the left."""
    lines = [head, [rule] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def to_page(markdown: str) -> str:
    """An HTML page of headings, paragraphs, lists, pipe tables and bold words; nothing else is understood.

    Parameters
    ----------
    markdown : str
        As `lsalsa.study.tables.to_markdown` writes it.
    """
    blocks = [_block(text) for text in markdown.strip().split("\n\n")]
    title = re.sub(r"^#+ ", "", markdown.split("\n", 1)[0])
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>'
    body = "\n".join(blocks)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def _block(text: str) -> str:
    if heading := re.match(r"(#+) (.*)", text):
        level = len(heading.group(1))
        return f"<h{level}>{_inline(heading.group(2))}</h{level}>"
    lines = text.split("\n")
    if lines[0].startswith("|"):
        return _table(lines)
    if lines[0].startswith("- "):
        return "<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    parts = [_row("th", header), *(_row("td", row) for row in rows)]
    return "<table>\n" + "\n".join(parts) + "\n</table>"


def _row(tag: str, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{_inline(cell)}</{tag}>" for cell in cells) + "</tr>"


def _inline(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text, quote=False))
