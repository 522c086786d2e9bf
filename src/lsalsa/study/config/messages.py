"""Write faults of a configuration as sentences: the key, what was expected, what was found, the nearest valid name."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from lsalsa.errors import shortened

EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a block of settings",
    "model_type": "a block of settings",
    "finite_number": "a finite number",
}
BOUNDS = {
    "greater_than": "above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
}


LONGEST = 100
"""Characters of a name; file systems take about twice as many, with what a file adds to it."""


def hint(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean x?`, or the list of known names if none is near."""
    known = sorted(known)
    near = get_close_matches(str(name)[:LONGEST], known, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known: {', '.join(known)}" if known else "; none exists"


def unknown(path: str, name: str, noun: str, known: Iterable[str]) -> Iterator[str]:
    """Yield a sentence if a name is unknown.

    Parameters
    ----------
    path : str
        Key of the configuration that refers to the name.
    name : str
    noun : str
        What the name should be, with its article: "a task".
    known : iterable of str

    Yields
    ------
    sentence : str
    """
    if name not in known:
        yield f"{path} names {shortened(name, LONGEST)}, which is not {noun}{hint(name, known)}"


def sentences(error: ValidationError, root: type[BaseModel]) -> list[str]:
    """Write one sentence for each fault that the types found."""
    return [_sentence(fault, root) for fault in error.errors()]


def _sentence(fault: Mapping[str, Any], root: type[BaseModel]) -> str:
    location = tuple(part for part in fault["loc"] if part != "[key]")
    path = path_of(location) or "the configuration"
    kind, found, context = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        owner = model_at(root, location[:-1])
        return f"{path} is not a setting of {owner.noun}{hint(str(location[-1]), owner.model_fields)}"
    if kind == "missing":
        return f"{path} is missing; {model_at(root, location[:-1]).noun} needs it"
    if kind == "value_error":
        return f"{path} {context['error']}"
    if kind == "literal_error":
        return f"{path} must be {context['expected']}, found {short(found)}"
    if kind == "too_short":
        return f"{path} must not be empty"
    if kind in BOUNDS:
        return f"{path} must be {BOUNDS[kind].format(**context)}, found {short(found)}"
    return f"{path} must be {EXPECTED.get(kind, fault['msg'])}, found {short(found)}"


def path_of(location: Iterable[Any]) -> str:
    """Write a location as messages do: `tasks.digits.penalties[0]`."""
    named = (f"[{part}]" if isinstance(part, int) else f".{shortened(part, LONGEST)}" for part in location)
    return "".join(named).lstrip(".")


def model_at(root: Any, location: tuple) -> Any:
    """Return the type of the block at a location of the configuration."""
    for part in location:
        root = _step(root, part)
    return root


def _step(kind: Any, part: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _bare(kind.model_fields[part].annotation)
    return _bare(get_args(kind)[-1])


def _bare(kind: Any) -> Any:
    """Return the type without `| None`."""
    if get_origin(kind) in (Union, types.UnionType):
        return next(choice for choice in get_args(kind) if choice is not type(None))
    return kind


def short(value: Any) -> str:
    """Write a value for a message: a long one by its type and its first characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{type(value).__name__} {text[:50]}..."
