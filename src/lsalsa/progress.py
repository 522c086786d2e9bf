"""What `verbose` means: the lines that go to the log appear on the terminal as well, while something runs."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident


@contextmanager
def shown(log: logging.Logger, verbose: bool, level: int = logging.INFO) -> Iterator[None]:
    """Print the lines that a logger gets inside, with `verbose`; otherwise they go where logging sends them.

    Parameters
    ----------
    log : Logger
        Its level is set to `level` meanwhile, and put back.
    verbose : bool
        Lines of other threads are not printed: each has its own.
    level : int
        The lowest of the lines that are printed.
    """
    if not verbose:
        yield
        return
    handler, before, own = logging.StreamHandler(sys.stdout), log.level, get_ident()
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.addFilter(lambda record: record.thread == own)
    log.addHandler(handler)
    log.setLevel(min(level, log.getEffectiveLevel()))
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
