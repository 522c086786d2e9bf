"""How well the dictionary of each component represents every other one: why their mixtures are hard to take apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.exact import optimal_codes
from lsalsa.problem import SparseCodingProblem

MOST_SAMPLES = 500
"""Sources of each component that are coded, spread over the test split."""


def measure_overlap(
    problem: SparseCodingProblem, components: Sequence[str], sources: Sequence[Any], tolerance: float
) -> list[dict[str, Any]]:
    """Code the true sources of each component in each dictionary alone, to a certified gap.

    Parameters
    ----------
    problem : SparseCodingProblem
        With the task's penalties.
    components : sequence of str
        Names of its dictionaries.
    sources : sequence of array, (n_samples, n_features)
        The true sources of each component, on the host.
    tolerance : float
        Largest relative duality gap of a code.

    Returns
    -------
    rows : list of dict
        For each dictionary and component: explained_share, the share of the sources' energy that the reconstruction
        explains; pattern_share, the same without the mean of each sample, below 0 where a wrong pattern makes up for
        the mean; zero_share of the codes; n_samples.
    """
    rows = []
    for name, dictionary, penalty in zip(components, problem.dictionaries, problem.penalties, strict=True):
        alone = SparseCodingProblem([dictionary], [penalty])
        for component, source in zip(components, sources, strict=True):
            chosen = np.linspace(0, len(source) - 1, min(MOST_SAMPLES, len(source))).astype(np.int64)
            true = np.ascontiguousarray(source[np.unique(chosen)])
            codes = optimal_codes(alone, problem.asarray(true), tolerance).codes
            rebuilt = to_host(alone.reconstruct(codes)).astype(np.float64)
            rows.append(
                {
                    "dictionary": name,
                    "component": component,
                    "explained_share": _explained(rebuilt, true.astype(np.float64)),
                    "pattern_share": _explained(_centred(rebuilt), _centred(true)),
                    "zero_share": float(np.mean(to_host(codes) == 0)),
                    "n_samples": len(true),
                }
            )
    return rows


def _explained(rebuilt: np.ndarray, true: np.ndarray) -> float:
    return 1.0 - float(np.square(rebuilt - true).sum() / np.square(true).sum())


def _centred(rows: np.ndarray) -> np.ndarray:
    return rows - rows.mean(axis=1, keepdims=True, dtype=np.float64)
