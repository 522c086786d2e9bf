"""Threads that wait for programs without the interpreter: a hand-off takes a microsecond instead of fifty.

The board is an array of int64 that all threads see. Its word holds the number of the job (upper 32 bits), of its
programs (16 bits) and of the next program that nobody has taken (16 bits). A thread takes a program by adding 1 to the
word; what it gets belongs to one job, so a thread that comes late for a job cannot take from it what is of another.
"""

from typing import Any

from numba import carray, types

from lsalsa.arrays.kernels.program import compiled, intrinsic, pointer, run

WORD, DONE, PROGRAMS, ITEMSIZE, HELPERS, GEMM, GEMV, ASLEEP = 0, 8, 16, 17, 18, 19, 20, 24  # places of the board
MOST_HELPERS = 32
LENGTH = ASLEEP + MOST_HELPERS


def _cell(context: Any, builder: Any, array_type: Any, array: Any, place: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [place])


@intrinsic
def _load(context: Any, array: Any, place: Any) -> Any:
    """A number of the board as the other threads left it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(_cell(context, builder, signature.args[0], *arguments), "seq_cst", 8)

    return types.int64(array, types.intp), generate


@intrinsic
def _store(context: Any, array: Any, place: Any, value: Any) -> Any:
    """Write a number of the board for the other threads, after all that was written before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        cell = _cell(context, builder, signature.args[0], *arguments[:2])
        builder.store_atomic(arguments[2], cell, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), generate


@intrinsic
def _add(context: Any, array: Any, place: Any, value: Any) -> Any:
    """Add to a number of the board at once; what it was before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        cell = _cell(context, builder, signature.args[0], *arguments[:2])
        return builder.atomic_rmw("add", cell, arguments[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@compiled
def work(board: Any, single: Any, double: Any) -> None:
    """Take and run programs of the job on the board until all are taken.

    Parameters
    ----------
    board : array, (LENGTH,), int64
    single, double : array, (0,)
        float32 and float64: their types.
    """
    while True:
        word: Any = _load(board, WORD)
        if word & 0xFFFF >= (word >> 16) & 0xFFFF:
            return
        word = _add(board, WORD, 1)
        i, count = word & 0xFFFF, (word >> 16) & 0xFFFF
        if i >= count:
            return
        row = carray(pointer(board[PROGRAMS]), (count, 4), board.dtype)[i]
        table = carray(pointer(row[0]), (row[1], row[2]), board.dtype)
        if board[ITEMSIZE] == 4:
            run(table, carray(pointer(row[3]), (row[1],), single.dtype), board[GEMM], board[GEMV])
        else:
            run(table, carray(pointer(row[3]), (row[1],), double.dtype), board[GEMM], board[GEMV])
        _add(board, DONE, 1)


@compiled
def lead(board: Any, word: int, count: int, single: Any, double: Any) -> None:
    """Post a job of `count` programs, work on it, and wait for what helpers have taken.

    Parameters
    ----------
    board : array, (LENGTH,), int64
    word : int
        Of the job, with no program taken.
    count : int
    single, double : array, (0,)
    """
    _store(board, DONE, 0)
    _store(board, WORD, word)
    work(board, single, double)
    while _load(board, DONE) < count:
        pass


@compiled
def serve(board: Any, number: int, patience: int, single: Any, double: Any) -> None:
    """Work on every job that is posted, and return when none came for a while; the board then says so.

    Parameters
    ----------
    board : array, (LENGTH,), int64
    number : int
        Of this helper.
    patience : int
        Looks at the board before the end.
    single, double : array, (0,)
    """
    _store(board, ASLEEP + number, 0)
    waited = 0
    while waited < patience:
        word = _load(board, WORD)
        if word & 0xFFFF < (word >> 16) & 0xFFFF and number < _load(board, HELPERS):
            work(board, single, double)
            waited = 0
        waited += 1
    _store(board, ASLEEP + number, 1)
