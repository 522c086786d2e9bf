"""Sources of test samples as images to look at: the true ones, and those that codes rebuild."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def dictionaries_of(problem: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return the dictionaries (n_features, n_atoms) from the arrays of ``problems/{task}.npz``, in order."""
    n_dictionaries = sum(name.startswith("dictionary_") for name in problem)
    return [problem[f"dictionary_{i}"] for i in range(n_dictionaries)]


def blocks_of(problem: Mapping[str, np.ndarray]) -> list[slice]:
    """Return the columns of the codes that belong to each dictionary."""
    sizes = [dictionary.shape[1] for dictionary in dictionaries_of(problem)]
    return [slice(sum(sizes[:i]), sum(sizes[: i + 1])) for i in range(len(sizes))]


def true_sources(signals: Mapping[str, Any], patches: Sequence[Mapping[str, Any]], rows: np.ndarray) -> np.ndarray:
    """Return the true sources of test samples, which no method has seen.

    Parameters
    ----------
    signals : mapping
        Arrays of ``signals/{task}.npz``.
    patches : sequence of mapping
        Arrays of ``patches/{component}.npz``, one per source.
    rows : array, (n_samples,)
        Of the test split.

    Returns
    -------
    sources : array, (n_samples, n_sources, n_features)
    """
    indices = [signals[f"test_index_{i}"][rows] for i in range(len(patches))]
    return np.stack([one["test"][index] for one, index in zip(patches, indices, strict=True)], axis=1)


def are_known(signals: Mapping[str, Any]) -> bool:
    """Return True where signals are made from sources that are known; False where the mixtures are given."""
    return "test_index_0" in signals


def truth(signals: Mapping[str, Any], patches: Sequence[Mapping[str, Any]], rows: np.ndarray) -> np.ndarray:
    """Return the true sources of test samples with their sum in front, as `with_sum` does.

    Where the mixtures are given there are the mixtures, and NaN for each source.

    Parameters
    ----------
    signals, patches, rows
        As `true_sources` takes them.

    Returns
    -------
    images : array, (n_samples, 1 + n_sources, n_features), or (n_samples, 1, n_features) for a single source
    """
    if are_known(signals):
        return with_sum(true_sources(signals, patches, rows))
    mixtures = signals["test"][rows][:, None]
    n_samples, _, n_features = mixtures.shape
    unknown = np.full((n_samples, len(patches) if len(patches) > 1 else 0, n_features), np.nan)
    return np.concatenate([mixtures, unknown], axis=1)


def rebuilt_sources(problem: Mapping[str, np.ndarray], codes: np.ndarray) -> np.ndarray:
    """Return the sources A_i x_i of codes (n_samples, n_atoms), as `true_sources` does."""
    pairs = zip(dictionaries_of(problem), blocks_of(problem), strict=True)
    return np.stack([codes[:, block] @ dictionary.T for dictionary, block in pairs], axis=1)


def with_sum(parts: np.ndarray) -> np.ndarray:
    """Put the sum in front of (n_samples, n_sources, n_features) if there are several sources."""
    return parts if parts.shape[1] == 1 else np.concatenate([parts.sum(axis=1, keepdims=True), parts], axis=1)


def grey(images: np.ndarray) -> np.ndarray:
    """Scale images to [0, 1]: a source from 0 to 1, a sum from 0 to the number of sources.

    Parameters
    ----------
    images : array, (n_samples, n_images, n_features)
        As `with_sum` returns them.

    Returns
    -------
    images : array, (n_samples, n_images, n_features)
    """
    white = np.ones(images.shape[1])
    if len(white) > 1:
        white[0] = len(white) - 1
    return np.clip(images / white[:, None], 0.0, 1.0)


def square(vector: np.ndarray) -> np.ndarray:
    """Return a row or an atom of side * side pixels as a patch (side, side): the mean of its channels."""
    n_channels = 1 if math.isqrt(len(vector)) ** 2 == len(vector) else 3  # 3 n^2 is never a square
    side = math.isqrt(len(vector) // n_channels)
    return np.reshape(vector, (side, side, n_channels)).mean(axis=2)
