"""Learned ISTA."""

import numpy as np

from lsalsa.arrays import nearest
from lsalsa.encoders.base import Encoder, stacked
from lsalsa.solvers.ista import gradient_step

STARTS = ("soft", "filter", "zero")


class LISTA(Encoder):
    """LISTA (Gregor and LeCun 2010; docs/method.md, sections 4 and 7).

    With B = W_e y: x(0) = soft(B), x(t) = soft(B + S x(t-1)) for t = 1..T, output x(T). It starts from
    W_e = A^T / L and S = I - A^T A / L and then equals ISTA after T + 1 steps. The thresholds, penalty / L, are fixed
    unless they are learned.

    Settings
    --------
    depth : int
        T, the number of products with S.
    x0 : {"soft", "filter", "zero"}
        x(0) = soft(B), B, or 0.
    learn_thresholds : bool
        Whether training moves the thresholds, never below 0 (SC2Net paper).
    """

    defaults = {"depth": 5, "x0": "soft", "learn_thresholds": False}

    @classmethod
    def check(cls, settings):
        if settings["x0"] not in STARTS:
            raise nearest("x0", settings["x0"], STARTS)

    @classmethod
    def from_problem(cls, problem, **settings):
        cls.complete(settings)
        step = 1.0 / problem.lipschitz
        start, transition = gradient_step(problem, step)
        thresholds = (problem.thresholds.astype(np.float64) * step).astype(problem.dtype)
        return cls({"filter": start, "splitting": transition, "thresholds": thresholds}, **settings)

    @property
    def learned(self):
        return ("filter", "splitting", "thresholds") if self.settings["learn_thresholds"] else ("filter", "splitting")

    def forward(self, signals, tape, out):
        xp, kernels, thresholds = self.xp, self.kernels, self.arrays["thresholds"]
        fit = xp.matmul(signals, self.arrays["filter"], out=tape("fit"))
        x = self._start(fit, tape("start"))
        moved, layers = tape("moved"), tape.layers("x")
        for layer in range(self.depth):
            xp.matmul(x, self.arrays["splitting"], out=moved)
            x = layers[layer] if layer < self.depth - 1 else out
            kernels.shrink_sum(moved, fit, thresholds, x)
        return out

    def _start(self, fit, start):
        if self.settings["x0"] == "soft":
            self.kernels.shrink(fit, self.arrays["thresholds"], start)
        else:
            start[...] = fit if self.settings["x0"] == "filter" else 0
        return start

    def backward(self, signals, tape, codes_gradient, names):
        xp, splitting = self.xp, self.arrays["splitting"]
        start, layers, codes = tape("start"), tape.layers("x"), tape("codes")
        moved_gradients, fit_gradient = tape.layers("moved_gradient"), tape("fit_gradient")
        fit_gradient.fill(0)
        thresholds = xp.zeros_like(self.arrays["thresholds"])
        gx = codes_gradient
        for layer in reversed(range(self.depth)):
            x = layers[layer] if layer < self.depth - 1 else codes
            self.kernels.lista_back(gx, x, moved_gradients[layer], fit_gradient)
            if "thresholds" in names:
                thresholds -= xp.sum(moved_gradients[layer] * xp.sign(x), axis=0)
            xp.matmul(moved_gradients[layer], splitting.T, out=gx)
        if self.settings["x0"] == "soft":
            gx *= start != 0
            if "thresholds" in names:
                thresholds -= xp.sum(gx * xp.sign(start), axis=0)
        if self.settings["x0"] != "zero":
            fit_gradient += gx
        splitting_gradient = start.T @ moved_gradients[0]
        if self.depth > 1:
            splitting_gradient += stacked(layers[:-1]).T @ stacked(moved_gradients[1:])
        return {"filter": signals.T @ fit_gradient, "splitting": splitting_gradient, "thresholds": thresholds}
