"""Seeded choices: shares and counts spread over classes, and draws that use all items equally often."""

import numpy as np

from lsalsa.errors import ConfigError
from lsalsa.seeds import generator, seed_for


def check_share(name: str, value: float) -> None:
    """Raise ConfigError when a share is not between 0 and 1."""
    if not isinstance(value, int | float) or not 0 < value < 1:
        raise ConfigError(f"{name} must be between 0 and 1, found {value!r}")


def classes_of(labels: np.ndarray | None, n_items: int) -> np.ndarray:
    """Classes that a choice is spread over: the labels, or one class for all items without labels, (n_items,)."""
    return np.zeros(n_items, dtype=np.int64) if labels is None else labels


def spread_over_classes(labels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose items so that every class has the same number, as far as it has that many.

    Parameters
    ----------
    labels : array, (n_items,)
    count : int
        At most n_items.
    rng : numpy.random.Generator

    Returns
    -------
    chosen : array, (count,), int64
        Positions in `labels`, ascending.
    """
    order = rng.permutation(len(labels))
    turn = _rank_in_class(labels[order])
    return np.sort(order[np.argsort(turn, kind="stable")[:count]])


def first_of_classes(labels: np.ndarray, count: int) -> np.ndarray:
    """Choose the first items of every class, the same number of each, as far as it has that many.

    Parameters
    ----------
    labels : array, (n_items,)
    count : int

    Returns
    -------
    chosen : array, (n_items,), bool
        True for `count` items, for all when there are fewer.
    """
    chosen = np.zeros(len(labels), dtype=bool)
    chosen[np.argsort(_rank_in_class(labels), kind="stable")[:count]] = True
    return chosen


def share_of_classes(labels: np.ndarray, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Choose the same share of every class; of a class of two or more, at least one is chosen and one is not.

    Parameters
    ----------
    labels : array, (n_items,)
    fraction : float
        Between 0 and 1.
    rng : numpy.random.Generator

    Returns
    -------
    chosen : array, (n_items,), bool
    """
    order = rng.permutation(len(labels))
    chosen = np.zeros(len(labels), dtype=bool)
    _, codes, sizes = np.unique(labels[order], return_inverse=True, return_counts=True)
    quota = np.clip(np.rint(fraction * sizes), 1, None)
    chosen[order] = _rank_in_class(labels[order]) < np.minimum(quota, sizes - 1)[codes]
    return chosen


def random_share(labels: np.ndarray, fraction: float, seed: int) -> np.ndarray:
    """Choose the test items of a set that names no sides, the same share of every class.

    Parameters
    ----------
    labels : array, (n_items,)
    fraction : float
        Between 0 and 1.
    seed : int

    Returns
    -------
    is_test : array, (n_items,), bool
    """
    return share_of_classes(labels, fraction, generator(seed_for(seed, "test")))


def draw_evenly(n_items: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw positions in random order, without repetition; when all items are used, all are drawn again.

    Parameters
    ----------
    n_items, count : int
    rng : numpy.random.Generator

    Returns
    -------
    drawn : array, (count,), int64
        No item is drawn twice more often than another.
    """
    rounds = max(1, -(-count // n_items))
    return np.concatenate([rng.permutation(n_items) for _ in range(rounds)])[:count]


def _rank_in_class(labels: np.ndarray) -> np.ndarray:
    """For every item, the number of earlier items with the same label."""
    order = np.argsort(labels, kind="stable")
    _, starts, sizes = np.unique(labels[order], return_index=True, return_counts=True)
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels)) - np.repeat(starts, sizes)
    return rank
