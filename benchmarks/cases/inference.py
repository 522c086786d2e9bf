"""Codes after T iterations or layers, against the same number of matrix products."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from benchmarks.bench import Bench
from benchmarks.floors import encoding_floor, fastest
from benchmarks.worlds import World, random_world
from lsalsa.encoders import encoder_class
from lsalsa.solvers import solve_with, solver_class

SHAPES = ((50_000, 100, 100), (50_000, 256, 256), (4_000, 1_024, 2_048))  # signals, features, atoms
SOLVERS, ENCODERS = ("ista", "fista", "salsa"), ("lista", "lsalsa")
DEPTH = 20


def run(bench: Bench, shapes: Sequence[tuple[int, int, int]] = SHAPES, depth: int = DEPTH) -> Iterator[dict[str, Any]]:
    """A row for each shape and method; all methods of a shape and its floor take turns."""
    for n, n_features, n_atoms in shapes:
        world = random_world(bench.device, n, n_features, n_atoms)
        problem = world.problem
        atoms, square = problem.dictionary, problem.gradient_step(1.0 / problem.lipschitz).transition
        way = fastest(bench, encoding_floor(world.signals, atoms, square, max(1, depth // 5)))
        floor = encoding_floor(world.signals, atoms, square, depth)[way]
        times = bench.interleaved({"floor": floor, **prepared(world, depth)})
        least = times.pop("floor")
        for method, taken in times.items():
            facts = {"n": n, "atoms": n_atoms, "depth": depth, "wall_s": taken.least, "floor_s": least.least}
            spread = {"wall_median_s": taken.median, "floor_median_s": least.median, "rounds": bench.rounds}
            ratio = {"ratio": taken.least / least.least, "against": f"matrix products, {way}"}
            yield bench.row("inference", method, **facts, **ratio, **spread)


def prepared(world: World, depth: int) -> dict[str, Callable[[], Any]]:
    """Each method with its matrices computed, so that a call does per-signal work only."""
    works: dict[str, Callable[[], Any]] = {}
    for name in SOLVERS:
        works[name] = partial(solve_with, solver_class(name)(world.problem), world.signals, depth)
    for name in ENCODERS:
        works[name] = partial(encoder_class(name).from_problem(world.problem, depth=depth).encode, world.signals)
    return works
