"""Write a table as CSV, Markdown, LaTeX and HTML; no other module does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from lsalsa.study.csv_rows import to_csv
from lsalsa.study.pages.table import Grid, Table

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 90em; padding: 0 1em; color: #222; }
p, ul { max-width: 52em; }
table { border-collapse: collapse; margin: 1.5em 0; font-variant-numeric: tabular-nums; font-size: 0.92em;
  display: block; max-width: 100%; overflow-x: auto; }
th, td { padding: 0.3em 0.7em; text-align: left; border-bottom: 1px solid #ddd; }
th { border-bottom: 2px solid #888; vertical-align: bottom; }
th:first-child, td:first-child { position: sticky; left: 0; background: #fff; }
"""
BOLD = re.compile(r"\*\*(.+?)\*\*")


def render(table: Table, label: str) -> dict[str, str]:
    """Write a table in all forms.

    Parameters
    ----------
    table : Table
    label : str
        Of the LaTeX table.

    Returns
    -------
    texts : dict of str to str
        ``csv``, ``markdown``, ``latex`` (without any package) and ``page``, HTML that loads nothing from elsewhere.
    """
    markdown = to_markdown(table)
    return {
        "csv": to_csv(table.rows),
        "markdown": markdown,
        "latex": to_latex(table, label),
        "page": to_page(markdown, table.heading.title),
    }


def to_markdown(table: Table) -> str:
    """Write title, notes, grids, sentences, sections as Markdown."""
    parts = [f"## {table.heading.title}", " ".join(_notes(table))]
    for one in table.grids:
        parts += [one.caption, pipe_table(one)]
    parts.append(_list(table.sentences))
    for name, sentences in table.sections.items():
        parts += [f"### {name}", _list(sentences)]
    return "\n\n".join(filter(None, parts)) + "\n"


def pipe_table(one: Grid) -> str:
    """Write a grid as a Markdown table."""
    from tabulate import tabulate

    head, *lines = [[cell.replace("|", "\\|") for cell in line] for line in (one.head, *one.lines)]
    return tabulate(lines, head, tablefmt="pipe", colalign=_alignment(one), disable_numparse=True)


def to_latex(table: Table, label: str) -> str:
    """Write the grids as one floating table, with notes and sentences in its caption; sections follow as lists."""
    caption = " ".join([f"{table.heading.title}.", *_notes(table), *table.sentences])
    lines = [f"\\begin{{table}}\n\\caption{{{to_tex(caption)}}}\n\\label{{{label}}}"]
    for one in table.grids:
        lines += [f"\n{to_tex(one.caption)}\n"] * bool(one.caption) + [_tabular(one)]
    lines.append("\\end{table}")
    for name, sentences in table.sections.items():
        items = [f"\\item {to_tex(sentence)}" for sentence in sentences]
        lines += [f"\n\\subsection*{{{to_tex(name)}}}\n\\begin{{itemize}}", *items, "\\end{itemize}"]
    return "\n".join(lines) + "\n"


def to_page(markdown: str, title: str) -> str:
    """Write Markdown with pipe tables as an HTML page that needs no other file."""
    import mistune

    body = mistune.create_markdown(escape=True, plugins=["table"])(markdown)
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}</body>\n</html>\n'


def _notes(table: Table) -> list[str]:
    return [note for note in (*table.notes, table.heading.note) if note]


def _list(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _tabular(one: Grid) -> str:
    from tabulate import tabulate

    head, *lines = [[to_tex(cell) for cell in line] for line in (one.head, *one.lines)]
    return tabulate(lines, head, tablefmt="latex_raw", colalign=_alignment(one), disable_numparse=True)


def _alignment(one: Grid) -> list[str]:
    return ["left"] * one.n_words + ["right"] * (len(one.head) - one.n_words)


_TEX = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "\\": "\\textbackslash{}",
        "~": "\\textasciitilde{}",
        "^": "\\textasciicircum{}",
        "<": "\\textless{}",  # LaTeX's own text font has other characters for these three
        ">": "\\textgreater{}",
        "|": "\\textbar{}",
        "±": "$\\pm$",
        "–": "--",
        "ᵀ": "$^T$",
    }
)


def to_tex(text: str) -> str:
    """Escape plain text for LaTeX; words between two asterisks become bold."""
    return BOLD.sub(r"\\textbf{\1}", text.translate(_TEX))
