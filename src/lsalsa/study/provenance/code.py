"""Read a Python file: what it imports, and the hash of its code without layout, comments and docstrings.

What was read is kept by the content of the file, in memory and in a register on disk. Snakemake asks for hundreds of
files at each start, and parsing them would take as long as all the rest of the workflow's own work.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lsalsa.study.provenance.register import add_to_register, read_register

KNOWN = Path(".snakemake/lsalsa_code.json")
"""The code of files that were read before, by their content, the version of Python and the text of this module."""
HOLDERS = (ast.stmt, ast.ExceptHandler, ast.match_case)
"""What can hold statements: a file of some hundred lines has a few hundred of them, and thousands of expressions."""
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Code(NamedTuple):
    """What counts of a file.

    Attributes
    ----------
    digest : str
        SHA-256 of its code; layout, comments and docstrings do not count.
    imports : tuple of (str, str or None)
        The module and the name of each import of a module by its full name, anywhere in the file but for type checkers:
        `import a.b` is ("a.b", None), `from a.b import c` is ("a.b", "c").
    """

    digest: str
    imports: tuple[tuple[str, str | None], ...]


class Codes:
    """The code of files by their content.

    Parameters
    ----------
    register : path, optional
        File with what was read before; `keep` writes it if its folder exists.
    """

    def __init__(self, register: Path = KNOWN) -> None:
        self.register = register
        self._known = read_register(register)
        self._new: dict[str, Code] = {}

    def of(self, content: bytes) -> Code:
        """Return the code of a file's content, read now or before; SyntaxError when it is no Python."""
        key = hashlib.sha256(_reader() + content).hexdigest()
        if key not in self._known:
            self._known[key] = self._new[key] = _parsed(content)
        digest, imports = self._known[key]
        return Code(digest, tuple((module, name) for module, name in imports))

    def keep(self) -> None:
        """Write what is new into the register."""
        if self._new:
            add_to_register(self.register, self._new)
            self._new = {}


@cache
def _reader() -> bytes:
    """Return what the code of a content depends on beside it: another Python or reader may read it otherwise."""
    return sys.version.encode() + Path(__file__).read_bytes()


def _parsed(content: bytes) -> Code:
    tree = ast.parse(content)
    statements = list(_statements(tree))
    imports = tuple(dict.fromkeys(found for node in statements for found in _imports(node)))
    for node in statements:
        if isinstance(node, DOCUMENTED) and _has_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return Code(hashlib.sha256(ast.unparse(tree).encode()).hexdigest(), imports)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a file and its statements except those that only a type checker reads; no expression holds a statement."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")):
            yield node
            pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, HOLDERS)]


def _imports(node: ast.AST) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, None) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        yield from ((node.module, alias.name) for alias in node.names)


def _has_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = node.body[0] if node.body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
