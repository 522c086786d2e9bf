"""What CuPy offers of NumPy's functions: `python tests/cupy_signatures.py`, where CuPy is, writes the table anew.

The table, `cupy_signatures.json`, lets a machine without CuPy check the library's calls, those of a new encoder among
them: it has every function and method that CuPy shares with NumPy. To write it, CuPy must be installed (`pip install
cupy-cuda12x`), but no GPU is needed. Defaults are all written as None and annotations are left out: it says which
arguments there are, not what they mean.
"""

import ast
import inspect
import json
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_suffix(".json")
SOURCES = Path(__file__).resolve().parent.parent / "src" / "lsalsa"
OWN_FUNCTIONS = ("get_default_memory_pool",)  # that NumPy does not have
OWN_METHODS = ("get",)
TO_THE_HOST = (
    "dump",
    "dumps",
    "item",
    "tobytes",
    "tofile",
    "tolist",
)  # methods that wait for the device: `get` says so
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


@cache
def signature(text):
    """The arguments in a line of the table as a signature that calls can be bound to."""
    return inspect.signature(eval(f"lambda {text}: None"))


def arguments_of(function):
    """A function's arguments as a line of the table, None where it does not say them."""
    import cupy

    if isinstance(function, cupy.ufunc):
        return UFUNC
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return None
    return _spelled([(p.kind, p.name, p.default is not p.empty) for p in parameters])


def arguments_of_method(name):
    """As `arguments_of`; compiled methods say their arguments, some with types, in the first line of their
    documentation."""
    import cupy

    said = getattr(cupy.ndarray, name).__doc__.strip().splitlines()[0]
    inside = re.sub(r"(?:\w+ )+(\w+)", r"\1", said[said.index("(") + 1 : said.rindex(")")])
    parameters = inspect.signature(eval(f"lambda {inside}: None")).parameters.values()
    return _spelled([(p.kind, p.name, p.default is not p.empty) for p in list(parameters)[1:]])


def _spelled(parameters):
    words, starred = [], False
    for kind, name, has_default in parameters:
        if kind is inspect.Parameter.VAR_POSITIONAL:
            words.append(f"*{name}")
        elif kind is inspect.Parameter.VAR_KEYWORD:
            words.append(f"**{name}")
        else:
            if kind is inspect.Parameter.KEYWORD_ONLY and not starred and not any("*" in word for word in words):
                words.append("*")
                starred = True
            words.append(f"{name}=None" if has_default else name)
    return ", ".join(words)


def missing(name):
    """What to say where the library calls a function that is not in the table."""
    return (
        f"cupy.{name} is not in {TABLE.name}: CuPy {table()['version']} has no such function of NumPy's; use those of "
        f"the table, or write it anew with a newer CuPy (pip install cupy-cuda12x; python tests/{TABLE.stem}.py)"
    )


def written():
    """The table for the CuPy that is installed here."""
    import cupy
    import numpy

    found = {name: arguments_of(getattr(cupy, name)) for name in _shared(cupy, numpy, OWN_FUNCTIONS)}
    methods = set(_shared(cupy.ndarray, numpy.ndarray, OWN_METHODS)) - set(TO_THE_HOST)
    return {
        "version": cupy.__version__,
        "functions": {name: arguments for name, arguments in found.items() if arguments is not None},
        "methods": {name: arguments_of_method(name) for name in sorted(methods)},
    }


def _shared(place, model, own):
    """Public functions of a place that its model in NumPy has as well, and its own that are named."""
    names = [name for name in dir(place) if not name.startswith("_") and (hasattr(model, name) or name in own)]
    return [name for name in names if callable(getattr(place, name)) and not inspect.isclass(getattr(place, name))]


if __name__ == "__main__":
    TABLE.write_text(json.dumps(written(), indent=1) + "\n", encoding="utf-8")
