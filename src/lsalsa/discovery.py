"""Plug-ins found by their folder: one file, one class; adding one edits no list."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules
from typing import Any

from lsalsa.arrays import nearest


@cache
def modules_in(package: str) -> tuple[str, ...]:
    """Names of the plug-in files of a package: all modules but `base` and private ones, sorted."""
    path = import_module(package).__path__
    return tuple(sorted(m.name for m in iter_modules(path) if m.name != "base" and not m.name.startswith("_")))


def class_in(package: str, kind: str, name: str, parent: type) -> type:
    """The subclass of `parent` defined in the file `name` of the package.

    Parameters
    ----------
    package : str
        Dotted name.
    kind : str
        What is looked for, as a message shall say it: "encoder", say.
    name : str
        Of the file, without its suffix.
    parent : type

    Raises
    ------
    ConfigError
        When there is no such file; the nearest name is given.
    ImportError
        When the file does not define exactly one such class.
    """
    if name not in modules_in(package):
        raise nearest(kind, name, modules_in(package))
    return _only_class(package, name, parent)


@cache
def _only_class(package: str, name: str, parent: type) -> type:
    module = import_module(f"{package}.{name}")
    found = [c for _, c in getmembers(module, isclass) if issubclass(c, parent) and c.__module__ == module.__name__]
    if len(found) != 1:
        raise ImportError(f"{module.__file__} must define exactly one {parent.__name__}, found {len(found)}")
    return found[0]


def settings_for(kind: str, owner: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """`known` settings with the `given` values in their place.

    Parameters
    ----------
    kind, owner : str
        As a message shall call a setting and what has it: "setting" and "LISTA", say.
    given, known : mapping
        Values by name; those of `known` are the defaults.

    Raises
    ------
    ConfigError
        For a name that is not known, with the nearest one.
    """
    for name in given:
        if name not in known:
            raise nearest(f"{kind} of {owner}", name, known)
    return {**known, **given}
