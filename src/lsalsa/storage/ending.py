"""A process that is asked to end saves its state first, where a computation that can do so is under way.

Schedulers send SIGTERM some seconds before SIGKILL. Arrays that a step is changing are no state, so the signal waits
for the end of the step. Who is impatient sends a second signal some seconds later, and the process ends at once.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGTERM, signal.SIGINT)
ECHO = 5.0  # seconds in which a second signal is the same request, which came to the whole group and from Snakemake


class _Ending:
    """Which signal came, and how many computations will look for it."""

    def __init__(self) -> None:
        self.asked: int | None = None
        self.since = 0.0
        self.savers = 0
        self.lock = threading.Lock()

    def __call__(self, number: int, frame: object) -> None:
        if not self.savers or (self.asked is not None and time.monotonic() - self.since > ECHO):
            raise SystemExit(128 + number)
        if self.asked is None:
            self.asked, self.since = number, time.monotonic()


_ending = _Ending()


def listen() -> None:
    """From now on SIGTERM and SIGINT end this process by `SystemExit`, after the state is saved.

    A signal that is ignored, as `nohup` and shell scripts arrange it, stays so. Only the main thread may call this.
    """
    _ending.asked = None
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _ending)


def is_asked() -> bool:
    """Whether the process shall end as soon as its state is saved."""
    return _ending.asked is not None


def end_if_asked() -> None:
    """Raise SystemExit, with the status of a process that the signal ended, if one came; call it with all saved."""
    if _ending.asked is not None:
        raise SystemExit(128 + _ending.asked)


@contextmanager
def saves_first() -> Iterator[None]:
    """In this block a signal waits until `end_if_asked` is called: soon, as schedulers kill a few seconds later."""
    with _ending.lock:
        _ending.savers += 1
    try:
        yield
    finally:
        with _ending.lock:
            _ending.savers -= 1
    if not _ending.savers:
        end_if_asked()
