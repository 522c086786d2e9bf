"""Dictionary learning: methods, one file each, found by their folder, and the loop that runs them."""

from collections.abc import Callable
from typing import Any

from lsalsa.arrays import check_count, check_matrix
from lsalsa.arrays.checks import as_number, check_squares
from lsalsa.dictionary._learning import LearnedDictionary, learn, start_from
from lsalsa.dictionary.base import DictionaryMethod
from lsalsa.discovery import class_in, modules_in
from lsalsa.errors import ConfigError

__all__ = ["DictionaryMethod", "LearnedDictionary", "available", "learn_dictionary", "method_class"]


def available() -> list[str]:
    """Names of all methods."""
    return list(modules_in(__name__))


def method_class(name: str) -> type[DictionaryMethod]:
    """The method of this name; ConfigError with the nearest name when there is none."""
    return class_in(__name__, "dictionary method", name, DictionaryMethod)


def learn_dictionary(
    signals: Any,
    n_atoms: int,
    penalty: float,
    *,
    method: str = "online",
    epochs: int | None = None,
    tolerance: float | None = None,
    batch_size: int | None = None,
    start: str = "signals",
    seed: int = 0,
    after_epoch: Callable[[dict], object] | None = None,
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
    penalty : float
        Weight of the l1 norm in the codes' objective.
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
    learner = chosen(first.atoms.copy(), penalty, **settings)
    return learn(learner, signals, first, epochs, batch_size, tolerance, seed, after_epoch)
