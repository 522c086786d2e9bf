"""Markdown files as a reader meets them: their links, their headings' anchors, their code, the commands in it."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import mistune

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("make", "snakemake")
SHELL = (None, "", "sh", "bash", "console")
"""What may stand behind the fence of a block of commands."""


class Document:
    """A Markdown file.

    Parameters
    ----------
    path : path
    text : str, optional
        Its content; by default what the file holds.

    Attributes
    ----------
    links : list of str
        Targets of links and pictures.
    code : list of str
        Every piece of code: spans, and the lines of blocks.
    commands : list of list of str
        Words of every `make` and `snakemake` command in the code, without comments.
    anchors : set of str
        What a link can name behind `#`.
    """

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        parse = mistune.create_markdown(renderer=None, plugins=["table"])
        tokens = list(_walk(parse(path.read_text() if text is None else text)))
        self.links = [token["attrs"]["url"] for token in tokens if token["type"] in ("link", "image")]
        self.anchors = {_slug(_text(token)) for token in tokens if token["type"] == "heading"}
        spans = [token["raw"] for token in tokens if token["type"] == "codespan"]
        blocks = [token for token in tokens if token["type"] == "block_code"]
        self.code = spans + [line for block in blocks for line in block["raw"].splitlines()]
        shell = [line for block in blocks if _language(block) in SHELL for line in block["raw"].splitlines()]
        self.commands = [words for line in (*spans, *shell) for words in _commands(line)]


def _language(block: dict[str, Any]) -> str | None:
    return block.get("attrs", {}).get("info")


def _walk(tokens: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in tokens:
        yield token
        yield from _walk(token.get("children", ()))


def _text(token: dict[str, Any]) -> str:
    return token.get("raw", "") + "".join(_text(child) for child in token.get("children", ()))


def _slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _commands(line: str) -> Iterator[list[str]]:
    for part in re.split(r"&&|;", re.sub(r"(^|\s)#.*", "", line)):
        words = shlex.split(part) if part.strip().startswith(COMMANDS) else []
        if words and words[0] in COMMANDS:
            yield words


def documents() -> list[Document]:
    """The repository's documentation, in alphabetical order."""
    patterns = ("README.md", "CONTRIBUTING.md", "docs/*.md", "results/README.md", "papers/*.md", "papers/*/*.md")
    return [Document(path) for pattern in patterns for path in sorted(ROOT.glob(pattern))]
