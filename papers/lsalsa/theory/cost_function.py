"""Checks of what the paper says about LSALSA's cost function and its layers (section 5, supplements B and C)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from papers.lsalsa.theory import FORMS, Form
from papers.lsalsa.theory.checks import ROUNDING, Check, Run
from papers.lsalsa.theory.lagrangian import (
    augmented_lagrangian,
    curvature_correction,
    data_fit,
    gradient,
    learned_fit,
    splitting_update,
)
from papers.lsalsa.theory.recursion import cross_layer, layers, shrink

DEPTH = 8
"""Layers over which supplement B is checked."""


@dataclass(frozen=True)
class Instance:
    """A dictionary, signals, and a network's matrices and state, all random, float64.

    Attributes
    ----------
    dictionary : array, (n_features, n_atoms)
        The paper's A, with columns of norm 1.
    signals : array, (n_samples, n_features)
    filter : array, (n_features, n_atoms)
        The transpose of the paper's W_e.
    splitting : array, (n_atoms, n_atoms)
        The transpose of the paper's S.
    mu : float
    codes, u, d : array, (n_samples, n_atoms)
        x, its sparse copy, and the scaled multipliers.
    """

    dictionary: np.ndarray
    signals: np.ndarray
    filter: np.ndarray
    splitting: np.ndarray
    mu: float
    codes: np.ndarray
    u: np.ndarray
    d: np.ndarray

    def learned(self, codes: np.ndarray, form: Form = "corrected") -> np.ndarray:
        """Evaluate the learned Lagrangian at codes, without its penalty (a function of u only): array, (n_samples,)."""
        fit = learned_fit(codes, self.signals, self.filter, self.splitting, self.mu, form)
        return augmented_lagrangian(fit, codes, self.u, self.d, np.zeros(codes.shape[1]), self.mu)

    def original(self, codes: np.ndarray) -> np.ndarray:
        """Evaluate SALSA's Lagrangian at codes, without its penalty: array, (n_samples,)."""
        fit = data_fit(codes, self.signals, self.dictionary)
        return augmented_lagrangian(fit, codes, self.u, self.d, np.zeros(codes.shape[1]), self.mu)

    @property
    def pull(self) -> np.ndarray:
        """W_e y + mu (u - d): gradients are measured relative to its size."""
        return self.signals @ self.filter + self.mu * (self.u - self.d)

    @property
    def updated(self) -> np.ndarray:
        """The codes after the x-update."""
        return splitting_update(self.signals @ self.filter, self.u, self.d, self.splitting, self.mu)


def sample_instance(rng: np.random.Generator, kind: str, *, plain_filter: bool = False) -> Instance:
    """Sample an instance.

    Parameters
    ----------
    rng : numpy.random.Generator
    kind : {"start", "definite", "indefinite", "not symmetric"}
        S as at the start of training, or changed to have this property.
    plain_filter : bool
        Keep W_e = A^T, as the paper does from section 5.2 on.

    Returns
    -------
    instance : Instance
    """
    n_features, n_atoms, n_samples = rng.integers(4, 12, size=3)
    mu = 10 ** rng.uniform(-1, 1)
    dictionary = rng.standard_normal((n_features, n_atoms))
    dictionary /= np.linalg.norm(dictionary, axis=0)
    filter = dictionary if plain_filter else dictionary + 0.1 * rng.standard_normal(dictionary.shape)
    splitting = _splitting(rng, kind, np.linalg.inv(mu * np.eye(n_atoms) + dictionary.T @ dictionary))
    signals = rng.standard_normal((n_samples, n_features))
    state = rng.standard_normal((3, n_samples, n_atoms))
    return Instance(dictionary, signals, filter, splitting, mu, *state)


def _splitting(rng: np.random.Generator, kind: str, start: np.ndarray) -> np.ndarray:
    """Return S as at the start of training, or change it: definite, indefinite or not symmetric."""
    values, axes = np.linalg.eigh(start)
    if kind == "start":
        return start
    values = values * np.exp(rng.uniform(-0.5, 0.5, len(values)))
    if kind == "indefinite":
        values[rng.integers(len(values))] *= -1
    changed = (axes * values) @ axes.T
    if kind != "not symmetric":
        return changed
    twist = rng.standard_normal(start.shape)
    twist -= twist.T
    return changed + rng.uniform(0.02, 0.1) * np.linalg.norm(changed) / np.linalg.norm(twist) * twist


def _relative(difference: np.ndarray, size: np.ndarray) -> float:
    return float(np.linalg.norm(difference) / np.linalg.norm(size))


def gradient_at_update(rng: np.random.Generator, kind: str, form: Form = "corrected") -> float:
    """Measure the learned Lagrangian's gradient at the x-update, relative to its terms.

    Parameters
    ----------
    rng : numpy.random.Generator
    kind : str
        Of `sample_instance`.
    form : {"printed", "corrected"}
        Of the fidelity term, see `learned_fit`.

    Returns
    -------
    size : float

    References
    ----------
    LSALSA paper, theorem 1 and equation 44.
    """
    instance = sample_instance(rng, kind)
    return _relative(gradient(partial(instance.learned, form=form), instance.updated), instance.pull)


def descent_from_update(rng: np.random.Generator, kind: str) -> float:
    """Measure how far the learned Lagrangian falls below its value at the x-update, relative to the largest change.

    The moves have length 1: the axes of S's symmetric part, and random directions.
    """
    instance = sample_instance(rng, kind)
    axes = np.linalg.eigh(instance.splitting + instance.splitting.T)[1].T
    moves = np.concatenate([axes, rng.standard_normal((20, len(axes)))])
    moves /= np.linalg.norm(moves, axis=1, keepdims=True)
    base = instance.learned(instance.updated)
    changes = np.stack([instance.learned(instance.updated + move) - base for move in moves])
    return float(np.max(-changes) / np.max(np.abs(changes)))


def start_is_salsa(rng: np.random.Generator) -> float:
    """Compare the learned fidelity term at the start values with 1/2 |y - A x|^2: relative difference."""
    instance = sample_instance(rng, "start", plain_filter=True)
    learned = learned_fit(instance.codes, instance.signals, instance.filter, instance.splitting, instance.mu)
    plain = data_fit(instance.codes, instance.signals, instance.dictionary)
    return _relative(learned - plain, plain)


def gradient_correction(rng: np.random.Generator) -> float:
    """Test: gradient of the learned Lagrangian = gradient of SALSA's + P x, at any x. Returns the relative error."""
    instance = sample_instance(rng, "definite", plain_filter=True)
    learned, original = gradient(instance.learned, instance.codes), gradient(instance.original, instance.codes)
    correction = curvature_correction(instance.splitting, instance.dictionary, instance.mu)
    return _relative(learned - original - instance.codes @ correction, learned)


def newton_like_update(rng: np.random.Generator) -> float:
    """Test: P x = - gradient of SALSA's Lagrangian, at the x-update. Returns the relative error."""
    instance = sample_instance(rng, "definite", plain_filter=True)
    original = gradient(instance.original, instance.updated)
    correction = curvature_correction(instance.splitting, instance.dictionary, instance.mu)
    return _relative(instance.updated @ correction + original, original)


def descent_step(rng: np.random.Generator) -> float:
    """Test: a gradient step on the learned Lagrangian is (I - eta P) x - eta gradient of SALSA's.

    Returns the relative error.
    """
    instance, step = sample_instance(rng, "definite", plain_filter=True), 10 ** rng.uniform(-3, 0)
    taken = instance.codes - step * gradient(instance.learned, instance.codes)
    correction = curvature_correction(instance.splitting, instance.dictionary, instance.mu)
    shrunk = instance.codes - step * instance.codes @ correction
    return _relative(taken - (shrunk - step * gradient(instance.original, instance.codes)), taken)


def layer_from_all_before(rng: np.random.Generator, form: Form) -> float:
    """Return the largest relative error of the cross-layer formula for x(t) + d(t), t = 1 ... 8."""
    instance, thresholds = _network(rng)
    filtered = instance.signals @ instance.filter
    u, sums = layers(filtered, instance.splitting, thresholds, instance.mu, DEPTH)
    formula = (cross_layer(filtered, u[:t], instance.splitting, instance.mu, form) for t in range(1, DEPTH + 1))
    return max(_relative(found - true, true) for found, true in zip(formula, sums[1:], strict=True))


def layer_index(rng: np.random.Generator, form: Form) -> float:
    """Return the largest relative distance of soft(x(t) + d(t)) from the u that the formula names: u(t) or u(t + 1)."""
    instance, thresholds = _network(rng)
    u, sums = layers(instance.signals @ instance.filter, instance.splitting, thresholds, instance.mu, DEPTH)
    named = u[:-1] if form == "printed" else u[1:]
    return max(_relative(shrink(s, thresholds) - v, s) for s, v in zip(sums[1:], named, strict=True))


def _network(rng: np.random.Generator) -> tuple[Instance, np.ndarray]:
    """Sample an instance with an S that is not symmetric, and thresholds that leave only some codes."""
    instance = sample_instance(rng, "not symmetric")
    return instance, rng.uniform(0.05, 0.5, len(instance.splitting))


def _exact(statement: str, form: Form, case: str, claim: str, run: Run, measure: str = "the relative error") -> Check:
    return Check(statement, form, case, claim, measure, ROUNDING, run)


_STATIONARY = "The x-update of a layer is where the learned Lagrangian has slope 0"
_MINIMUM = "The x-update of a layer minimises the learned Lagrangian"
_GRADIENT_MEASURE = "the slope, relative to its terms,"
_FALL = "the fall below the value at the update, relative to the largest change,"
_LAYER = "x(t) + d(t) is the stated sum over the outputs u of all layers before"
_NEXT = {"printed": "soft(x(t) + d(t)) is u(t)", "corrected": "soft(x(t) + d(t)) is u(t + 1)"}
_LAYERS = "any S, t = 1 to 8"
_DEFINITE, _INDEFINITE, _ANY = "S symmetric, positive definite", "S symmetric, indefinite", "S not symmetric"


def _of_theorem_1() -> list[Check]:
    def check(claim: str, form: Form, case: str, run: Run) -> Check:
        name, measure = ("slope", _GRADIENT_MEASURE) if claim is _STATIONARY else ("minimum", _FALL)
        return _exact(f"Theorem 1, {name}", form, case, claim, run, measure)

    return [
        check(_STATIONARY, "printed", _ANY, partial(gradient_at_update, kind="not symmetric")),
        check(_STATIONARY, "printed", _INDEFINITE, partial(gradient_at_update, kind="indefinite")),
        check(_STATIONARY, "corrected", _DEFINITE, partial(gradient_at_update, kind="definite")),
        check(_MINIMUM, "printed", _INDEFINITE, partial(descent_from_update, kind="indefinite")),
        check(_MINIMUM, "corrected", _DEFINITE, partial(descent_from_update, kind="definite")),
    ]


def _of_equations() -> list[Check]:
    found = []
    for form in FORMS:
        run = partial(gradient_at_update, kind="definite", form=form)
        found.append(_exact("Equation 44", form, _DEFINITE, _STATIONARY, run, _GRADIENT_MEASURE))
    start = "At its start values LSALSA has SALSA's cost function"
    found.append(_exact("Remark 2", "printed", "start values", start, start_is_salsa))
    for number, claim, run_claim in (
        (19, "The learned Lagrangian's slope is SALSA's plus P x", gradient_correction),
        (20, "At the x-update P x is minus the slope of SALSA's Lagrangian", newton_like_update),
        (30, "A gradient step on the learned cost is a modified step on SALSA's", descent_step),
    ):
        found.append(_exact(f"Equation {number}", "printed", "W_e = A^T, S symmetric", claim, run_claim))
    return found


def _of_recursion() -> list[Check]:
    found = []
    for form in FORMS:
        found.append(_exact("Supplement B, sum", form, _LAYERS, _LAYER, partial(layer_from_all_before, form=form)))
    for form in FORMS:
        found.append(_exact("Supplement B, index", form, _LAYERS, _NEXT[form], partial(layer_index, form=form)))
    return found


CHECKS: tuple[Check, ...] = (*_of_theorem_1(), *_of_equations(), *_of_recursion())
