"""Plug-ins that lie among the tests, found as if they lay in the library."""

from contextlib import contextmanager
from importlib import import_module

from lsalsa.discovery import modules_in


@contextmanager
def plugged_in(folder):
    """Inside, the files of a folder count as those of the library's package of the folder's name."""
    path = import_module(f"lsalsa.{folder.name}").__path__
    path.append(str(folder))
    modules_in.cache_clear()
    try:
        yield
    finally:
        path.remove(str(folder))
        modules_in.cache_clear()
