"""Learned ISTA with coupled weights."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lsalsa.encoders._coupled import CoupledEncoder, Roles, in_range
from lsalsa.problem import SparseCodingProblem, check_problem


class LISTACP(CoupledEncoder):
    """LISTA-CP (Chen, Liu, Wang and Yin 2018; docs/method.md, section 10).

    x(t) = soft(x(t-1) + W_t^T (y - A x(t-1)); b_t penalty) for t = 1..T from x(0) = 0, with a W and one number b for
    each layer; A is the problem's and stays. It starts from W_t = A / L, b_t = 1 / L and then equals ISTA after T
    steps. Several dictionaries share the b of a layer, in proportion to their penalties.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    """

    roles: ClassVar[Roles] = Roles("dictionary", "filter", "thresholds", None)
    uses_per_layer: ClassVar[Mapping[str, int]] = {"dictionary": 1}
    defaults: ClassVar[dict[str, Any]] = {"depth": 5}

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        matrix, depth = (n_features, n_atoms), settings["depth"]
        return {"dictionary": matrix, "filter": (depth, *matrix), "penalties": (n_atoms,), "thresholds": (depth,)}

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "LISTACP":
        check_problem(cls.__name__, problem, cls.solves)
        depth, step = cls.complete(settings)["depth"], 1.0 / problem.lipschitz
        arrays = {
            "dictionary": problem.dictionary.copy(),
            "filter": problem.xp.stack([problem.gradient_step(step).filter] * depth),
            "penalties": problem.penalty_of_atom,
            "thresholds": in_range(problem, [step] * depth, "thresholds"),
        }
        return cls(arrays, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return ("filter", "thresholds")
