"""Loops compiled by numba, kept on the disk from process to process where there is a place for them."""

import warnings
from collections.abc import Callable
from typing import Any

from numba import njit

_told: list[str] = []


def compiled(fastmath: bool | set[str]) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that compiles a function, without the interpreter's lock, when it is first called.

    Where neither the folder of the source nor that of the user can be written, as in a container, each process compiles
    anew; a warning says so once.

    Parameters
    ----------
    fastmath : bool or set of str
        What the compiler may assume of floating-point numbers.

    Returns
    -------
    decorator : callable
    """

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = njit(nogil=True, error_model="numpy", fastmath=fastmath)(function)
        try:
            dispatcher.enable_caching()
        except (RuntimeError, OSError) as error:
            if not _told:
                _told.append(str(error))
                warnings.warn(
                    "compiled code cannot be kept: neither the installation nor a folder of the user can be written; "
                    "each process compiles anew, for some seconds; set NUMBA_CACHE_DIR to a folder that can",
                    stacklevel=2,
                )
        return dispatcher

    return decorate
