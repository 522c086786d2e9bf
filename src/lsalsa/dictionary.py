"""Dictionary learning: stochastic gradient steps on unit-norm atoms with FISTA codes."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from lsalsa.arrays import check_count, check_matrix, namespace, one_blas_thread
from lsalsa.arrays.checks import as_number, check_squares, is_finite
from lsalsa.arrays.unit_norm import column_norms, unit_columns
from lsalsa.errors import ConfigError, DataError, DivergedError
from lsalsa.metrics import zero_share
from lsalsa.problem import SparseCodingProblem
from lsalsa.seeds import generator
from lsalsa.solvers import solve_with
from lsalsa.solvers.fista import FISTA

log = logging.getLogger(__name__)
UNIT = 1e-3  # by which the norm of an atom may differ from 1 through rounding
CODING_ROWS = 64  # a batch is a few hundred signals: small tiles, so that several threads have some


@dataclass
class LearnedDictionary:
    """A dictionary and the history of its learning.

    Attributes
    ----------
    dictionary : array, (n_features, n_atoms)
        Columns of norm 1 whose sum is not negative, which fixes the arbitrary sign of an atom.
    history : list of dict
        One row per epoch: epoch, objective (mean over the samples, each under the dictionary at its step), zero_share,
        dead_atoms (used by no code of the epoch, and replaced), seconds.
    usage : array, (n_atoms,), float64
        Share of the last epoch's codes that used each atom.
    """

    dictionary: Any
    history: list[dict] = field(default_factory=list)
    usage: Any = None


def learn_dictionary(
    signals: Any,
    n_atoms: int,
    penalty: float,
    *,
    step_size: float = 1.0,
    epochs: int = 5,
    batch_size: int = 200,
    iterations: int = 60,
    decay: float = 1.0,
    rise_tolerance: float = 0.2,
    start: str = "signals",
    seed: int = 0,
) -> LearnedDictionary:
    """Learn atoms that explain signals sparsely (LSALSA paper, equations 5 and 8; docs/method.md, section 3).

    Each batch gets FISTA codes X under the current dictionary A; then A moves by -step_size (A X - Y) X^T / batch
    size and its columns are scaled to norm 1. Atoms that no code of an epoch used are replaced by random signals.

    Parameters
    ----------
    signals : array, (n_samples, n_features)
        float32 or float64, NumPy or CuPy.
    n_atoms : int
    penalty : float
        Weight of the l1 norm in the codes' objective.
    step_size : float
        Of the first epoch.
    epochs, batch_size, iterations : int
        Passes over the signals, signals per step, FISTA iterations per code.
    decay : float
        Factor on the step size after each epoch, in (0, 1].
    rise_tolerance : float
        When an epoch's objective exceeds that of the best epoch by more than this share, learning has diverged.
    start : {"signals", "random"}
        First atoms: random signals, or Gaussian noise, of which some atoms stay noise for many epochs.
    seed : int
        Of the start, the order of the signals and the replaced atoms; the same seed gives the same bytes.

    Returns
    -------
    LearnedDictionary

    Raises
    ------
    DivergedError
        When the objective is not finite or rises by more than `rise_tolerance`, or that of the last batch in its step.
    ConfigError, ShapeError, DataError
        When a setting is out of range, or the signals are not a finite matrix, or all zero.
    """
    signals = check_matrix("signals", signals)
    counts = {"n_atoms": n_atoms, "epochs": epochs, "batch_size": batch_size, "iterations": iterations}
    for name, value in counts.items():
        check_count(name, value)
    if not (0 < as_number(step_size) < np.inf and 0 < as_number(decay) <= 1):
        found = f"{step_size!r} and {decay!r}"
        raise ConfigError(f"step_size must be positive and finite, and decay in (0, 1], found {found}")
    if not as_number(rise_tolerance) >= 0:
        raise ConfigError(f"rise_tolerance must be a number and not negative, found {rise_tolerance!r}")
    if start not in ("signals", "random"):
        raise ConfigError(f"start must be signals or random, found {start!r}")
    check_squares("signals", signals)
    history: list[dict] = []
    ignored = np.errstate(over="ignore", invalid="ignore")  # atoms that run away are refused below
    with one_blas_thread(), ignored:  # the tiles of the codes are spread over threads instead
        atoms = _start(signals, n_atoms, start, seed)
        for epoch in range(1, epochs + 1):
            atoms, row, usage, last = _epoch(
                signals, atoms, penalty, step_size * decay ** (epoch - 1), batch_size, iterations, seed, epoch
            )
            history.append(row)
            _refuse_divergence(history, rise_tolerance)
            log.info(
                "epoch %(epoch)d: objective %(objective).4f, zeros %(zero_share).3f, dead atoms %(dead_atoms)d",
                row,
            )
        _refuse_last_step(atoms, last, penalty, iterations, epochs, rise_tolerance)
    return LearnedDictionary(_with_fixed_signs(atoms), history, usage)


class _Step(NamedTuple):
    """The last step of an epoch: its batch, and the mean objective of that before the step."""

    batch: Any
    objective: float


def _epoch(
    signals: Any,
    atoms: Any,
    penalty: float,
    step: float,
    batch_size: int,
    iterations: int,
    seed: int,
    epoch: int,
) -> tuple[Any, dict, Any, _Step]:
    xp, clock = namespace(signals), time.perf_counter()
    order = generator(seed, epoch).permutation(signals.shape[0])
    uses = xp.zeros(atoms.shape[1], np.int64)
    objectives, zeros = [], []
    for first in range(0, len(order), batch_size):
        batch = signals[order[first : first + batch_size]]
        _refuse_runaway(atoms, epoch)
        codes, objective = _coded(atoms, batch, penalty, iterations)
        objectives.append(objective * len(batch))
        zeros.append(zero_share(codes) * len(batch))
        uses += (codes != 0).sum(axis=0)
        residual = codes @ atoms.T - batch
        atoms = unit_columns(atoms - (step / len(batch)) * (residual.T @ codes))
    atoms = _redraw(atoms, uses == 0, signals, seed, epoch)
    _refuse_runaway(atoms, epoch)
    row = {
        "epoch": epoch,
        "objective": float(sum(objectives)) / len(order),
        "zero_share": float(sum(zeros)) / len(order),
        "dead_atoms": int((uses == 0).sum()),
        "seconds": time.perf_counter() - clock,
    }
    return atoms, row, uses / len(order), _Step(batch, objective)


def _coded(atoms: Any, batch: Any, penalty: float, iterations: int) -> tuple[Any, float]:
    """Codes of a batch, and their mean objective."""
    problem = SparseCodingProblem([atoms], [penalty])
    codes = solve_with(FISTA(problem), batch, iterations, tile_rows=CODING_ROWS).codes
    return codes, float(problem.objective(batch, codes).mean())


def _start(signals: Any, n_atoms: int, start: str, seed: int) -> Any:
    """Atoms of norm 1 to start from."""
    if not bool(signals.any()):
        raise DataError(f"no dictionary can be learned: all {signals.shape[0]} signals are zero")
    if start == "signals":
        return _drawn(signals, n_atoms, generator(seed, 0))
    values = generator(seed, 0).standard_normal((signals.shape[1], n_atoms))
    return unit_columns(namespace(signals).asarray(values, dtype=signals.dtype))


def _drawn(signals: Any, count: int, rng: np.random.Generator) -> Any:
    """Atoms drawn at random from the non-zero signals: array, (n_features, count)."""
    xp = namespace(signals)
    usable = xp.flatnonzero(xp.any(signals != 0, axis=1))
    chosen = rng.choice(len(usable), count, replace=len(usable) < count)
    return unit_columns(signals[usable[chosen]].T)


def _redraw(atoms: Any, dead: Any, signals: Any, seed: int, epoch: int) -> Any:
    """Replace dead atoms by random non-zero signals: random directions would stay unused."""
    count = int(dead.sum())
    if count == 0:
        return atoms
    atoms = atoms.copy()
    atoms[:, dead] = _drawn(signals, count, generator(seed, epoch, 1))
    return atoms


def _with_fixed_signs(atoms: Any) -> Any:
    xp = namespace(atoms)
    return atoms * xp.where(xp.sum(atoms, axis=0) < 0, -1, 1).astype(atoms.dtype)


def _refuse_runaway(atoms: Any, epoch: int) -> None:
    """Refuse atoms that a step has made infinite, or of norm 0."""
    if not is_finite(atoms) or not bool((namespace(atoms).abs(column_norms(atoms) - 1) < UNIT).all()):
        raise DivergedError(
            f"dictionary learning diverged in epoch {epoch}: atoms left the finite numbers or vanished; "
            f"try a smaller step_size, or scale the signals to norms near 1"
        )


def _refuse_last_step(atoms: Any, step: "_Step", penalty: float, iterations: int, epoch: int, tolerance: float) -> None:
    """Refuse a last step that made its own batch worse: no later epoch would show it."""
    after = _coded(atoms, step.batch, penalty, iterations)[1]
    if not after <= (1 + tolerance) * step.objective:  # NaN neither
        raise DivergedError(
            f"dictionary learning diverged in the last step of epoch {epoch}: objective {after:.4g} of its batch, "
            f"{step.objective:.4g} before; try a smaller step_size"
        )


def _refuse_divergence(history: list[dict], rise_tolerance: float) -> None:
    last = history[-1]
    best = min((row["objective"] for row in history[:-1]), default=last["objective"])
    if not np.isfinite(last["objective"]) or last["objective"] > (1 + rise_tolerance) * best:
        raise DivergedError(
            f"dictionary learning diverged in epoch {last['epoch']}: mean objective {last['objective']:.4g}, "
            f"best so far {best:.4g}; try a smaller step_size"
        )
