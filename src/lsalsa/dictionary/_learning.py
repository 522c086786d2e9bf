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
    penalty : float
        Under which it was learned.
    """

    dictionary: Any
    history: list[dict] = field(default_factory=list)
    usage: Any = None
    unmoved: Any = None
    penalty: float | None = None

    def __repr__(self) -> str:
        n_features, n_atoms = self.dictionary.shape
        facts = f"{n_atoms} atoms of {n_features} features, {self.dictionary.dtype}"
        if self.history:
            last = self.history[-1]
            facts += f"; epoch {last['epoch']}: objective {last['objective']:.4g}, zeros {last['zero_share']:.1%}"
        return f"LearnedDictionary({facts})"


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


class Learning:
    """A method under way between two batches; everything that goes on from there has a name here.

    Parameters
    ----------
    method : DictionaryMethod
    signals : array, (n_samples, n_features)
    start : Start
        Of the method; it is overwritten.
    batch_size, tolerance, seed
        As for `learn_dictionary`.

    Attributes
    ----------
    history : list of dict
        A row for each epoch that is over.
    uses : array, (n_atoms,), int64
        Of each atom in the codes of the epoch under way, or of the last one.
    objectives, zeros : list of float
        Of each batch of that epoch, times its signals.
    spent : float
        Seconds of that epoch.
    is_under_way, is_over : bool
        Whether an epoch has begun and not ended; whether the objective stood still.
    after_step : callable
        Called after each batch, when all of this is as it is saved.
    """

    def __init__(
        self, method: DictionaryMethod, signals: Any, start: Start, batch_size: int, tolerance: float, seed: int
    ):
        self.method, self.signals, self.start = method, signals, start
        self.batch_size, self.tolerance, self.seed = batch_size, tolerance, seed
        self.history: list[dict] = []
        self.uses = namespace(signals).zeros(len(start.limits), np.int64)
        self.objectives: list[float] = []
        self.zeros: list[float] = []
        self.spent, self.is_under_way, self.is_over = 0.0, False, False
        self.after_step: Callable[[], None] = lambda: None

    @property
    def spent(self) -> float:
        return time.perf_counter() - self._clock

    @spent.setter
    def spent(self, seconds: float) -> None:
        self._clock = time.perf_counter() - seconds

    def run_to(self, epochs: int, after_epoch: Callable[[dict], object] = lambda row: None) -> LearnedDictionary:
        """Learn until the objective stands still, or there are so many epochs.

        Parameters
        ----------
        epochs : int
            In all.
        after_epoch : callable
            Is given the row of the history after each.

        Returns
        -------
        LearnedDictionary

        Raises
        ------
        DivergedError
            When atoms are not finite or lose their norm, or the method says so.
        """
        method = self.method
        ignored = np.errstate(over="ignore", invalid="ignore")  # atoms that run away are refused below
        with one_blas_thread(), ignored:  # the tiles of the codes are spread over threads instead
            while not self.is_over and len(self.history) < epochs:
                self._epoch()
                after_epoch(self.history[-1])
            batch = self._batches(len(self.history))[-1]
            method.check_end(self.signals[batch], self.objectives[-1] / len(batch), len(self.history))
        usage = self.uses / len(self.signals)
        unmoved = self.start.kept_by(method.atoms)
        return LearnedDictionary(_with_fixed_signs(method.atoms), self.history, usage, unmoved, method.penalty)

    def _batches(self, epoch: int) -> list[np.ndarray]:
        """Indices of the signals in the batches of an epoch: a new random order, which depends on the seed only."""
        order = generator(self.seed, epoch).permutation(self.signals.shape[0])
        return np.array_split(order, range(self.batch_size, len(order), self.batch_size))

    def _epoch(self) -> None:
        """One pass over the signals, or what is left of it."""
        epoch = len(self.history) + 1
        if not self.is_under_way:
            self.uses[...], self.objectives, self.zeros = 0, [], []
            self.spent, self.is_under_way = 0.0, True
        for batch in self._batches(epoch)[len(self.objectives) :]:
            self._step(batch, epoch)
        self._close(epoch)

    def _step(self, batch: np.ndarray, epoch: int) -> None:
        signals = self.signals[batch]
        _refuse_runaway(self.method, epoch)
        codes, objective = self.method.code(signals)
        self.objectives.append(objective * len(batch))
        self.zeros.append(zero_share(codes) * len(batch))
        self.uses += (codes != 0).sum(axis=0)
        self.method.update(signals, codes, epoch)
        self.after_step()

    def _close(self, epoch: int) -> None:
        """Draw dead atoms anew, and write the epoch down."""
        method, dead, count = self.method, self.uses == 0, len(self.signals)
        _redraw(method, dead, self.signals, self.start, self.seed, epoch)
        _refuse_runaway(method, epoch)
        row = {
            "epoch": epoch,
            "objective": float(sum(self.objectives)) / count,
            "zero_share": float(sum(self.zeros)) / count,
            "dead_atoms": int(dead.sum()),
            "unmoved_atoms": int(self.start.kept_by(method.atoms).sum()),
            "seconds": self.spent,
        }
        self.history.append(row)
        self.is_under_way = False
        method.check_epoch(self.history)
        log.info(
            "epoch %(epoch)d: objective %(objective).4f, zeros %(zero_share).3f, dead atoms %(dead_atoms)d, "
            "unmoved %(unmoved_atoms)d",
            row,
        )
        self.is_over = _stands_still(self.history, self.tolerance)


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
