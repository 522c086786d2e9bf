"""Dictionary learning for the same seconds: how well the atoms explain held-out patches, beside other packages."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.bench import Bench
from benchmarks.worlds import SEED
from lsalsa.arrays import one_blas_thread, to_host
from lsalsa.arrays.unit_norm import unit_columns
from lsalsa.data.patches import component_patches
from lsalsa.data.sources import load_images
from lsalsa.dictionary import method_class
from lsalsa.exact import optimal_codes
from lsalsa.problem import SparseCodingProblem

N_ATOMS = (100, 256, 1024)
SEEDS = (0, 1, 2)
SECONDS = 4.0
PENALTY = 0.1
BATCHES = {"online": 256, "SPAMS trainDL": 512, "scikit-learn MiniBatchDictionaryLearning": 256}
N_TEST = 2_000
PATCH, LEAST_STD = 16, 0.05
METHOD = "online"

Scored = tuple[float, float]


@cache
def photographs() -> tuple[np.ndarray, np.ndarray]:
    """Patches to learn from, and others of the same photographs: every block of all photographs, in a random order."""
    images = load_images("skimage_photos", seed=SEED, settings={"image_size": 64, "per_photo": 10**6})
    sizes = {"image_size": 64, "resize": "none", "patch_size": PATCH}
    sides = component_patches(images, **sizes, min_std=LEAST_STD, validation_fraction=0.1, seed=SEED)
    both = np.concatenate([sides["train"], sides["validation"], sides["test"]])
    kept = both[both.std(axis=1) >= LEAST_STD]
    shuffled = np.random.default_rng(SEED).permutation(kept)
    return shuffled[N_TEST:], shuffled[:N_TEST]


def run(
    bench: Bench,
    patches: Callable[[], tuple[np.ndarray, np.ndarray]] = photographs,
    n_atoms: Sequence[int] = N_ATOMS,
    seconds: float = SECONDS,
    seeds: Sequence[int] = SEEDS,
) -> Iterator[dict[str, Any]]:
    """For each size a row beside each peer; the ratio is that of the test objectives, below 1 where ours is lower."""
    training, test = patches()
    bench.seconds(lambda: ours_within(bench, training, _start(training, min(n_atoms), 0), 0.0, 0))  # compiles
    for count in n_atoms:
        starts = [_start(training, count, seed) for seed in seeds]
        ours = [
            _scored(bench, test, partial(ours_within, bench, training, start, seconds, seed))
            for seed, start in zip(seeds, starts, strict=True)
        ]
        for peer in peers.DICTIONARIES:
            yield _against(bench, peer, (training, test), starts, seconds, ours)


def ours_within(bench: Bench, signals: np.ndarray, atoms: np.ndarray, seconds: float, seed: int) -> np.ndarray:
    """A dictionary after some seconds of our method with its defaults, passes in random order."""
    order, started = np.random.default_rng(seed), time.perf_counter()
    placed = bench.device.put(signals)
    learner = method_class(METHOD)(bench.device.put(atoms), PENALTY)
    with one_blas_thread():
        while True:
            for rows in np.array_split(order.permutation(len(signals)), -(-len(signals) // BATCHES[METHOD])):
                batch = placed[rows]
                learner.update(batch, learner.code(batch)[0], 1)
                if time.perf_counter() > started + seconds:
                    return to_host(learner.atoms)


def _against(
    bench: Bench,
    peer: str,
    patches: tuple[np.ndarray, np.ndarray],
    starts: Sequence[np.ndarray],
    seconds: float,
    ours: Sequence[Scored],
) -> dict[str, Any]:
    training, test = patches
    facts = {"n": len(training), "atoms": starts[0].shape[1]}
    learn = peers.DICTIONARIES[peer]
    try:
        theirs = [
            _scored(bench, test, partial(learn, training, start, PENALTY, BATCHES[peer], seconds)) for start in starts
        ]
    except peers.AbsentPeer as absent:
        return bench.skipped("dictionary", peer, str(absent), **facts)
    (objectives, taken), (peer_objectives, peer_taken) = (np.array(each).T for each in (ours, theirs))
    ratios = objectives / peer_objectives
    facts |= {"wall_s": float(taken.mean()), "peer": peer, "peer_s": float(peer_taken.mean())}
    facts |= {"ratio": float(ratios.mean()), "worst_ratio": float(ratios.max()), "against": f"test objective of {peer}"}
    facts |= {"objective": float(objectives.mean()), "peer_objective": float(peer_objectives.mean())}
    note = f"{PATCH}x{PATCH} patches of photographs, penalty {PENALTY}"
    return bench.row("dictionary", METHOD, **facts, seeds=len(ours), note=note)


def _start(signals: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The same signals as first atoms for all: array, (n_features, count)."""
    return unit_columns(signals[np.random.default_rng(seed).choice(len(signals), count, replace=False)].T)


def _scored(bench: Bench, test: np.ndarray, learn: Callable[[], np.ndarray]) -> Scored:
    """Mean objective of optimal codes of the test patches, of atoms scaled to norm 1; seconds of learning."""
    found: list[np.ndarray] = []
    taken = bench.seconds(lambda: found.append(learn()))
    problem = SparseCodingProblem([unit_columns(found[0].astype(np.float64))], [PENALTY])
    return float(optimal_codes(problem, test.astype(np.float64), 1e-4).objective.mean()), taken
