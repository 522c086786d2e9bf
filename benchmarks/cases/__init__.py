"""The cases: each takes a `Bench` and sizes, and gives rows."""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.bench import Bench
from benchmarks.cases import (
    calls,
    convolution,
    dictionary,
    exact,
    frontier,
    inference,
    scale,
    search,
    start_up,
    training,
)

Case = Callable[[Bench], Iterator[dict[str, Any]]]


def cases() -> dict[str, Case]:
    """Every case by name, at the sizes that are reported."""
    return {
        "start_up": start_up.run,
        "calls": calls.fixed,
        "few": calls.few,
        "inference": inference.run,
        "once": inference.run_once,
        "training": training.run,
        "training_peers": training.run_beside,
        "training_whole": training.run_whole,
        "exact": exact.run,
        "warm_start": exact.run_warm,
        "convolution": convolution.run,
        "dictionary": dictionary.run,
        "search": search.run,
        "scale": scale.run,
        "frontier": frontier.run,
    }
