"""Learned SALSA."""

from types import SimpleNamespace

import numpy as np

from lsalsa.arrays import Shrinkage
from lsalsa.encoders.base import Encoder, stacked
from lsalsa.solvers.salsa import check_splitting, read_salsa, salsa_step, splitting_matrix

READ_OUTS = ("softx", "u")


class LSALSA(Encoder):
    """LSALSA (Cowen et al. 2019, Algorithms 3 and 4; gradients: specification, section 7).

    With B = W_e y: x(0) = B, d(0) = 0, and T layers of u = soft(x + d), x = S (B + mu (u - d)), d = d - u + x, with one
    W_e and one S for all layers; output soft(x(T)). It starts from W_e = A^T and S = (mu I + A^T A)^-1 and then equals
    SALSA truncated after T iterations. The thresholds, penalty / mu, are fixed.

    Settings
    --------
    depth : int
        T, the number of products with S.
    mu : float
        Weight of the augmented Lagrangian, positive.
    read_out : {"softx", "u"}
        Output soft(x) (the paper's) or soft(x + d) (an ablation: no bias in the limit).
    """

    defaults = {"depth": 5, "mu": 1.0, "read_out": "softx"}

    @classmethod
    def check(cls, settings):
        check_splitting(settings["mu"], settings["read_out"], READ_OUTS)

    @classmethod
    def from_problem(cls, problem, **settings):
        mu = cls.complete(settings)["mu"]
        arrays = {
            "filter": problem.dictionary.copy(),
            "splitting": problem.asarray(splitting_matrix(problem, mu)),
            "thresholds": (problem.thresholds.astype(np.float64) / mu).astype(problem.dtype),
        }
        return cls(arrays, **settings)

    def forward(self, signals, tape, out):
        mu, splitting = self.settings["mu"], self.arrays["splitting"]
        shrink = Shrinkage(self.arrays["thresholds"])
        fit = self.xp.matmul(signals, self.arrays["filter"], out=tape("fit"))
        state = SimpleNamespace(x=tape("x"), d=tape("d"), fit=fit)
        state.x[...] = fit
        state.d.fill(0)
        for u, mixed in zip(tape.layers("u"), tape.layers("mixed"), strict=True):
            state.u, state.mixed = u, mixed
            salsa_step(state, splitting, mu, shrink)
        return self._read(state, shrink, tape, out)

    def _read(self, state, shrink, tape, out):
        source = SimpleNamespace(x=state.x, d=state.d, mixed=tape("read"))
        codes = read_salsa(source, self.settings["read_out"], shrink, out)
        if tape.keep:
            self.xp.sign(codes, out=tape("read"))  # the loss overwrites the codes; backward needs their signs
        return codes

    def backward(self, signals, tape, codes_gradient, names):
        xp, mu, splitting = self.xp, self.settings["mu"], self.arrays["splitting"]
        u, state_gradients, signs = tape.layers("u"), tape.layers("x_gradient"), tape("read")
        gd, gb, r, gz = tape("d_gradient"), tape("fit_gradient"), tape("r"), tape("z_gradient")
        gx = codes_gradient
        gx *= xp.abs(signs)
        thresholds = -xp.sum(gx * signs, axis=0)
        gb.fill(0)
        gd[...] = gx if self.settings["read_out"] == "u" else 0
        for layer in reversed(range(self.depth)):
            h = xp.add(gx, gd, out=state_gradients[layer])  # x(t) feeds the next layer and d(t)
            xp.matmul(h, splitting.T, out=r)
            gb += r
            r *= mu
            xp.subtract(r, gd, out=gz)  # u(t) enters x(t) with +mu and d(t) with -1
            gz *= u[layer] != 0
            if "thresholds" in names:
                thresholds -= xp.sum(gz * xp.sign(u[layer]), axis=0)
            gd -= r
            gd += gz
            gx[...] = gz
        gb += gx
        splitting_gradient = stacked(tape.layers("mixed")).T @ stacked(state_gradients)
        return {"filter": signals.T @ gb, "splitting": splitting_gradient, "thresholds": thresholds}
