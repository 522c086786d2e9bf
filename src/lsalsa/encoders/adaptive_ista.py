"""Adaptive ISTA."""

import numpy as np

from lsalsa.arrays import namespace
from lsalsa.encoders._gated import GatedEncoder
from lsalsa.solvers.ista import gradient_step


class AdaptiveISTA(GatedEncoder):
    """Adaptive ISTA (Zhou et al. 2017, equations 9 to 11; docs/method.md, section 8).

    The gated unit with h = soft and fixed thresholds, penalty / L. It starts from W_e = I - A^T A / L, W_d = A^T / L
    and gates without weights; with an input gate open and a forget gate closed it is ISTA after T iterations.

    Settings
    --------
    depth : int
        T, the number of steps.
    input_bias : float
        The input gate starts at the sigmoid of this; far from 0 a gate hardly learns.
    forget_bias : float
        The same of the forget gate.
    """

    defaults = {"depth": 5, "input_bias": 4.0, "forget_bias": -4.0}

    @classmethod
    def check(cls, settings):
        pass

    @classmethod
    def from_problem(cls, problem, **settings):
        full = cls.complete(settings)
        step = 1.0 / problem.lipschitz
        start, transition = gradient_step(problem, step)
        xp, thresholds = namespace(start), problem.thresholds.astype(np.float64) * step
        shapes = cls.shapes(full, problem.n_features, problem.n_atoms)
        arrays = {name: xp.zeros(shape, problem.dtype) for name, shape in shapes.items()}
        arrays |= {"filter": start, "splitting": transition, "thresholds": thresholds.astype(problem.dtype)}
        arrays["gate_bias"][: problem.n_atoms] = full["input_bias"]
        arrays["gate_bias"][problem.n_atoms :] = full["forget_bias"]
        return cls(arrays, **settings)

    @property
    def learned(self):
        return tuple(name for name in self.parameters if name != "thresholds")
