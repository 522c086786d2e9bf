"""Public functions with many parameters describe each of them, as numpydoc wants it."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "lsalsa"
PARTS = ("arrays", "data", "discovery.py", "dictionary.py", "metrics.py", "seeds.py", "storage", "streaming")
ELSEWHERE = ("compiled.py", "cuda.py")  # the same steps as in portable.py, which describes them
FEW = 2
"""Parameters up to which a sentence is enough."""


def modules():
    found = [
        path
        for part in PARTS
        for path in ([PACKAGE / part] if part.endswith(".py") else (PACKAGE / part).rglob("*.py"))
    ]
    return sorted(path for path in found if path.name not in ELSEWHERE)


def public_functions(node, owner=""):
    """Name and node of every public function and method below a node."""
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from public_functions(child, f"{child.name}.")
        elif isinstance(child, ast.FunctionDef) and (not child.name.startswith("_") or child.name == "__call__"):
            yield owner + child.name, child


def parameters_of(function):
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    starred = [argument.arg for argument in (given.vararg, given.kwarg) if argument]
    return [name for name in names if name not in ("self", "cls")] + starred


def described(docstring):
    """Names at the head of the entries of the section Parameters."""
    section = re.search(r"^Parameters\n-{10}\n(.*?)(?=^\w+\n-{3,}$|\Z)", docstring, re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^(\S[^:\n]*?)(?: : .*)?$", section[1] if section else "", re.MULTILINE)
    return {name.strip(" *") for head in heads for name in head.split(",")}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_public_function_describes_its_parameters(path):
    lacking = {}
    for name, function in public_functions(ast.parse(path.read_text(encoding="utf-8"))):
        taken = parameters_of(function)
        missing = set(taken) - described(ast.get_docstring(function) or "")
        if len(taken) > FEW and missing:
            lacking[name] = sorted(missing)
    assert lacking == {}
