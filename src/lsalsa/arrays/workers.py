"""Worker threads: how many there are, and work that is spread over them, one BLAS thread each."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any

from lsalsa.arrays.blas import one_blas_thread
from lsalsa.arrays.checks import check_count

_local = threading.local()
_state: dict[str, Any] = {"threads": None}


def set_threads(n: int) -> None:
    """Use this many worker threads from now on; the default is every core this process may run on.

    Parameters
    ----------
    n : int
        At least 1; results are the same to the byte whatever it is.

    Raises
    ------
    ConfigError
        When it is no whole number of at least 1.
    """
    _state["threads"] = check_count("threads", n)


def threads() -> int:
    """Number of worker threads in use here; 1 inside `parallel_map`, whose items are the unit of work."""
    if getattr(_local, "inside", False):
        return 1
    return _state["threads"] or len(os.sched_getaffinity(0))


def parallel_map(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Call `work(item)` for every item, spread over the worker threads.

    Parameters
    ----------
    work : callable
        Runs with one BLAS thread and without worker threads of its own.
    items : iterable

    Returns
    -------
    results : list
        In the order of the items.
    """

    def alone(item: Any) -> Any:
        outer, _local.inside = getattr(_local, "inside", False), True
        try:
            return work(item)
        finally:
            _local.inside = outer

    with one_blas_thread():
        if threads() == 1:
            return [alone(item) for item in items]
        return spread(alone, items)


def spread(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Call `work(item)` on the worker threads, in the caller's context (NumPy's error state is part of it).

    The calling thread works as well, and every thread takes the next item as soon as it is free. This saves one
    hand-off; helpers that have not started when the queue is empty are cancelled. When several items fail, the error
    of the first one is raised.
    """
    items = list(items)
    results: list[Any] = [None] * len(items)
    errors: dict[int, Exception] = {}
    queue = iter(range(len(items)))

    def take_turns() -> None:
        for i in queue:
            try:
                results[i] = work(items[i])
            except Exception as error:  # raised below
                errors[i] = error

    count = min(threads(), len(items)) - 1
    helpers = [_pool(threads()).submit(copy_context().run, take_turns) for _ in range(count)]
    try:
        take_turns()
    finally:
        for helper in [helper for helper in helpers if not helper.cancel()]:
            helper.result()
    if errors:
        raise errors[min(errors)]
    return results


@cache
def _pool(n: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n, thread_name_prefix="lsalsa")
