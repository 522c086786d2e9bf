"""
Adding an encoder
=================

An encoder is one class: where it starts, its forward pass, its backward pass. Saving, loading, training, tiles and
threads come with the base class. In the repository such a class is one file in ``src/lsalsa/encoders``, found there by
its name; a study then trains it beside all others, and the contract tests run on it without being asked.

This one is as small as can be: a single product and a threshold, ``x = soft(y W, t)``, with both learned.
"""

from typing import Any, ClassVar

import numpy as np

import lsalsa
from lsalsa.encoders._dense import DenseEncoder
from lsalsa.metrics import rmse
from lsalsa.problem import check_problem


class OneStep(DenseEncoder):
    """A filter and a threshold, both learned. It starts as one step of ISTA from zero."""

    defaults: ClassVar[dict[str, Any]] = {"depth": 1}
    learned = ("filter", "thresholds")

    @classmethod
    def from_problem(cls, problem, **settings):
        check_problem(cls.__name__, problem, cls.solves)
        step = 1 / problem.lipschitz
        return cls({"filter": problem.gradient_step(step)[0], "thresholds": problem.thresholds(step)}, **settings)

    @classmethod
    def shapes(cls, settings, n_features, n_atoms):
        return {"filter": (n_features, n_atoms), "thresholds": (n_atoms,)}

    def forward(self, signals, tape, out):
        filtered = self.xp.matmul(signals, self.arrays["filter"], out=tape("filtered"))
        self.kernels.soft_threshold(filtered, self.arrays["thresholds"], out)
        return out

    def backward(self, signals, tape, codes_gradient, names):
        codes = tape("codes")
        codes_gradient *= codes != 0  # the threshold lets nothing else through
        return {
            "filter": signals.T @ codes_gradient,
            "thresholds": -(codes_gradient * self.xp.sign(codes)).sum(axis=0),
        }


# %%
# A problem to try it on: random atoms, codes with few entries, a little noise.

random = np.random.default_rng(0)
dictionary = random.normal(size=(32, 48))
dictionary /= np.linalg.norm(dictionary, axis=0)
sparse = random.normal(size=(3000, 48)) * (random.random((3000, 48)) < 0.06)
signals = sparse @ dictionary.T + 0.02 * random.normal(size=(3000, 32))
problem = lsalsa.SparseCodingProblem([dictionary], [0.05])
codes = lsalsa.optimal_codes(problem, signals).codes

# %%
# Is the gradient right? Beside central differences in float64:

encoder = OneStep.from_problem(problem, depth=1)
_, gradient = encoder.loss_and_gradient(signals[:50], codes[:50])
weights, nudge = encoder.arrays["filter"], 1e-6
losses = []
for sign in (1, -1):
    weights[3, 5] += sign * nudge
    losses.append(encoder.loss_and_gradient(signals[:50], codes[:50])[0])
    weights[3, 5] -= sign * nudge
print(f"by hand {gradient['filter'][3, 5]:.8f}, by differences {(losses[0] - losses[1]) / (2 * nudge):.8f}")

# %%
# Training it, and how far it is from the optimal codes, beside LISTA of one layer:

before = rmse(encoder.encode(signals[2500:]), codes[2500:])
lsalsa.train(encoder, signals[:2500], codes[:2500], optimizer="adam", learning_rate=3e-3, epochs=20)
rival = lsalsa.LISTA.from_problem(problem, depth=1)
lsalsa.train(rival, signals[:2500], codes[:2500], optimizer="adam", learning_rate=3e-3, epochs=20)
print(f"RMSE untrained {before:.3f}, trained {rmse(encoder.encode(signals[2500:]), codes[2500:]):.3f}")
print(f"RMSE of LISTA, one layer, trained the same way {rmse(rival.encode(signals[2500:]), codes[2500:]):.3f}")
