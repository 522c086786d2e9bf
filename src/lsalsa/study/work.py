"""The work of a paper's own jobs, told by pieces of it that can be timed before the study runs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A small part of the work of a rule's jobs.

    Attributes
    ----------
    key : hashable
        Pieces with equal keys take the same time: one of them is timed.
    start : callable
        Makes what the piece needs, on random data of the study's sizes, and returns the piece: a callable.
    times : float
        How often the jobs do the piece, all together.
    """

    key: Hashable
    start: Callable[[], Callable[[], object]]
    times: float


@dataclass(frozen=True)
class Work:
    """The jobs of one rule.

    Attributes
    ----------
    rule : str
    jobs : int
    pieces : sequence of Piece
        That make up nearly all of the jobs' time.
    """

    rule: str
    jobs: int
    pieces: Sequence[Piece]
