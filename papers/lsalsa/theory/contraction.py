"""Checks of how one step, and one round of steps, comes near the solution (LSALSA paper, lemma 1 to theorem 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from papers.lsalsa.theory import Form
from papers.lsalsa.theory.checks import ROUNDING, Check, ratio_checks
from papers.lsalsa.theory.rates import contraction, coupling_limit, largest_step, recursion_terms
from papers.lsalsa.theory.saddle import SaddleProblem, alternating_step, draw_saddle, gradient_operator

RADIUS = 2.0
REPLICAS = 64
"""Noisy copies of a run whose mean stands for the expectation."""

SURE = 4.0
"""Standard errors by which a mean over replicas must be off before it counts."""


@dataclass(frozen=True)
class World:
    """A random saddle-point problem and the noise on its gradients."""

    problem: SaddleProblem
    noise: float

    @property
    def gradient_bound(self) -> float:
        """sigma^2 of assumption 4."""
        return self.problem.gradient_bound(RADIUS, self.noise)


def draw_world(generator: np.random.Generator, ratio: float, share: float) -> World:
    """A problem with alpha = ratio * beta and the coupling at a share of its limit (for xi = beta)."""
    n_min, n_max, size = (int(n) for n in generator.integers((1, 1, 2), (3, 3, 5)))
    convexity = 10 ** generator.uniform(-0.5, 0.5)
    coupling = share * coupling_limit(convexity, n_min + n_max)
    problem = draw_saddle(
        generator,
        n_min=n_min,
        n_max=n_max,
        size=size,
        smoothness=ratio * convexity,
        convexity=convexity,
        coupling=coupling,
    )
    return World(problem, noise=10 ** generator.uniform(-2, 0) * convexity)


# --- lemma 1 and corollary 1 -------------------------------------------------------------------------------------


def scalar_step(generator: np.random.Generator, form: Form, *, ratio: float | None = None, power: int = 1) -> float:
    """One step on a smooth convex function of one variable: (distance after / before)^power over the factor."""
    ratio = 10 ** generator.uniform(0, 2) if ratio is None else ratio
    smoothness, convexity = ratio, 1.0
    step = generator.uniform(0.01, 0.99) * 2 / (smoothness + convexity)
    slopes = convexity * ratio ** generator.uniform(0, 1, size=6)  # of six pieces between x and the minimum
    lengths = generator.dirichlet(np.full(6, 0.3))
    distance = abs(1 - step * float(slopes @ lengths))
    return distance**power / (1 - step * contraction(smoothness, convexity, form))


def block_step(generator: np.random.Generator, form: Form, *, ratio: float) -> float:
    """One exact step of a block of a saddle problem: distance after it over corollary 1's bound, the worst block."""
    world = draw_world(generator, ratio, share=generator.uniform(0, 0.9))
    problem = world.problem
    step = generator.uniform(0.01, 0.99) * 2 / (problem.smoothness + problem.convexity)
    points = generator.uniform(0.01, 1) * generator.standard_normal((1, problem.n_blocks, problem.size))
    lengths = np.linalg.norm(points[0], axis=1)
    xi = contraction(problem.smoothness, problem.convexity, form)
    moved = [np.linalg.norm(gradient_operator(problem, points, d, step)) for d in range(problem.n_blocks)]
    return max(
        moved[d] / ((1 - step * xi) * lengths[d] + step * problem.coupling * (lengths.sum() - lengths[d]))
        for d in range(problem.n_blocks)
    )


# --- theorem 3 ---------------------------------------------------------------------------------------------------


def one_round(generator: np.random.Generator, form: Form, *, ratio: float) -> float:
    """Mean squared error after one noisy round, less its uncertainty, over what equation 77 allows.

    It starts where every block curves least, and takes small steps: the noise must not hide the contraction.
    """
    world = draw_world(generator, ratio, share=generator.uniform(0, 0.3))
    problem = world.problem
    xi = contraction(problem.smoothness, problem.convexity, form)
    limit = largest_step(problem.smoothness, problem.convexity, xi, problem.coupling, problem.n_blocks)
    step = 10 ** generator.uniform(-5, 0) * limit
    start = 0.5 * RADIUS * problem.flattest()
    after, uncertainty = _mean_error(generator, world, start, step)
    factor, weight = recursion_terms(step, xi, problem.coupling, problem.n_blocks)
    return (after - SURE * uncertainty) / (factor * np.sum(start**2) + weight * world.gradient_bound)


def _mean_error(generator: np.random.Generator, world: World, start: np.ndarray, step: float) -> tuple[float, float]:
    """Mean of the squared error after one round and its standard error; noise in pairs of both signs."""
    half = world.noise * generator.standard_normal((REPLICAS // 2, *start.shape))
    points = np.broadcast_to(start, (REPLICAS, *start.shape))
    after = alternating_step(world.problem, points, step, np.concatenate([half, -half]), RADIUS)
    errors = np.sum(after**2, axis=(1, 2))
    pairs = (errors[: REPLICAS // 2] + errors[REPLICAS // 2 :]) / 2
    return float(pairs.mean()), float(pairs.std(ddof=1) / np.sqrt(len(pairs)))


def outside_unit(generator: np.random.Generator) -> float:
    """How far q lies outside [0, 1] for a step size within the limits; negative inside."""
    n_blocks, convexity = int(generator.integers(2, 6)), 10 ** generator.uniform(-1, 1)
    coupling = generator.uniform(0, 1) * coupling_limit(convexity, n_blocks)
    smoothness = convexity * 10 ** generator.uniform(0, 2)
    step = generator.uniform(0, 1) * largest_step(smoothness, convexity, convexity, coupling, n_blocks)
    factor, _ = recursion_terms(step, convexity, coupling, n_blocks)
    return max(-factor, factor - 1)


# --- the list ----------------------------------------------------------------------------------------------------

_LEMMA = "One gradient step brings the distance to the minimum down by the factor 1 - eta xi"
_COROLLARY = "One step of a block brings its distance down by 1 - eta xi, but for gamma times the others'"
_ROUND = "The mean squared error after a round is within equation 77"
XI: dict[Form, str] = {"printed": "xi = 2 alpha beta / (alpha + beta)", "corrected": "xi = beta"}


def _of_contraction() -> list[Check]:
    squares = "One gradient step brings the square of the distance down by 1 - eta xi, with the printed xi"
    run = partial(scalar_step, form="printed", power=2)
    ratio = "the left side over the right side"
    found = [Check("Lemma 1, squares", "corrected", "any alpha, beta", squares, ratio, 1 + ROUNDING, run)]
    found += ratio_checks("Lemma 1", "alpha = beta", _LEMMA, XI, partial(scalar_step, ratio=1.0))
    found += ratio_checks("Lemma 1", "any alpha, beta", _LEMMA, XI, scalar_step)
    found += ratio_checks("Corollary 1", "alpha = beta", _COROLLARY, XI, partial(block_step, ratio=1.0))
    found += ratio_checks("Corollary 1", "alpha = 5 beta", _COROLLARY, XI, partial(block_step, ratio=5.0))
    return found


def _of_theorem_3() -> list[Check]:
    found = []
    for case, ratio in {"alpha = beta": 1.0, "alpha = 10 beta": 10.0, "alpha = 100 beta": 100.0}.items():
        found += ratio_checks("Theorem 3", case, _ROUND, XI, partial(one_round, ratio=ratio))
    within = "With a step size within the limits q lies between 0 and 1"
    return [*found, Check("Theorem 3, q", "corrected", "any", within, "the distance from [0, 1]", 0.0, outside_unit)]


CHECKS: tuple[Check, ...] = (*_of_contraction(), *_of_theorem_3())
