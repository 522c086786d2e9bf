"""What a call costs where there is little to do: a prepared solver, one signal, a few."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import lsalsa
from benchmarks.bench import Bench
from benchmarks.peers import NETWORKS, AbsentPeer
from benchmarks.worlds import random_world
from lsalsa.encoders import encoder_class

DEPTH = 3
SHAPES = ((100, 100), (256, 256))  # features, atoms
COUNTS = (1, 4, 16, 64, 100, 500)  # signals of one call
LARGE = (1_024, 2_048)


def fixed(bench: Bench, shape: tuple[int, int] = SHAPES[0], large: tuple[int, int] = LARGE) -> Iterator[dict[str, Any]]:
    """A row for each fixed cost; the ratio is to the seconds allowed."""
    small, wide = random_world(bench.device, 16, *shape), random_world(bench.device, 1, *large)
    for world in (small, wide):
        assert world.problem.lipschitz > 0  # once per problem, before the clock
    one, prepared = small.signals[:1], {name: lsalsa.prepare(small.problem, name) for name in ("fista", "salsa")}
    works: dict[tuple[str, int, int], tuple[Callable[[], Any], float]] = {
        ("solve fista, T = 3", 1, shape[1]): (partial(lsalsa.solve, small.problem, one, "fista", DEPTH), 3e-4),
        ("solve salsa, T = 3", 1, shape[1]): (partial(lsalsa.solve, small.problem, one, "salsa", DEPTH), 3e-4),
        ("prepared fista, T = 3", 1, shape[1]): (partial(prepared["fista"].solve, one, DEPTH), 1e-4),
        ("prepared salsa, T = 3", 1, shape[1]): (partial(prepared["salsa"].solve, one, DEPTH), 1e-4),
        ("optimal_codes", 16, shape[1]): (partial(lsalsa.optimal_codes, small.problem, small.signals), 1e-3),
        ("prepare salsa", 0, large[1]): (partial(lsalsa.prepare, wide.problem, "salsa"), 0.2),
        ("prepare fista", 0, large[1]): (partial(lsalsa.prepare, wide.problem, "fista"), 0.2),
    }
    times = bench.interleaved({key: work for key, (work, _) in works.items()})
    for (method, n, n_atoms), taken in times.items():
        allowed = works[method, n, n_atoms][1]
        facts = {"n": n, "atoms": n_atoms, "wall_s": taken.least, "wall_median_s": taken.median}
        yield bench.row("calls", method, **facts, ratio=taken.median / allowed, against=f"limit of {allowed:g} s")


def few(
    bench: Bench, shapes: Sequence[tuple[int, int]] = SHAPES, counts: Sequence[int] = COUNTS, depth: int = DEPTH
) -> Iterator[dict[str, Any]]:
    """For each encoder and number of signals a row beside each peer; all take turns, the ratio is of their medians."""
    for shape in shapes:
        world = random_world(bench.device, max(counts), *shape)
        for name in ("lista", "lsalsa"):
            encoder = encoder_class(name).from_problem(world.problem, depth=depth)
            for count in counts:
                yield from _beside_peers(bench, encoder, world.signals[:count])


def _beside_peers(bench: Bench, encoder: Any, signals: Any) -> Iterator[dict[str, Any]]:
    facts = {"n": len(signals), "atoms": encoder.n_atoms, "depth": encoder.depth}
    works: dict[str, Callable[[], Any]] = {"ours": partial(encoder.encode, signals)}
    for peer, make in NETWORKS.items():
        try:
            works[peer] = make(encoder, signals)
        except AbsentPeer as absent:
            yield bench.skipped("few", peer, str(absent), **facts)
    times = bench.interleaved(works)
    ours = times.pop("ours")
    facts |= {"wall_s": ours.least, "wall_median_s": ours.median}
    for peer, taken in times.items():
        beside = {"peer": peer, "peer_s": taken.least, "peer_median_s": taken.median, "against": peer}
        yield bench.row("few", encoder.name, **facts, **beside, ratio=ours.median / taken.median)
