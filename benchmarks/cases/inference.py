"""Codes after T iterations or layers, against the same number of matrix products: called again and again, and once."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks.bench import Bench, Times
from benchmarks.floors import encoding_floor, fastest
from benchmarks.worlds import World, random_world
from lsalsa.encoders import encoder_class
from lsalsa.solvers import prepare

SHAPES = ((50_000, 100, 100), (50_000, 256, 256), (4_000, 1_024, 2_048))  # signals, features, atoms
SOLVERS, ENCODERS = ("ista", "fista", "salsa"), ("lista", "lsalsa")
DEPTH = 20
ASLEEP = 0.3  # seconds without work before a call that stands alone


def run(bench: Bench, shapes: Sequence[tuple[int, int, int]] = SHAPES, depth: int = DEPTH) -> Iterator[dict[str, Any]]:
    """Rows of `inference` for each shape and method; all methods of a shape and its floor take turns."""
    for n, n_features, n_atoms in shapes:
        world = random_world(bench.device, n, n_features, n_atoms)
        floor, way = floor_of(bench, world, depth)
        times = bench.interleaved({"floor": floor, **prepared(world, depth)})
        yield from _rows(bench, "inference", world, depth, times, way)


def run_once(
    bench: Bench, shapes: Sequence[tuple[int, int, int]] = SHAPES, depth: int = DEPTH, asleep: float = ASLEEP
) -> Iterator[dict[str, Any]]:
    """Rows of `once`: each call after a rest, its output newly allocated; the floor is that of repeated calls."""
    for n, n_features, n_atoms in shapes:
        world = random_world(bench.device, n, n_features, n_atoms)
        floor, way = floor_of(bench, world, depth)
        times = bench.interleaved({"floor": floor})
        for method, work in prepared(world, depth).items():
            work()
            times[method] = Times(tuple(_after_rest(bench, work, asleep) for _ in range(bench.rounds)))
        yield from _rows(bench, "once", world, depth, times, f"{way}, repeated")


def floor_of(bench: Bench, world: World, depth: int) -> tuple[Callable[[], Any], str]:
    """The products of a world's methods in the fastest way, and its name."""
    problem = world.problem
    arrays = world.signals, problem.dictionary, problem.gradient_step(1.0 / problem.lipschitz).transition
    way = fastest(bench, encoding_floor(*arrays, max(1, depth // 5)))
    return encoding_floor(*arrays, depth)[way], way


def prepared(world: World, depth: int) -> dict[str, Callable[[], Any]]:
    """Each method with its matrices computed, so that a call does per-signal work only."""
    works: dict[str, Callable[[], Any]] = {}
    for name in SOLVERS:
        works[name] = partial(prepare(world.problem, name).solve, world.signals, depth)
    for name in ENCODERS:
        works[name] = partial(encoder_class(name).from_problem(world.problem, depth=depth).encode, world.signals)
    return works


def _after_rest(bench: Bench, work: Callable[[], Any], asleep: float) -> float:
    time.sleep(asleep)
    return bench.seconds(work)


def _rows(
    bench: Bench, benchmark: str, world: World, depth: int, times: Mapping[str, Times], way: str
) -> Iterator[dict[str, Any]]:
    floor = times["floor"]
    for method, taken in times.items():
        if method != "floor":
            facts = {"n": len(world.signals), "atoms": world.problem.n_atoms, "depth": depth}
            facts |= {"wall_s": taken.least, "floor_s": floor.least, "ratio": taken.median / floor.median}
            spread = {"wall_median_s": taken.median, "floor_median_s": floor.median, "rounds": bench.rounds}
            yield bench.row(benchmark, method, **facts, against=f"matrix products, {way}", **spread)
