"""Helpers that run programs beside the calling thread. They spin for a moment after a job, then sleep."""

import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from lsalsa.arrays.blas import one_blas_thread
from lsalsa.arrays.programs import Program
from lsalsa.arrays.workers import threads

PATIENCE = 100_000  # looks at the board before a helper sleeps: about 100 microseconds to some hundreds
SINGLE, DOUBLE = np.empty(0, np.float32), np.empty(0, np.float64)


def run_together(programs: Sequence[Program]) -> None:
    """Run programs that do not depend on each other, on as many threads as `threads` says.

    Parameters
    ----------
    programs : sequence of Program
        All of one dtype.
    """
    with one_blas_thread():
        if min(len(programs), threads()) > 1 and _crew.lock.acquire(blocking=False):
            try:
                _crew.run(programs)
            finally:
                _crew.lock.release()
        else:  # the helpers are busy with another thread's programs, or there are none
            for program in programs:
                program()


class Crew:
    """The helpers of this process and their board."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._calls: list[Any] = []
        self._job = 0
        self._addresses = np.zeros((0, 4), np.int64)
        self._programs: Sequence[Program] = ()

    def run(self, programs: Sequence[Program]) -> None:
        """Post the programs, take part, and return when all have run; the caller holds the lock."""
        from lsalsa.arrays.kernels import crew as native

        if not self._calls:
            self.board = np.zeros(native.LENGTH, np.int64)
        n_helpers = min(threads(), len(programs), len(os.sched_getaffinity(0)), native.MOST_HELPERS) - 1
        while len(self._calls) < n_helpers:
            self._hire(native)
        if programs is not self._programs:
            rows = [(p.table.ctypes.data, *p.table.shape, p.scalars.ctypes.data) for p in programs]
            self._programs, self._addresses = programs, np.array(rows, np.int64)
        board, count = self.board, len(programs)
        board[native.PROGRAMS], board[native.ITEMSIZE] = self._addresses.ctypes.data, programs[0].scalars.itemsize
        board[native.HELPERS], board[[native.GEMM, native.GEMV]] = n_helpers, programs[0].blas
        self._job = (self._job + 1) & 0x7FFFFFFF
        for number in range(n_helpers):
            if board[native.ASLEEP + number]:
                board[native.ASLEEP + number] = 0
                self._calls[number].release()
        native.lead(board, self._job << 32 | count << 16, count, SINGLE, DOUBLE)

    def _hire(self, native: Any) -> None:
        call, number = threading.Lock(), len(self._calls)
        call.acquire()

        def serve() -> None:
            while True:
                native.serve(self.board, number, PATIENCE, SINGLE, DOUBLE)
                call.acquire()

        self._calls.append(call)
        threading.Thread(target=serve, name=f"lsalsa-helper-{number}", daemon=True).start()


_crew = Crew()


def _forget() -> None:
    """A child process has no helpers."""
    global _crew
    _crew = Crew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
