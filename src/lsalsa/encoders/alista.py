"""Learned ISTA with analytic weights."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.encoders._coupled import CoupledEncoder, Roles, in_range
from lsalsa.errors import DataError
from lsalsa.problem import SparseCodingProblem, check_problem


class ALISTA(CoupledEncoder):
    """ALISTA (Liu, Chen, Wang and Yin 2019; docs/method.md, section 10).

    x(t) = soft(x(t-1) + s_t W^T (y - A x(t-1)); b_t penalty) for t = 1..T from x(0) = 0. W is computed, not learned:
    w_j^T a_j = 1 for every atom, and |W^T A|_F is least. Only 2 T numbers are learned, s_t and b_t, never below 0. They
    start at 1 over the largest eigenvalue of W^T A. Untrained it is not ISTA: W is not A, and its fixed points are not
    the optimal codes.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    """

    roles: ClassVar[Roles] = Roles("dictionary", "filter", "thresholds", "steps")
    uses_per_layer: ClassVar[Mapping[str, int]] = {"dictionary": 1, "filter": 1}
    defaults: ClassVar[dict[str, Any]] = {"depth": 5}

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        matrix, numbers = (n_features, n_atoms), (settings["depth"],)
        per_atom = {"penalties": (n_atoms,)}
        return {"dictionary": matrix, "filter": matrix, **per_atom, "thresholds": numbers, "steps": numbers}

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "ALISTA":
        check_problem(cls.__name__, problem, cls.solves)
        problem.check_scale()
        depth = cls.complete(settings)["depth"]
        weights, largest = analytic_weights(to_host(problem.dictionary))
        numbers = in_range(problem, [1.0 / largest] * depth, "steps")
        arrays = {
            "dictionary": problem.dictionary.copy(),
            "filter": in_range(problem, weights, "weights"),
            "penalties": problem.penalty_of_atom,
            "thresholds": numbers,
            "steps": numbers.copy(),
        }
        return cls(arrays, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return ("thresholds", "steps")


def analytic_weights(dictionary: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the W of ALISTA: argmin |W^T A|_F with w_j^T a_j = 1 for every atom.

    With A = U S V^T the answer is w_j = U S^-1 v_j / |v_j|^2, v_j being row j of V; the smallest one, where A has not
    full rank.

    Parameters
    ----------
    dictionary : array, (n_features, n_atoms)
        A; singular values below the resolution of its dtype count as 0.

    Returns
    -------
    weights : array, (n_features, n_atoms), float64
    largest : float
        Largest eigenvalue of W^T A, at least 1.

    Raises
    ------
    DataError
        For an atom of zeros, or too small beside the others to be told from rounding.
    """
    left, values, right = np.linalg.svd(dictionary.astype(np.float64), full_matrices=False)
    kept = values > values[0] * max(dictionary.shape) * np.finfo(dictionary.dtype).eps
    left, values, right = left[:, kept], values[kept], right[kept]
    leverage = np.sum(right**2, axis=0)  # |v_j|^2, in [0, 1]
    if np.any(leverage <= np.finfo(np.float64).eps):
        raise DataError(f"ALISTA needs atoms that are not zero; atom {int(np.argmin(leverage))} is, beside the others")
    weights = (left / values) @ right / leverage
    return weights, float(np.linalg.norm(right / np.sqrt(leverage), 2) ** 2)
