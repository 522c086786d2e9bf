"""Pieces of the simulation's work by which its time can be told before it runs: its own runs, on a few windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from lsalsa.arrays import Device
from lsalsa.study.config.rules import settings_of
from lsalsa.study.work import Piece, Work
from papers.crsae.simulation.experiment import gradients_of, ratios_of
from papers.crsae.simulation.runs import runs_at_snr, runs_of_gradient

STEPS = 2
"""Batches of a piece."""


def gradients(study: Any) -> Work:
    """Return the work of learning by each gradient."""
    rule, names = "learn_crsae_simulation", gradients_of(study)
    pieces = [_piece(name, partial(runs_of_gradient, name), settings_of(study, rule, gradient=name)) for name in names]
    return Work(rule, len(names), pieces)


def ratios(study: Any) -> Work:
    """Return the work of learning at each signal-to-noise ratio."""
    rule, names = "compare_crsae_simulation", ratios_of(study)
    return Work(rule, len(names), [_piece("snr", runs_at_snr, settings_of(study, rule, snr=name)) for name in names])


def _piece(key: str, runs: Callable[..., Iterator[Any]], settings: Mapping[str, Any]) -> Piece:
    """One epoch of few windows in one repetition, of all runs of a job."""
    n_windows = min(STEPS * settings["batch_size"], settings["n_windows"])
    short = {**settings, "n_windows": n_windows, "epochs": 1, "repetitions": 1}
    times = settings["repetitions"] * settings["epochs"] * settings["n_windows"] / n_windows
    return Piece(key, lambda: lambda: list(runs(short, Device("cpu"))), times)
