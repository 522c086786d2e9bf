"""Adaptive ISTA."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from lsalsa.arrays.checks import as_number
from lsalsa.encoders._gated import GatedEncoder
from lsalsa.errors import ConfigError
from lsalsa.problem import SparseCodingProblem, check_problem


class AdaptiveISTA(GatedEncoder):
    """Adaptive ISTA (Zhou et al. 2017, equations 9 to 11; docs/method.md, section 8).

    The gated unit with h = soft and fixed thresholds, penalty / L. It starts from W_e = I - A^T A / L, W_d = A^T / L
    and gates without weights; with an input gate open and a forget gate closed it is ISTA after T iterations.

    Parameters
    ----------
    depth : int
        T, the number of steps.
    input_bias : float
        The input gate starts at the sigmoid of this; far from 0 a gate hardly learns.
    forget_bias : float
        The same of the forget gate.
    classes : int
        Of a linear classifier on the codes, for the loss `labelled`; 0 for none. It starts at 0.
    """

    defaults: ClassVar[dict[str, Any]] = {"depth": 5, "input_bias": 4.0, "forget_bias": -4.0, "classes": 0}

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        super().check(settings)
        for name in ("input_bias", "forget_bias"):
            if not np.isfinite(as_number(settings[name])):
                raise ConfigError(f"{name} must be a finite number, found {settings[name]!r}")

    @classmethod
    def from_problem(cls, problem: SparseCodingProblem, **settings: Any) -> "AdaptiveISTA":
        check_problem(cls.__name__, problem, cls.solves)
        full = cls.complete(settings)
        step = 1.0 / problem.lipschitz
        filter, splitting = problem.gradient_step(step)
        xp, shapes = problem.xp, cls.shapes(full, problem.n_features, problem.n_atoms)
        arrays = {name: xp.zeros(shape, problem.dtype) for name, shape in shapes.items()}
        arrays |= {"filter": filter, "splitting": splitting, "thresholds": problem.thresholds(step)}
        arrays["gate_bias"][: problem.n_atoms] = full["input_bias"]
        arrays["gate_bias"][problem.n_atoms :] = full["forget_bias"]
        return cls(arrays, **settings)

    @property
    def learned(self) -> tuple[str, ...]:
        return tuple(name for name in self.parameters if name != "thresholds")
