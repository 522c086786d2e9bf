"""ISTA with learned step sizes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lsalsa.encoders._coupled import CoupledEncoder, Roles, in_range
from lsalsa.problem import SparseCodingProblem, check_problem


class StepLISTA(CoupledEncoder):
    """Step-LISTA, or SLISTA (Ablin, Moreau, Massias and Gramfort 2019; docs/method.md, section 10).

    x(t) = soft(x(t-1) + s_t A^T (y - A x(t-1)); s_t penalty) for t = 1..T from x(0) = 0. Only the T step sizes are
    learned. It starts from s_t = 1 / L and then equals ISTA after T steps; with all of them in (0, 2 / L) no layer
    raises the objective. Learned steps may be longer, where the codes are sparse, and never fall below 0.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    """

    roles: ClassVar[Roles] = Roles("filter", "filter", "steps", "steps")
    uses_per_layer: ClassVar[Mapping[str, int]] = {"filter": 2}
    defaults: ClassVar[dict[str, Any]] = {"depth": 5}

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        return {"filter": (n_features, n_atoms), "penalties": (n_atoms,), "steps": (settings["depth"],)}

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "StepLISTA":
        check_problem(cls.__name__, problem, cls.solves)
        arrays = {
            "filter": problem.dictionary.copy(),
            "penalties": problem.penalty_of_atom,
            "steps": in_range(problem, [1.0 / problem.lipschitz] * cls.complete(settings)["depth"], "steps"),
        }
        return cls(arrays, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return ("steps",)
