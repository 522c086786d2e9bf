"""Dictionary learning: methods, one file each, found by their folder, and the loop that runs them."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsalsa.arrays import check_count, check_matrix
from lsalsa.arrays.checks import as_number, check_squares
from lsalsa.dictionary._checkpoint import LearningCheckpoint
from lsalsa.dictionary._learning import LearnedDictionary, Learning, start_from
from lsalsa.dictionary.base import DictionaryMethod
from lsalsa.discovery import class_in, modules_in
from lsalsa.errors import ConfigError
from lsalsa.exact.sparsity import ZERO_SHARE, choose_penalty
from lsalsa.progress import shown

__all__ = ["DictionaryMethod", "LearnedDictionary", "available", "learn_dictionary", "method_class"]

log = logging.getLogger(__name__)


def available() -> list[str]:
    """Names of all methods."""
    return list(modules_in(__name__))


def method_class(name: str) -> type[DictionaryMethod]:
    """The method of this name; ConfigError with the nearest name when there is none."""
    return class_in(__name__, "dictionary method", name, DictionaryMethod)


def learn_dictionary(
    signals: Any,
    n_atoms: int,
    penalty: float | str,
    *,
    method: str = "online",
    epochs: int | None = None,
    tolerance: float | None = None,
    batch_size: int | None = None,
    start: str = "signals",
    seed: int = 0,
    zero_share: float = ZERO_SHARE,
    verbose: bool = False,
    checkpoint: str | Path | None = None,
    checkpoint_seconds: float = 0.0,
    after_epoch: Callable[[dict], object] = lambda row: None,
    **settings: Any,
) -> LearnedDictionary:
    """Learn atoms that explain signals sparsely (docs/method.md, section 3).

    Each batch gets codes under the current dictionary, and these move its atoms, whose norm stays 1. Atoms that no code
    of an epoch used are replaced by random signals.

    Parameters
    ----------
    signals : array, (n_samples, n_features)
        float32 or float64, NumPy or CuPy.
    n_atoms : int
    penalty : float or "auto"
        Weight of the l1 norm in the codes' objective; "auto" is the one under which codes over random signals, taken
        for atoms, have the share of zeros that `zero_share` asks for.
    method : str
        One of `available()`: "online", optimal codes and block coordinate steps, or "sgd", FISTA codes and gradient
        steps as in the LSALSA paper.
    epochs : int, optional
        Most passes over the signals; the method's own by default, 30 or 5.
    tolerance : float, optional
        Learning ends when an epoch lowers the objective by no more than this share of it; 0 runs all epochs. The
        method's own by default, 1e-3 or 0.
    batch_size : int, optional
        Signals per step; the method's own by default, 256 or 200.
    start : {"signals", "random"}
        First atoms: random signals, or Gaussian noise, of which some atoms stay noise for many epochs.
    seed : int
        Of the start, the order of the signals and the replaced atoms; the same seed gives the same bytes.
    zero_share : float
        For a penalty of "auto".
    verbose : bool
        Print a line for every epoch; the log has it in any case, at level INFO.
    checkpoint : path, optional
        Written after every epoch; if it exists, learning goes on from it as if it had never stopped, as for `train`.
    checkpoint_seconds : float
        Write it only where this time has passed since the start or the last one, be it amid an epoch.
    after_epoch : callable, optional
        Is given the row of the history after every epoch, to show how far the learning is.
    **settings
        The method's own, e.g. `forgetting` of "online", `step_size` of "sgd".

    Returns
    -------
    LearnedDictionary

    Raises
    ------
    DivergedError
        When atoms or the objective are not finite; "sgd": when the objective rises by more than `rise_tolerance`.
    ConfigError, ShapeError, DataError
        When a method or setting is unknown or out of range, or the signals are not a finite matrix, or all zero.
    StorageError
        When the checkpoint is damaged, and the one before as well, or is that of other learning.
    """
    signals = check_matrix("signals", signals)
    chosen = method_class(method)
    epochs = chosen.epochs if epochs is None else epochs
    batch_size = chosen.batch_size if batch_size is None else batch_size
    tolerance = chosen.tolerance if tolerance is None else tolerance
    for name, value in {"n_atoms": n_atoms, "epochs": epochs, "batch_size": batch_size}.items():
        check_count(name, value)
    if not 0 <= as_number(tolerance) < 1:
        raise ConfigError(f"tolerance must be at least 0 and below 1, found {tolerance!r}")
    if start not in ("signals", "random"):
        raise ConfigError(f"start must be signals or random, found {start!r}")
    settings = chosen.checked(settings)
    check_squares("signals", signals)
    first = start_from(signals, n_atoms, start, seed)
    if isinstance(penalty, str):
        penalty = _penalty(penalty, signals, n_atoms, zero_share, seed)
    learning = Learning(chosen(first.atoms.copy(), penalty, **settings), signals, first, batch_size, tolerance, seed)
    with shown(log, verbose):
        if not checkpoint:
            return learning.run_to(epochs, after_epoch)
        kind = {"method": method, "penalty": float(penalty), "start": start, **settings}
        with LearningCheckpoint(checkpoint, learning, kind, checkpoint_seconds) as saved:
            saved.resume()

            def told_and_saved(row: dict) -> None:
                after_epoch(row)
                saved.after_part()

            found = learning.run_to(epochs, told_and_saved)
            saved.at_end()
            return found


def _penalty(rule: str, signals: Any, n_atoms: int, zero_share: float, seed: int) -> float:
    if rule != "auto":
        raise ConfigError(f"penalty must be positive and finite, or auto, found {rule!r}")
    return choose_penalty(start_from(signals, n_atoms, "signals", seed).atoms, signals, zero_share)
