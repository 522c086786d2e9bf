"""Error against time on real patches: truncated solvers, trained encoders, and the exact solver as one point."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from benchmarks.bench import Bench
from benchmarks.cases.exact import EPOCHS, TOLERANCE, trained, worlds
from benchmarks.worlds import World
from lsalsa.exact import optimal_codes
from lsalsa.metrics import rmse
from lsalsa.solvers import solve_with, solver_class

SOLVER_DEPTHS = (1, 3, 5, 10, 20, 50, 100)
ENCODER_DEPTHS = (1, 3, 5, 10)
REFERENCE_TOLERANCE = 1e-10
ROUNDS = 3  # many works, and no ratio that a target hangs on


def run(
    bench: Bench,
    make: Callable[[], World] | None = None,
    solver_depths: Sequence[int] = SOLVER_DEPTHS,
    encoder_depths: Sequence[int] = ENCODER_DEPTHS,
    epochs: int = EPOCHS,
) -> Iterator[dict[str, Any]]:
    """A row for each method and depth; the ratio is to the time of the exact solver."""
    world = (make or worlds(bench)["digits"])()
    reference = optimal_codes(world.problem.astype("float64"), world.signals.astype("float64"), REFERENCE_TOLERANCE)
    works = _works(world, solver_depths, encoder_depths, epochs)
    times = bench.interleaved(works, rounds=min(bench.rounds, ROUNDS))
    exact = times["optimal_codes", None].least
    for (method, depth), taken in times.items():
        found = works[method, depth]()
        error = rmse(getattr(found, "codes", found), reference.codes)
        facts = {"n": len(world.signals), "atoms": world.problem.n_atoms, "depth": depth, "wall_s": taken.least}
        each = taken.least / len(world.signals)
        ratio = {"ratio": taken.least / exact, "against": "optimal_codes"}
        yield bench.row("frontier", method, **facts, **ratio, rmse=error, per_sample_s=each, note=world.note)


def _works(
    world: World, solver_depths: Sequence[int], encoder_depths: Sequence[int], epochs: int
) -> dict[tuple[str, int | None], Callable[[], Any]]:
    problem, signals = world.problem, world.signals
    targets = optimal_codes(problem, world.training, TOLERANCE).codes
    works: dict[tuple[str, int | None], Callable[[], Any]] = {}
    for name in ("ista", "fista", "salsa"):
        solver = solver_class(name)(problem)
        works |= {(name, depth): partial(solve_with, solver, signals, depth) for depth in solver_depths}
    for name in ("lista", "lsalsa"):
        for depth in encoder_depths:
            works[name, depth] = partial(trained(world, name, targets, epochs, depth=depth).encode, signals)
    works["optimal_codes", None] = partial(optimal_codes, problem, signals, TOLERANCE)
    return works
