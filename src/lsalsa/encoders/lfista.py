"""Learned FISTA."""

import math

import numpy as np

from lsalsa.arrays import nearest
from lsalsa.encoders.base import Encoder
from lsalsa.solvers.ista import gradient_step

STARTS = ("first", "last")


class LFISTA(Encoder):
    """LFISTA (Moreau and Bruna 2017; docs/method.md, section 8).

    With B = W_e y, x(0) = x(-1) = 0: x(t) = soft(B + S_t x(t-1) + M_t x(t-2)) for t = 1..T, output x(T). It starts
    from W_e = A^T / L, S_t = (1 + m_t) (I - A^T A / L) and M_t = -m_t (I - A^T A / L), where m_t is FISTA's momentum,
    and then equals FISTA after T iterations. As released with the SC2Net paper the layers share S and M, those of the
    first layer: M = 0, so that it starts as ISTA.

    Settings
    --------
    depth : int
        T, the number of layers.
    tied : bool
        One S and one M for all layers, or one for each.
    start : {"first", "last"}
        The layer whose S and M a tied network starts from.
    learn_thresholds : bool
        Whether training moves the thresholds, penalty / L at the start, never below 0.
    """

    defaults = {"depth": 5, "tied": True, "start": "first", "learn_thresholds": True}

    @classmethod
    def check(cls, settings):
        if settings["start"] not in STARTS:
            raise nearest("start", settings["start"], STARTS)

    @classmethod
    def shapes(cls, settings, n_features, n_atoms):
        per_layer = (1 if settings["tied"] else settings["depth"], n_atoms, n_atoms)
        shapes = {"filter": (n_features, n_atoms), "splitting": per_layer, "momentum": per_layer}
        return shapes | {"thresholds": (n_atoms,)}

    @classmethod
    def from_problem(cls, problem, **settings):
        full = cls.complete(settings)
        step = 1.0 / problem.lipschitz
        start, transition = gradient_step(problem, step)
        momenta = momenta_of_fista(full["depth"])
        if full["tied"]:
            momenta = momenta[:1] if full["start"] == "first" else momenta[-1:]
        weights = problem.asarray(momenta)[:, None, None]
        thresholds = (problem.thresholds.astype(np.float64) * step).astype(problem.dtype)
        mixing = {"splitting": (1 + weights) * transition, "momentum": -weights * transition}
        return cls({"filter": start, **mixing, "thresholds": thresholds}, **settings)

    @property
    def learned(self):
        return tuple(name for name in self.parameters if name != "thresholds" or self.settings["learn_thresholds"])

    def _of_layer(self, name, layer):
        return self.arrays[name][0 if self.settings["tied"] else layer]

    def forward(self, signals, tape, out):
        xp, thresholds = self.xp, self.arrays["thresholds"]
        fit = xp.matmul(signals, self.arrays["filter"], out=tape("fit"))
        moved, older, layers = tape("moved"), tape("older"), tape.layers("x", alive=2)
        for layer in range(self.depth):
            moved.fill(0)
            if layer > 0:
                xp.matmul(layers[layer - 1], self._of_layer("splitting", layer), out=moved)
            if layer > 1:
                moved += xp.matmul(layers[layer - 2], self._of_layer("momentum", layer), out=older)
            self.kernels.shrink_sum(moved, fit, thresholds, layers[layer] if layer < self.depth - 1 else out)
        return out

    def backward(self, signals, tape, codes_gradient, names):
        xp, layers, masked, fit_gradient = self.xp, tape.layers("x"), tape.layers("masked"), tape("fit_gradient")
        fit_gradient.fill(0)
        layers[-1] = tape("codes")
        before = tape("before")  # what x(t-1) got from x(t+1), through the momentum
        before.fill(0)
        gx = codes_gradient
        for layer in reversed(range(self.depth)):
            self.kernels.lista_back(gx, layers[layer], masked[layer], fit_gradient)
            xp.matmul(masked[layer], self._of_layer("splitting", layer).T, out=gx)
            gx += before
            xp.matmul(masked[layer], self._of_layer("momentum", layer).T, out=before)
        return {
            "filter": signals.T @ fit_gradient,
            "splitting": self._mixing(layers[:-1], masked[1:]),
            "momentum": self._mixing(layers[:-2], masked[2:]),
            "thresholds": -xp.sum(masked * xp.sign(layers), axis=(0, 1)),
        }

    def _mixing(self, before, slopes):
        """Gradient of the matrices that take a layer's codes to the slopes of a later one."""
        gradient = self.xp.zeros((self.depth, self.n_atoms, self.n_atoms), self.dtype)
        self.xp.matmul(self.xp.swapaxes(before, 1, 2), slopes, out=gradient[self.depth - len(slopes) :])
        return gradient.sum(axis=0, keepdims=True) if self.settings["tied"] else gradient


def momenta_of_fista(depth):
    """m_1 .. m_T, where x(t) starts from x(t-1) + m_t (x(t-1) - x(t-2)); the first two are 0."""
    r, momenta = 1.0, [0.0]
    for _ in range(depth - 1):
        following = (1.0 + math.sqrt(1.0 + 4.0 * r * r)) / 2.0
        momenta.append((r - 1.0) / following)
        r = following
    return momenta
