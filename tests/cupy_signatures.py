"""What CuPy offers of what the library uses: `python tests/cupy_signatures.py`, where CuPy is, writes the table anew.

The table, `cupy_signatures.json`, lets a machine without CuPy check the library's calls. Defaults are all written as
None and annotations are left out: it says which arguments there are, not what they mean.
"""

import ast
import inspect
import json
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_suffix(".json")
SOURCES = Path(__file__).resolve().parent.parent / "src" / "lsalsa"
METHODS = ("all", "any", "argmax", "astype", "copy", "fill", "get", "max", "mean", "reshape", "sum")
COMMON = """
abs add all any arange argmax argmin argsort array asarray ascontiguousarray bincount broadcast_to clip
concatenate copy cumsum diag divide dot empty empty_like exp expand_dims eye flatnonzero full full_like hstack
isfinite isnan linspace log logical_and logical_not logical_or matmul max maximum mean median min minimum
moveaxis multiply nonzero ones ones_like outer prod ravel repeat reshape searchsorted sign sort split sqrt
square squeeze stack std subtract sum swapaxes take tanh tile transpose unique var vdot vstack where zeros
zeros_like
"""
"""Functions that are in the table whether they are called or not, so that a new call seldom asks for a new table."""
UFUNC = "*args, out=None, dtype=None"  # what the reference of cupy.ufunc documents
MADE_BY_HAND = ("RawKernel",)  # a class, not a function of arrays


def calls():
    """Every call of a function of the array module in the library: (place, name, call)."""
    found = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_namespace(node.func.value):
                found.append((f"{path.relative_to(SOURCES)}:{node.lineno}", node.func.attr, node))
    return found


def is_namespace(node):
    """`xp`, `cupy`, `self.xp`, `namespace(...)` or a module below one of them."""
    if isinstance(node, ast.Name):
        return node.id in ("xp", "cupy")
    if isinstance(node, ast.Attribute):
        return node.attr == "xp"
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "namespace"


@cache
def table():
    """CuPy's version and, by name, the arguments of its functions and of the methods of its arrays."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def signature(text):
    """The arguments in a line of the table as a signature that calls can be bound to."""
    return inspect.signature(eval(f"lambda {text}: None"))


def arguments_of(function):
    """A function's arguments as a line of the table."""
    import cupy

    if isinstance(function, cupy.ufunc):
        return UFUNC
    parameters = inspect.signature(function).parameters.values()
    return _spelled([(p.kind, p.name, p.default is not p.empty) for p in parameters])


def arguments_of_method(name):
    """As `arguments_of`; compiled methods say their arguments in the first line of their documentation."""
    import cupy

    said = getattr(cupy.ndarray, name).__doc__.strip().splitlines()[0]
    inside = said[said.index("(") + 1 : said.rindex(")")]
    parameters = inspect.signature(eval(f"lambda {inside}: None")).parameters.values()
    return _spelled([(p.kind, p.name, p.default is not p.empty) for p in list(parameters)[1:]])


def _spelled(parameters):
    words, starred = [], False
    for kind, name, has_default in parameters:
        if kind is inspect.Parameter.VAR_POSITIONAL:
            words.append(f"*{name}")
        else:
            if kind is inspect.Parameter.KEYWORD_ONLY and not starred and not any("*" in word for word in words):
                words.append("*")
                starred = True
            words.append(f"{name}=None" if has_default else name)
    return ", ".join(words)


def written():
    """The table for the CuPy that is installed here."""
    import cupy

    names = sorted({*COMMON.split(), *(name for _, name, _ in calls() if name not in MADE_BY_HAND)})
    functions = {name: arguments_of(getattr(cupy, name)) for name in names if callable(getattr(cupy, name, None))}
    return {
        "version": cupy.__version__,
        "functions": functions,
        "methods": {name: arguments_of_method(name) for name in METHODS},
    }


if __name__ == "__main__":
    TABLE.write_text(json.dumps(written(), indent=1) + "\n", encoding="utf-8")
