"""The loop of dictionary learning: passes in random order, history, dead atoms, stopping; no method's mathematics."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from lsalsa.arrays import namespace, one_blas_thread
from lsalsa.arrays.checks import is_finite
from lsalsa.arrays.unit_norm import column_norms, unit_columns
from lsalsa.dictionary.base import DictionaryMethod
from lsalsa.errors import DataError, DivergedError
from lsalsa.metrics import zero_share
from lsalsa.seeds import generator

log = logging.getLogger(__name__)
UNIT = 1e-3  # by which the norm of an atom may differ from 1 through rounding
# Cosines with its start above which an atom still is that. Noise of many features is like no signal: above this one
# more than half of the atom's energy is noise. Signals are like each other.
UNMOVED = {"random": 0.5**0.5, "signals": 0.95}


@dataclass
class LearnedDictionary:
    """A dictionary and the history of its learning.

    Attributes
    ----------
    dictionary : array, (n_features, n_atoms)
        Columns of norm 1 whose sum is not negative, which fixes the arbitrary sign of an atom.
    history : list of dict
        One row per epoch: epoch, objective (mean over the samples, each under the dictionary at its step), zero_share,
        dead_atoms (used by no code of the epoch, and replaced), unmoved_atoms (see `unmoved`), seconds.
    usage : array, (n_atoms,), float64
        Share of the last epoch's codes that used each atom.
    unmoved : array, (n_atoms,), bool
        Atoms that still are what they started from: more than half of their energy is that of the random start, or
        they have a cosine above 0.95 with the signal that they started from or that replaced a dead atom.
    """

    dictionary: Any
    history: list[dict] = field(default_factory=list)
    usage: Any = None
    unmoved: Any = None


class Start(NamedTuple):
    """What each atom started from: atoms, (n_features, n_atoms), and the cosine above which one still is that.

    The columns of atoms that are replaced are overwritten.
    """

    atoms: Any
    limits: Any

    def kept_by(self, atoms: Any) -> Any:
        """Which of the atoms, (n_features, n_atoms), still are their start: array, (n_atoms,), bool."""
        xp = namespace(atoms)
        return xp.abs(xp.sum(atoms * self.atoms, axis=0)) > self.limits


class _Pass(NamedTuple):
    """What an epoch leaves: its row of the history, each atom's share of use, its last batch and that one's objective
    before the step."""

    row: dict
    usage: Any
    batch: Any
    objective: float


def learn(
    method: DictionaryMethod,
    signals: Any,
    start: Start,
    epochs: int,
    batch_size: int,
    tolerance: float,
    seed: int,
    after_epoch: Callable[[dict], object] | None = None,
) -> LearnedDictionary:
    """Run a method until the objective stands still, or for all epochs.

    Parameters
    ----------
    method : DictionaryMethod
    signals : array, (n_samples, n_features)
    start : Start
        Of the method; it is overwritten.
    epochs, batch_size, tolerance, seed, after_epoch
        As for `learn_dictionary`.

    Returns
    -------
    LearnedDictionary

    Raises
    ------
    DivergedError
        When atoms are not finite or lose their norm, or the method says so.
    """
    history: list[dict] = []
    ignored = np.errstate(over="ignore", invalid="ignore")  # atoms that run away are refused below
    with one_blas_thread(), ignored:  # the tiles of the codes are spread over threads instead
        for epoch in range(1, epochs + 1):
            done = _epoch(method, signals, start, batch_size, seed, epoch)
            history.append(done.row)
            method.check_epoch(history)
            log.info(
                "epoch %(epoch)d: objective %(objective).4f, zeros %(zero_share).3f, dead atoms %(dead_atoms)d, "
                "unmoved %(unmoved_atoms)d",
                done.row,
            )
            if after_epoch is not None:
                after_epoch(done.row)
            if _stands_still(history, tolerance):
                break
        method.check_end(done.batch, done.objective, epoch)
    return LearnedDictionary(_with_fixed_signs(method.atoms), history, done.usage, start.kept_by(method.atoms))


def _epoch(method: DictionaryMethod, signals: Any, start: Start, batch_size: int, seed: int, epoch: int) -> _Pass:
    """One pass over the signals in a new random order."""
    xp, clock = namespace(signals), time.perf_counter()
    order = generator(seed, epoch).permutation(signals.shape[0])
    uses = xp.zeros(len(start.limits), np.int64)
    objectives, zeros = [], []
    for first in range(0, len(order), batch_size):
        batch = signals[order[first : first + batch_size]]
        _refuse_runaway(method, epoch)
        codes, objective = method.code(batch)
        objectives.append(objective * len(batch))
        zeros.append(zero_share(codes) * len(batch))
        uses += (codes != 0).sum(axis=0)
        method.update(batch, codes, epoch)
    _redraw(method, uses == 0, signals, start, seed, epoch)
    _refuse_runaway(method, epoch)
    row = {
        "epoch": epoch,
        "objective": float(sum(objectives)) / len(order),
        "zero_share": float(sum(zeros)) / len(order),
        "dead_atoms": int((uses == 0).sum()),
        "unmoved_atoms": int(start.kept_by(method.atoms).sum()),
        "seconds": time.perf_counter() - clock,
    }
    return _Pass(row, uses / len(order), batch, objective)


def _stands_still(history: list[dict], tolerance: float) -> bool:
    """Whether the last epoch lowered the objective by no more than the tolerance."""
    if not tolerance or len(history) < 2:
        return False
    before, last = (row["objective"] for row in history[-2:])
    return before - last <= tolerance * before


def start_from(signals: Any, n_atoms: int, start: str, seed: int) -> Start:
    """Atoms of norm 1 to start from.

    Parameters
    ----------
    signals : array, (n_samples, n_features)
    n_atoms : int
    start : {"signals", "random"}
    seed : int

    Returns
    -------
    Start

    Raises
    ------
    DataError
        When all signals are zero.
    """
    if not bool(signals.any()):
        raise DataError(f"no dictionary can be learned: all {signals.shape[0]} signals are zero")
    xp = namespace(signals)
    if start == "signals":
        atoms = _drawn(signals, n_atoms, generator(seed, 0))
    else:
        values = generator(seed, 0).standard_normal((signals.shape[1], n_atoms))
        atoms = unit_columns(xp.asarray(values, dtype=signals.dtype))
    return Start(atoms, xp.full(n_atoms, UNMOVED[start]))


def _drawn(signals: Any, count: int, rng: np.random.Generator) -> Any:
    """Atoms drawn at random from the non-zero signals: array, (n_features, count)."""
    xp = namespace(signals)
    usable = xp.flatnonzero(xp.any(signals != 0, axis=1))
    chosen = rng.choice(len(usable), count, replace=len(usable) < count)
    return unit_columns(signals[usable[chosen]].T)


def _redraw(method: DictionaryMethod, dead: Any, signals: Any, start: Start, seed: int, epoch: int) -> None:
    """Replace dead atoms by random non-zero signals: random directions would stay unused."""
    count = int(dead.sum())
    if count:
        drawn = _drawn(signals, count, generator(seed, epoch, 1))
        method.replace(dead, drawn)
        start.atoms[:, dead] = drawn
        start.limits[dead] = UNMOVED["signals"]


def _with_fixed_signs(atoms: Any) -> Any:
    xp = namespace(atoms)
    return atoms * xp.where(xp.sum(atoms, axis=0) < 0, -1, 1).astype(atoms.dtype)


def _refuse_runaway(method: DictionaryMethod, epoch: int) -> None:
    """Refuse atoms that a step has made infinite, or of norm 0."""
    atoms = method.atoms
    if not is_finite(atoms) or not bool((namespace(atoms).abs(column_norms(atoms) - 1) < UNIT).all()):
        raise DivergedError(
            f"dictionary learning diverged in epoch {epoch}: atoms left the finite numbers or vanished; {method.remedy}"
        )
