"""What cells of several notebooks show alike: the line below a title, figures, and tables as they were written.

Only notebooks import this: IPython is there where they run.
"""

from __future__ import annotations

from collections.abc import Iterable

from IPython.display import Image, Markdown, display


def head(title: str, study: str, tables: Iterable[str], figures: Iterable[str]) -> Markdown:
    """Say what a page is of.

    Parameters
    ----------
    title, study : str
    tables, figures : iterable of str
        Names.
    """
    names = [", ".join(some) or "none" for some in (tables, figures)]
    return Markdown(f"**{title}.** Study `{study}`, tables {names[0]}; figures {names[1]}.")


def show_figures(paths: Iterable[str]) -> None:
    """Show pictures from their files, one below the other."""
    for path in paths:
        display(Image(path))


def show_tables(texts: Iterable[str]) -> None:
    """Show tables from their Markdown, their titles one level below those of the page."""
    for text in texts:
        display(Markdown("#" + text))
