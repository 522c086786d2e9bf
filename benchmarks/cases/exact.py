"""Certified optimal codes, against other exact solvers and from the start that a trained encoder gives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import product
from typing import Any

from benchmarks import peers
from benchmarks.bench import Bench
from benchmarks.worlds import DIGITS_10, DIGITS_32, PHOTOS_16, PHOTOS_32, World, mixture_world, patch_world
from lsalsa.encoders import Encoder, encoder_class
from lsalsa.exact import optimal_codes
from lsalsa.metrics import zero_share
from lsalsa.training import train

TOLERANCE = 1e-6
SUBSETS = {  # samples that a slow peer gets, by number of atoms; a peer without a number is left out
    "sklearn": {100: 400, 256: 100, 2_048: 8},
    "sporco": {100: 1_000, 256: 500},
}
WARM_DEPTHS = (1, 3)
WARM_SAMPLES = 4_000
WARM_SETTINGS = {  # by problem: the paper's encoder, and one whose codes name few atoms that are not in the optimum
    "digits": ({"mu": 1.0, "read_out": "softx"}, {"mu": 0.1, "read_out": "u"}),
    "photos": ({"mu": 0.1, "read_out": "u"},),
}
EPOCHS = 5

Worlds = Mapping[str, Callable[[], World]]


@cache
def worlds(bench: Bench) -> Worlds:
    """The problems by name; each is made once."""
    device = bench.device
    return {
        "digits": cache(lambda: patch_world(device, DIGITS_10, n=12_000, n_training=8_000)),
        "photos": cache(lambda: patch_world(device, PHOTOS_16, n=3_000, n_training=3_000)),
        "mixture": cache(lambda: mixture_world(device, (DIGITS_32, PHOTOS_32), n=200, n_training=800)),
    }


def run(
    bench: Bench, problems: Worlds | None = None, subsets: Mapping[str, Mapping[int, int]] = SUBSETS
) -> Iterator[dict[str, Any]]:
    """For each problem a row beside SPAMS on all samples, and one for each slow peer on a few."""
    for make in (problems or worlds(bench)).values():
        world = make()
        yield _against(bench, world, "spams", len(world.signals))
        for peer, counts in subsets.items():
            if world.problem.n_atoms in counts:
                yield _against(bench, world, peer, counts[world.problem.n_atoms])


def _against(bench: Bench, world: World, peer: str, n_peer: int) -> dict[str, Any]:
    """Both take turns; a peer that got fewer samples has its time scaled to all of them."""
    name, n = peers.EXACT[peer], len(world.signals)
    facts = {"n": n, "atoms": world.problem.n_atoms}
    few = world.signals[:n_peer]
    results: dict[str, Any] = {}
    try:
        theirs = peers.exact_codes(peer, world.problem, few)
    except peers.AbsentPeer as absent:
        return bench.skipped("exact", name, str(absent), **facts)
    ours = partial(optimal_codes, world.problem, world.signals, TOLERANCE)
    works = {"ours": _kept(ours, "ours", results), "theirs": _kept(theirs, "theirs", results)}
    if n_peer == n:
        times = bench.interleaved(works)
    else:
        times = {**bench.interleaved({"ours": works["ours"]}), "theirs": bench.once(works["theirs"])}
    wall, scaled = times["ours"].median, times["theirs"].median * n / n_peer
    note = world.note if n_peer == n else f"{world.note}; {name} timed on {n_peer} samples and scaled to {n}"
    facts |= {"wall_s": wall, "peer": name, "peer_s": scaled, "ratio": wall / scaled, "against": name, "note": note}
    certified, codes = results["ours"], bench.device.put(results["theirs"])
    quality = {
        "worst_gap": float(certified.relative_gap.max()),
        "peer_worst_gap": float(world.problem.relative_gap(few, codes).max()),
        "nonzeros": world.problem.n_atoms * (1.0 - zero_share(certified.codes)),
    }
    return bench.row("exact", "optimal_codes", **facts, **quality, wall_least_s=times["ours"].least)


def _kept(work: Callable[[], Any], name: str, results: dict[str, Any]) -> Callable[[], None]:
    """The work, its last result put aside: no solver runs once more only to be looked at."""

    def run_and_keep() -> None:
        results[name] = work()

    return run_and_keep


def run_warm(
    bench: Bench,
    problems: Worlds | None = None,
    depths: Sequence[int] = WARM_DEPTHS,
    settings: Mapping[str, Sequence[Mapping[str, Any]]] = WARM_SETTINGS,
    epochs: int = EPOCHS,
) -> Iterator[dict[str, Any]]:
    """For each problem, encoder and depth: solving from the codes of a trained LSALSA beside solving from zero."""
    made = problems or worlds(bench)
    for name, choices in settings.items():
        world = made[name]()
        targets = optimal_codes(world.problem, world.training, TOLERANCE).codes
        for choice, depth in product(choices, depths):
            yield _warm(bench, world, trained(world, "lsalsa", targets, epochs, depth=depth, **choice))


def trained(world: World, kind: str, targets: Any, epochs: int, **settings: Any) -> Encoder:
    """An encoder after a few epochs on the world's training signals, its best epoch kept."""
    encoder = encoder_class(kind).from_problem(world.problem, **settings)
    rate = 1e-3 / world.problem.n_atoms**0.5
    train(encoder, world.training, targets, epochs=epochs, optimizer="adam", learning_rate=rate, set_backs=3)
    return encoder


def _warm(bench: Bench, world: World, encoder: Encoder) -> dict[str, Any]:
    problem, signals = world.problem, world.signals[:WARM_SAMPLES]
    start = encoder.encode(signals)
    works = {
        "cold": partial(optimal_codes, problem, signals, TOLERANCE),
        "warm": partial(optimal_codes, problem, signals, TOLERANCE, start),
        "encode": partial(encoder.encode, signals),
    }
    least = {name: taken.least for name, taken in bench.interleaved(works).items()}
    total = least["warm"] + least["encode"]
    facts = {"n": len(signals), "atoms": problem.n_atoms, "depth": encoder.depth, "note": world.note}
    facts |= {name: encoder.settings[name] for name in ("mu", "read_out")}
    facts |= {"wall_s": total, "peer": "start from zero", "peer_s": least["cold"], "ratio": total / least["cold"]}
    parts = {"solve_s": least["warm"], "encode_s": least["encode"], "support_overlap": _overlap(works["cold"](), start)}
    return bench.row("warm_start", encoder.name, **facts, against="start from zero", **parts)


def _overlap(optimal: Any, start: Any) -> float:
    """Share of the atoms in use, by start or optimum, that both use."""
    here, there = optimal.codes != 0, start != 0
    return float((here & there).sum() / max(1, int((here | there).sum())))
