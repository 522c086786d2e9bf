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

    Settings
    --------
    mu : float
        Weight of the augmented Lagrangian, positive.
    read_out : {"u", "softx", "x"}
        The codes after T iterations: soft(x + d) (sparse, converges to the optimum), soft(x) (the rule of LSALSA;
        biased by penalty / mu in the limit) or x itself (dense). The paper leaves it open; see the specification,
        section 4.
    """

    mu: float
    read_out: str
    state = ("x", "u", "d")
    settings = {"mu": 1.0, "read_out": "u"}

    def prepare(self):
        check_splitting(self.mu, self.read_out, READ_OUTS)
        self.splitting = self.problem.asarray(splitting_matrix(self.problem, self.mu))
        self.shrink = self.shrinkage(1.0 / self.mu)

    def start(self, signals, space):
        x, u, d, fit, mixed = self.buffers(space, signals.shape[0], "x", "u", "d", "fit", "mixed")
        self.xp.matmul(signals, self.problem.dictionary, out=fit)
        x[...] = fit
        d.fill(0)
        u.fill(0)
        return SimpleNamespace(x=x, u=u, d=d, fit=fit, mixed=mixed)

    def step(self, state):
        salsa_step(state, self.splitting, self.mu, self.shrink)

    def codes(self, state, out):
        return read_salsa(state, self.read_out, self.shrink, out)


def salsa_step(state, splitting, mu, shrink):
    """One iteration of Algorithm 2 in place; `state.mixed` is left with fit + mu (u - d), which a backward pass
    reads."""
    xp = shrink.xp
    xp.add(state.x, state.d, out=state.mixed)
    shrink(state.mixed, out=state.u)
    xp.subtract(state.u, state.d, out=state.mixed)
    state.d -= state.u
    state.mixed *= mu
    state.mixed += state.fit
    xp.matmul(state.mixed, splitting, out=state.x)
    state.d += state.x


def read_salsa(state, read_out, shrink, out):
    """The codes that a SALSA state stands for, written into `out`."""
    if read_out == "x":
        out[...] = state.x
        return out
    source = state.x
    if read_out == "u":
        source = shrink.xp.add(state.x, state.d, out=state.mixed)
    return shrink(source, out=out)


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
