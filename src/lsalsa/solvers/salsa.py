"""Split augmented Lagrangian shrinkage."""

from types import SimpleNamespace

import numpy as np

from lsalsa.arrays import nearest, to_host
from lsalsa.errors import ConfigError
from lsalsa.solvers.base import Solver

READ_OUTS = ("u", "softx", "x")


class SALSA(Solver):
    """SALSA (Afonso et al. 2010; LSALSA paper, Algorithms 1 and 2).

    x(0) = A^T y, d(0) = 0; u(t) = soft(x(t-1) + d(t-1); penalty / mu), x(t) = S (A^T y + mu (u(t) - d(t-1))),
    d(t) = d(t-1) - u(t) + x(t), with S = (mu I + A^T A)^-1. Several dictionaries are coupled by S alone.

    Kept are x and p(t) = u(t) - d(t-1), two arrays instead of three: then x(t) = S (A^T y + mu p(t)),
    d(t) = x(t) - p(t), and soft works on x + d = 2 x - p.

    Settings
    --------
    mu : float
        Weight of the augmented Lagrangian, positive.
    read_out : {"u", "softx", "x"}
        The codes after T iterations: soft(x + d) (sparse, converges to the optimum), soft(x) (the rule of LSALSA;
        biased by penalty / mu in the limit) or x itself (dense). The paper leaves it open: docs/method.md, section 4.
    """

    mu: float
    read_out: str
    state = ("x", "p")
    settings = {"mu": 1.0, "read_out": "u"}

    def prepare(self):
        check_splitting(self.mu, self.read_out, READ_OUTS)
        self.splitting = self.problem.asarray(splitting_matrix(self.problem, self.mu))
        self.thresholds = self.scaled_thresholds(1.0 / self.mu)
        self.weight = self.problem.dtype.type(self.mu)

    def start(self, signals, space):
        x, p, fit, mixed = self.buffers(space, signals.shape[0], "x", "p", "fit", "mixed")
        self.xp.matmul(signals, self.problem.dictionary, out=fit)
        x[...] = fit
        p[...] = fit
        return SimpleNamespace(x=x, p=p, fit=fit, mixed=mixed)

    def step(self, state):
        self.kernels.salsa_step(state.x, state.p, state.fit, self.thresholds, self.weight, state.mixed)
        self.xp.matmul(state.mixed, self.splitting, out=state.x)

    def codes(self, state, out):
        if self.read_out == "x":
            out[...] = state.x
            return out
        return read_salsa(self.kernels, self.read_out, state, self.thresholds, out)


def read_salsa(kernels, read_out, state, thresholds, out):
    """soft(x) or, for the read-out "u", soft(x + d) of a SALSA state, written into `out`; `state.mixed` is used up."""
    source = state.x
    if read_out == "u":
        source = state.mixed
        source[...] = state.x
        source += state.x
        source -= state.p
    kernels.shrink(source, thresholds, out)
    return out


def splitting_matrix(problem, mu):
    """S = (mu I + A^T A)^-1 in float64 on the host, from a Cholesky factor."""
    from scipy.linalg import cho_factor, cho_solve

    gram = to_host(problem.dictionary).astype(np.float64)
    gram = gram.T @ gram
    factor = cho_factor(gram + mu * np.eye(len(gram)))
    return cho_solve(factor, np.eye(len(gram)))


def check_splitting(mu, read_out, read_outs):
    """Refuse a weight that is not positive and a read-out that does not exist."""
    if not (np.isfinite(mu) and mu > 0):
        raise ConfigError(f"mu must be positive and finite, found {mu}")
    if read_out not in read_outs:
        raise nearest("read_out", read_out, read_outs)
