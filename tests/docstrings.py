"""Check that docstrings name the parameters they stand beside: python tests/docstrings.py (part of make lint).

Checked are the functions, methods and classes of src/lsalsa and papers that no leading underscore hides. With three
parameters or more each has a section `Parameters`. Such a section names exactly the parameters, in their order. Every
section has a title that numpydoc knows. The sources are read and never imported, so CuPy is not needed.

The parameters of a class are the arguments of its `__init__`; of a dataclass or a named tuple its fields, which may
stand under `Attributes` instead; of an encoder or a solver the keys of its `defaults` or `settings`, which users give
as keyword arguments.

A function that is a command of the command line needs none: its docstring is its help, and its options explain
themselves there.

A contract is documented once. A method needs no section where a base class has one for it. A function needs none where
the docstring of its module says "Implements `package.module`": the section is in that module, for the same parameters.
"""

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from numpydoc.hooks.validate_docstrings import AstValidator
from numpydoc.validate import ALLOWED_SECTIONS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src/lsalsa", "papers")
NOT_IMPORTED = {"scripts", "notebooks", "tests"}
"""Folders of a paper whose files are run, not imported."""

FEWEST = 3
"""Number of parameters from which on a section is asked for."""

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


class Public(NamedTuple):
    """A function, method or class: its file, its dotted name in there, and the nodes around it."""

    path: Path
    name: str
    node: Any
    parents: tuple[Any, ...]


class Docstring(AstValidator):
    """A docstring, read by numpydoc, beside the parameters that belong to it."""

    classes: Mapping[str, ast.ClassDef]

    @property
    def fields(self) -> list[str]:
        """Parameters of a class that has no `__init__`; nothing for anything else."""
        if not self.is_class or self.signature_parameters:
            return []
        return _settings(self.node, self.classes) or _fields(self.node)

    @property
    def expected(self) -> list[str]:
        return self.fields or list(self.signature_parameters)

    @property
    def found(self) -> list[str]:
        attributes = self.doc["Attributes"] if self.fields else []
        names = [name for entry in attributes for name in entry.name.split(", ")]
        return [*(name.replace("\\", "") for name in self.doc_all_parameters), *names]


def faults_of(texts: Mapping[Path, str]) -> list[str]:
    """One line for each fault in the public ones of some files, which are given by their text."""
    trees = {path: ast.parse(text) for path, text in texts.items()}
    nodes = [node for tree in reversed(trees.values()) for node in ast.walk(tree)]  # of two names the library's stays
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    contracts = {path: _contract(tree, trees) for path, tree in trees.items()}
    found = [public for path, tree in trees.items() if _is_public(path) for public in _public(path, tree)]
    return [
        f"{one.path}:{one.node.lineno} {one.name}: {fault}"
        for one in found
        for fault in _faults(one, contracts[one.path].get(one.name), classes)
    ]


def sources() -> dict[Path, str]:
    """Text of every module, by its path in the repository."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]
    return {file.relative_to(ROOT): file.read_text() for file in files}


def _is_public(place: Path) -> bool:
    hidden = [part for part in place.with_suffix("").parts if part.startswith("_") and part != "__init__"]
    return not hidden and not NOT_IMPORTED & set(place.parts)


def _public(path: Path, node: Any, prefix: str = "", parents: tuple[Any, ...] = ()) -> Iterator[Public]:
    """Public names of a module or a class, from the top to the bottom."""
    for child in node.body:
        if isinstance(child, (*FUNCTION, ast.ClassDef)) and not child.name.startswith("_"):
            yield Public(path, prefix + child.name, child, (*parents, node))
            if isinstance(child, ast.ClassDef):
                yield from _public(path, child, f"{prefix}{child.name}.", (*parents, node))


def _contract(tree: ast.Module, trees: Mapping[Path, ast.Module]) -> dict[str, Public]:
    """Functions of the module that a module implements, by name; nothing for a module that implements none."""
    named = re.search(r"Implements `([\w.]+)`", ast.get_docstring(tree) or "")
    path = Path("src", *named[1].split(".")).with_suffix(".py") if named else None
    return {one.name: one for one in _public(path, trees[path])} if path in trees else {}


def _read(one: Public, classes: Mapping[str, ast.ClassDef]) -> Docstring:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of unknown sections, which are faults here
        docstring = Docstring(ast_node=one.node, filename=ROOT / one.path, obj_name=one.name, ancestry=one.parents)
    docstring.classes = classes
    return docstring


def _faults(one: Public, contract: Public | None, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    docstring = _read(one, classes)
    titles = docstring.section_titles
    if unknown := [title for title in titles if title not in ALLOWED_SECTIONS]:
        yield f"no section of numpydoc: {', '.join(unknown)}"
        return
    if titles != (known := sorted(titles, key=ALLOWED_SECTIONS.index)):
        yield f"sections must stand in the order {', '.join(known)}"
    found = docstring.found or (_read(contract, classes).found if contract else [])
    is_told = _base_documents(one, classes) or is_command(one.node)
    is_needed = len(docstring.expected) >= FEWEST and not is_told
    if found or is_needed:
        yield from _wrong_names(docstring.expected, found)


def _wrong_names(expected: list[str], found: list[str]) -> Iterator[str]:
    missing = [name for name in expected if name not in found]
    unknown = [name for name in found if name not in expected]
    if missing:
        yield f"Parameters lacks {', '.join(missing)}"
    if unknown:
        yield f"Parameters names what is none: {', '.join(unknown)}"
    if not missing and not unknown and found != expected:
        yield f"Parameters must stand in the order {', '.join(expected)}"


def _base_documents(one: Public, classes: Mapping[str, ast.ClassDef]) -> bool:
    """True for a method whose parameters a base class explains: they are the same by contract."""
    owner = one.parents[-1]
    waiting = list(owner.bases) if isinstance(owner, ast.ClassDef) else []
    while waiting:
        base = classes.get(ast.unparse(waiting.pop()))
        if base is not None:
            waiting += base.bases
            methods = [node for node in base.body if getattr(node, "name", None) == one.node.name]
            if any("Parameters\n" in (ast.get_docstring(method) or "") for method in methods):
                return True
    return False


def is_command(node: Any) -> bool:
    """True for a command of the command line, whose docstring is its help."""
    return any(ast.unparse(part).startswith("click.command(") for part in node.decorator_list)


def _fields(node: ast.ClassDef) -> list[str]:
    """Fields of a dataclass or a named tuple, in order; nothing for other classes."""
    words = {ast.unparse(part).partition("(")[0] for part in (*node.decorator_list, *node.bases)}
    declared = [part for part in node.body if isinstance(part, ast.AnnAssign)]
    fields = [part.target.id for part in declared if "ClassVar" not in ast.unparse(part.annotation)]
    return fields if words & {"dataclass", "NamedTuple"} else []


def _settings(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """Keys of the dictionary `defaults` or `settings` of a class or the nearest of its bases; nothing without one."""
    for part in node.body:
        is_settings = isinstance(part, ast.AnnAssign) and part.target.id in ("defaults", "settings")
        if is_settings and isinstance(part.value, ast.Dict):
            return [ast.literal_eval(key) for key in part.value.keys]
    bases = [classes[name] for name in map(ast.unparse, node.bases) if name in classes]
    return next((found for base in bases if (found := _settings(base, classes))), [])


def main() -> int:
    """Print every fault; the exit status is 0 when there is none."""
    faults = faults_of(sources())
    for fault in faults:
        print(fault)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
