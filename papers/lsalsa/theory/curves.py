"""The curves of the figure of the bounds: one chosen instance each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lsalsa.seeds import generator, seed_for
from papers.lsalsa.theory import FORMS
from papers.lsalsa.theory.checks import Row
from papers.lsalsa.theory.contraction import RADIUS, sample_world
from papers.lsalsa.theory.rates import Schedule, bounds, contraction, coupling_limit, iterated
from papers.lsalsa.theory.schedules import LONG, SHORT, schedule_for, trajectory

SMOOTHNESS = 10.0
"""alpha of the panel of lemma 1, for beta = 1."""

NOISE = 4.0
"""sigma^2 over xi^2 times the squared first error: the smallest value that the paper's assumption 4 permits."""


def curves(seed: int) -> list[Row]:
    """Return the points of all lines: panel, line, form, x, y."""
    return [*_of_lemma(), *_of_recursion(), *_of_runs(seed)]


def _points(panel: str, line: str, form: str, x: np.ndarray, y: np.ndarray) -> Iterable[Row]:
    pairs = zip(x, y, strict=True)
    return ({"panel": panel, "line": line, "form": form, "x": float(a), "y": float(b)} for a, b in pairs)


def _of_lemma() -> Iterable[Row]:
    """One step on the worst quadratic with curvatures 1 to alpha, and the two factors, over the step size."""
    steps = np.linspace(0, 2 / (SMOOTHNESS + 1), 101)[1:]
    curvatures = np.linspace(1, SMOOTHNESS, 50)
    yield from _points("lemma", "true", "", steps, np.abs(1 - np.outer(steps, curvatures)).max(axis=1))
    for form in FORMS:
        yield from _points("lemma", "factor", form, steps, 1 - steps * contraction(SMOOTHNESS, 1.0, form))


def _of_recursion() -> Iterable[Row]:
    """Iterate theorem 3 over theorem 4's bound, for two blocks and the least noise that is possible."""
    t = np.unique(np.geomspace(1, LONG, 200).astype(int))
    for share in (0.5, 0.9):
        for form in FORMS:
            schedule = Schedule(1.0, share * coupling_limit(1.0, 2), 2, form)
            ratio = iterated(schedule, 1.0, NOISE, LONG) / bounds(schedule, 1.0, NOISE, LONG)
            yield from _points("recursion", f"{share:g}", form, t, ratio[t - 1])


def _of_runs(seed: int) -> Iterable[Row]:
    """Simulate a problem with the printed steps: mean squared error, what theorem 3 allows, what theorem 4 promises."""
    rng = generator(seed_for(seed, "theory", "curves"))
    world = sample_world(rng, ratio=2.0, share=0.9)
    start = 0.5 * RADIUS * world.problem.flattest()
    schedule = schedule_for(world, "printed")
    first, noise, t = float(np.sum(start**2)), world.gradient_bound, np.arange(1, SHORT + 1)
    yield from _points("runs", "true", "printed", t, trajectory(world, schedule, start, rng).mean(axis=1))
    yield from _points("runs", "recursion", "printed", t, iterated(schedule, first, noise, SHORT))
    yield from _points("runs", "bound", "printed", t, bounds(schedule, first, noise, SHORT))
