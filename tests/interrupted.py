"""A process that gets a signal at a chosen moment of its work."""

import os
import signal
from contextlib import contextmanager
from unittest import mock

import pytest

from lsalsa.storage.ending import SIGNALS, listen


@contextmanager
def asked_to_end(owner, name, call, number=signal.SIGTERM):
    """In this block this process gets a signal in the `call`-th call of a method, counted from 1, and ends by it."""
    method, before, calls = getattr(owner, name), {one: signal.getsignal(one) for one in SIGNALS}, []

    def counted(*args, **kwargs):
        calls.append(args)
        if len(calls) == call:
            os.kill(os.getpid(), number)
        return method(*args, **kwargs)

    for one in SIGNALS:  # a script's background job ignores SIGINT, and what is ignored stays so
        signal.signal(one, signal.SIG_DFL)
    listen()
    try:
        with mock.patch.object(owner, name, counted), pytest.raises(SystemExit) as ended:
            yield calls
    finally:
        listen()  # forgets the signal
        for one, handler in before.items():
            signal.signal(one, handler)
    assert ended.value.code == 128 + number
