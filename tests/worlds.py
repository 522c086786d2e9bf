"""The small worlds of the tests, and textbook recursions that share no code with the library.

The library keeps samples in rows. Everything printed here from the papers keeps them in columns, as the papers do, and
is transposed on the way in and out: a transposition forgotten in the library cannot hide behind the same one here.
"""

from dataclasses import dataclass

import numpy as np

PENALTIES = (0.1, 0.2, 0.15)


@dataclass(frozen=True)
class World:
    """Dictionaries, penalties and signals of one small problem, in float64 unless asked otherwise."""

    dictionaries: tuple
    penalties: tuple
    signals: np.ndarray

    @property
    def dictionary(self):
        return np.concatenate(self.dictionaries, axis=1)

    @property
    def penalty_of_atom(self):
        sizes = [part.shape[1] for part in self.dictionaries]
        return np.repeat(np.asarray(self.penalties, dtype=float), sizes)

    @property
    def lipschitz(self):
        return np.linalg.norm(self.dictionary.astype(float), 2) ** 2

    @property
    def problem(self):
        from lsalsa import SparseCodingProblem

        return SparseCodingProblem(dictionaries=list(self.dictionaries), penalties=list(self.penalties))


def unit_columns(generator, n_features, n_atoms):
    """Random dictionary with unit columns."""
    columns = generator.standard_normal((n_features, n_atoms))
    return columns / np.linalg.norm(columns, axis=0)


def make_world(n_blocks=1, n_features=8, n_atoms=7, n_samples=12, seed=0, dtype=np.float64):
    """Signals made of two atoms per dictionary and a little noise; blocks of different sizes."""
    generator = np.random.default_rng([seed, n_blocks])
    sizes = [n_atoms - block for block in range(n_blocks)]
    parts = tuple(unit_columns(generator, n_features, size) for size in sizes)
    signals = 0.02 * generator.standard_normal((n_samples, n_features))
    for part in parts:
        for sample in range(n_samples):
            chosen = generator.choice(part.shape[1], size=2, replace=False)
            signals[sample] += part[:, chosen] @ generator.uniform(0.5, 2.0, 2)
    return World(tuple(part.astype(dtype) for part in parts), PENALTIES[:n_blocks], signals.astype(dtype))


WORLDS = {1: "one dictionary", 2: "two dictionaries", 3: "three dictionaries"}


def soft(values, thresholds):
    """Soft thresholding as printed: sign(z) max(|z| - t, 0)."""
    return np.sign(values) * np.maximum(np.abs(values) - thresholds, 0.0)


def objective_of(world, codes):
    """Equation 1 sample by sample, entry by entry."""
    values = []
    for signal, code in zip(world.signals.astype(float), codes.astype(float), strict=True):
        residual = signal - world.dictionary.astype(float) @ code
        values.append(
            0.5 * sum(r * r for r in residual)
            + sum(p * abs(c) for p, c in zip(world.penalty_of_atom, code, strict=True))
        )
    return np.array(values)


def relative_gap_of(world, codes):
    """Primal minus dual objective at the residual scaled into the dual set, over the primal; 0 for 0 / 0."""
    gaps = []
    dictionary = world.dictionary.astype(float)
    objectives = objective_of(world, codes)
    for signal, code, primal in zip(world.signals.astype(float), codes.astype(float), objectives, strict=True):
        residual = signal - dictionary @ code
        allowed = np.min(world.penalty_of_atom / np.maximum(np.abs(dictionary.T @ residual), 1e-300))
        best = signal @ residual / max(residual @ residual, 1e-300)
        point = np.clip(best, -allowed, allowed) * residual
        dual = signal @ point - 0.5 * point @ point
        gaps.append((primal - dual) / primal if primal > 0 else 0.0)
    return np.array(gaps)


def ista_iterates(world, steps, step_size=None):
    """x(1) .. x(steps) of ISTA."""
    A, Y = world.dictionary.astype(float), world.signals.T.astype(float)
    eta = 1 / world.lipschitz if step_size is None else step_size
    theta = eta * world.penalty_of_atom[:, None]
    x = np.zeros((A.shape[1], Y.shape[1]))
    iterates = []
    for _ in range(steps):
        x = soft(x - eta * A.T @ (A @ x - Y), theta)
        iterates.append(x.T)
    return iterates


def fista_iterates(world, steps, step_size=None):
    """x(1) .. x(steps) of FISTA (the iterate, not the extrapolated point)."""
    A, Y = world.dictionary.astype(float), world.signals.T.astype(float)
    eta = 1 / world.lipschitz if step_size is None else step_size
    theta = eta * world.penalty_of_atom[:, None]
    x = v = np.zeros((A.shape[1], Y.shape[1]))
    r = 1.0
    iterates = []
    for _ in range(steps):
        last, x = x, soft(v - eta * A.T @ (A @ v - Y), theta)
        r, last_r = (1 + np.sqrt(1 + 4 * r * r)) / 2, r
        v = x + (last_r - 1) / r * (x - last)
        iterates.append(x.T)
    return iterates


def salsa_iterates(world, steps, mu=1.0, read_out="u"):
    """Read-outs after 1 .. steps iterations of SALSA, the inverse taken anew."""
    A, Y = world.dictionary.astype(float), world.signals.T.astype(float)
    S = np.linalg.inv(mu * np.eye(A.shape[1]) + A.T @ A)
    return [state[read_out].T for state in salsa_states(A.T @ Y, S, world.penalty_of_atom[:, None] / mu, mu, steps)]


def salsa_states(b, S, theta, mu, steps):
    """The recursion of SALSA and LSALSA alike: one dict of read-outs and kink distances per iteration."""
    x, d = b, np.zeros_like(b)
    for _ in range(steps):
        z = x + d
        u = soft(z, theta)
        x = S @ (b + mu * (u - d))
        d = d - u + x
        yield {"x": x, "softx": soft(x, theta), "u": soft(x + d, theta), "z": z, "z_next": x + d}


def lsalsa_outputs(signals, arrays, mu, depth, read_out):
    """Outputs (n, N) of LSALSA and, per sample, how far its nearest threshold argument is from a kink."""
    theta = arrays["thresholds"][:, None]
    states = list(salsa_states(arrays["filter"].T @ signals.T, arrays["splitting"].T, theta, mu, depth))
    last = states[-1]
    arguments = [state["z"] for state in states] + [last["x"] if read_out == "softx" else last["z_next"]]
    return last[read_out].T, kink_distance(arguments, theta)


def lista_outputs(signals, arrays, depth, x0):
    """Outputs (n, N) of LISTA and the kink distance per sample."""
    theta = arrays["thresholds"][:, None]
    b = arrays["filter"].T @ signals.T
    x = {"soft": soft(b, theta), "filter": b, "zero": np.zeros_like(b)}[x0]
    arguments = [b] if x0 == "soft" else []
    for _ in range(depth):
        arguments.append(b + arrays["splitting"].T @ x)
        x = soft(arguments[-1], theta)
    return x.T, kink_distance(arguments, theta)


def kink_distance(arguments, theta):
    """Smallest | |z| - theta | over layers and atoms, per sample."""
    return np.min([np.abs(np.abs(z) - theta).min(axis=0) for z in arguments], axis=0)


def loss_of(outputs, targets):
    """Equation 15: half the squared distance, summed over entries, averaged over samples."""
    return 0.5 * np.sum((targets - outputs) ** 2) / len(targets)


def central_differences(loss, array, step=1e-5):
    """Slope of ``loss(array)`` in every entry."""
    slopes = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        ahead, behind = array.copy(), array.copy()
        ahead[index] += step
        behind[index] -= step
        slopes[index] = (loss(ahead) - loss(behind)) / (2 * step)
    return slopes


def relative_error(found, expected):
    """Distance over size, in the Euclidean norm of all entries."""
    return np.linalg.norm(np.asarray(found) - expected) / np.linalg.norm(expected)
