"""Hash the code of a result: the modules that a script reaches, without comments and docstrings."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from lsalsa.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = {"lsalsa": "src", "papers": ""}
"""Package of this repository -> its folder."""
HOLDERS = (ast.stmt, ast.ExceptHandler, ast.match_case)
"""What can hold statements: a file of some hundred lines has a few hundred of them, and thousands of expressions."""


def hash_of(files: Sequence[Path], plugins: Iterable[str] = ()) -> str:
    """Hash the first of some files, and all modules of the repository that the files import, directly or indirectly.

    Parameters
    ----------
    files : sequence of path
        The script of a rule, and files whose imports count as well. One of these is a notebook: its own text is an
        input.
    plugins : iterable of str
        Modules that are found by their folder and that no import statement names: `lsalsa.encoders.lista`. They are
        only those that the job uses, so a new file beside them changes nothing.

    Returns
    -------
    hash : str
        16 hexadecimal digits.

    Raises
    ------
    ConfigError
        A file cannot be parsed, or imports names from the package itself, which hides their modules.
    """
    modules: set[str] = set()
    pending = [*(module for path in files for module in _imports(path)), *plugins]
    while pending:
        module = pending.pop()
        if module not in modules:
            modules.add(module)
            pending += _imports(path) if (path := _path_of(module)) else ()
    found = {module: _path_of(module) for module in sorted(modules)}
    parts = [_digest(files[0]), *(f"{module} {_digest(path)}" for module, path in found.items() if path)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Return the modules of the repository that a file imports anywhere, with their parents."""
    found: set[str] = set()
    for node in _statements(_tree(path)):
        for module in _modules_of(node, path):
            found |= set(_with_parents(module))
    return tuple(sorted(found))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a file and its statements except those that only a type checker reads; no expression holds a statement."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")):
            yield node
            pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, HOLDERS)]


def _modules_of(node: ast.AST, path: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if _is_ours(alias.name))
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0 and _is_ours(node.module):
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            if _path_of(inner) is not None:
                yield inner
            elif node.module in FOLDERS:
                raise ConfigError(f"{path} imports {alias.name} from {node.module}; import it from its module")
            else:
                yield node.module


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in FOLDERS


def _with_parents(module: str) -> Iterator[str]:
    """Yield a module and the packages that its import runs; the root is left out, because it only forwards names."""
    parts = module.split(".")
    for length in range(2, len(parts) + 1):
        yield ".".join(parts[:length])


@cache
def _path_of(module: str) -> Path | None:
    """Return the file of a module, None if there is no such module."""
    base = ROOT.joinpath(FOLDERS[module.partition(".")[0]], *module.split("."))
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


@cache
def _tree(path: Path) -> ast.Module:
    """Parse a file, once for its imports and its hash; the latter takes the docstrings out."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ConfigError(f"{path} is not valid Python: line {error.lineno}: {error.msg}") from error


@cache
def _digest(path: Path) -> str:
    """Hash the code of a file; layout, comments and docstrings do not count."""
    tree = _tree(path)
    for node in _statements(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and _has_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()


def _has_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = node.body[0] if node.body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
