"""What the rules of the denoising get, and what its tables and figures show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lsalsa.encoders import available
from lsalsa.storage import read_arrays, read_metadata
from lsalsa.study.config.messages import hint, unknown
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.needs import Need, Read, rows_of_all
from papers.crsae.denoising import pictures
from papers.crsae.denoising.arms import ARMS, NO_GRADIENT
from papers.crsae.denoising.peers import TITLES as PEERS
from papers.crsae.denoising.settings import Denoising, arms_of, runs_of, stability_points
from papers.crsae.experiment import Experiment

UNTRAINED = "start"
"""The filters that all arms of one seed start from, beside the arms."""

MEMORY_MB = 3000
"""Of a job that holds a whole set of pictures, or the codes of all copies of a picture of 512 x 512."""


# --- rules -------------------------------------------------------------------------------------------------------

LEARNING = (
    "n_filters", "filter_size", "stride", "depth", "batch", "crop", "copies", "prior", "strength", "low_pass_penalty",
    "rate", "rate_lcsc", "rate_em", "warm_up", "tangent", "record", "n_validation", "validation_crop", "repetitions",
)  # fmt: skip


def learn_crsae_filters(study: Any, run: str) -> Resolved:
    """Resolve how an arm learns.

    Parameters
    ----------
    study : Study
    run : str
        An arm, or a point of the stability sweep.

    Returns
    -------
    settings : dict
        Those of `papers.crsae.denoising.learning.learn`, arm, repetitions, seed.
    """
    block, changes = study.crsae.denoising, {}
    if run not in ARMS:
        changes = stability_points(block)[run]
        changes |= {"steps": block.stability.steps, "repetitions": block.stability.repetitions}
    arm = changes.pop("arm", run)
    own_steps = None if ARMS[arm].hold_codes else block.steps_through_layers
    chosen = {name: getattr(block, name) for name in LEARNING} | {"steps": own_steps or block.steps}
    return {"arm": arm, **_noise(block), **chosen, **changes, "seed": study.seed}


def denoise_crsae_pictures(study: Any, arm: str) -> Resolved:
    """Resolve what an arm denoises.

    Parameters
    ----------
    study : Study
    arm : str

    Returns
    -------
    settings : dict
        arm, noise, sets, shown, seed.
    """
    return {"arm": arm, **_tests(study), "sets": study.crsae.denoising.tests}


def denoise_crsae_peers(study: Any, pictures: str) -> Resolved:
    """Resolve what the usual methods denoise; the set of pictures is a wildcard."""
    return {**_tests(study), "peers": study.crsae.denoising.peers}


def sweep_crsae_denoising(study: Any) -> Resolved:
    """Resolve the sweep of an arm over depth and noise at test time."""
    block = study.crsae.denoising
    return {**block.sweep.model_dump(), "test_crop": block.test_crop, "trained_noise": block.noise, "seed": study.seed}


def fit_crsae_gabors(study: Any, bank: str) -> Resolved:
    """Resolve whose filters are compared with Gabor functions: those of an arm, or those that all arms start from."""
    return {"which": "start" if bank == UNTRAINED else "learned"}


def _noise(block: Denoising) -> Resolved:
    return {"noise": block.noise / 255}


def _tests(study: Any) -> Resolved:
    block = study.crsae.denoising
    shown = block.shown.model_dump() if block.shown else {"pictures": block.tests[0], "picture": None}
    return {**_noise(block), "test_crop": block.test_crop, "shown": shown, "seed": study.seed}


def _encoder_of(settings: Resolved) -> list[str]:
    return [f"lsalsa.encoders.{ARMS[settings['arm']].encoder}"]


def _memory(study: Any, **_: str) -> int:
    return MEMORY_MB


RULES = pictures.RULES | {
    "learn_crsae_filters": Rule(learn_crsae_filters, _encoder_of, _memory),
    "denoise_crsae_pictures": Rule(denoise_crsae_pictures, _encoder_of, _memory),
    "denoise_crsae_peers": Rule(denoise_crsae_peers, memory=_memory),
    "sweep_crsae_denoising": Rule(sweep_crsae_denoising, _encoder_of, _memory),
    "fit_crsae_gabors": Rule(fit_crsae_gabors),
}

# --- what is shown -----------------------------------------------------------------------------------------------

TABLES = {
    "denoising": "CRsAE: denoising by every arm",
    "denoising_pictures": "CRsAE: denoising, picture by picture",
    "denoising_gabor": "CRsAE: how much the filters look like Gabor functions",
    "denoising_sweeps": "CRsAE: other depths, other noise, other rates",
}
FIGURES = {
    "denoised": "CRsAE: a picture without its noise",
    "filters": "CRsAE: filters learned from pictures",
    "sweeps": "CRsAE: other depths and other noise than in training",
}
"""Kind -> title; the targets are crsae_<kind>."""

WITH_AUTHORS = ("denoising", "denoising_pictures")
"""Tables with the numbers of the authors' logged runs."""


def outputs(study: Any) -> dict[str, Any]:
    """Return the tables and figures; those of sweeps only where the block asks for one."""
    block = study.crsae.denoising
    tables = {kind: {"title": title, "kind": f"crsae.{kind}"} for kind, title in TABLES.items()}
    figures = {kind: {"title": title, "kind": f"crsae.{kind}"} for kind, title in FIGURES.items()}
    for kind in WITH_AUTHORS:
        tables[kind] = tables[kind] | {"published": "crsae/denoising"}
    if not (block.sweep or block.stability):
        tables.pop("denoising_sweeps")
    if not block.sweep:
        figures.pop("sweeps")
    named = {"tables": tables, "figures": figures}
    return {section: {f"crsae_{kind}": one for kind, one in found.items()} for section, found in named.items()}


def _of_arms(pattern: str) -> Callable[[Any, Any], list[str]]:
    return lambda study, output: [pattern.format(arm=arm) for arm in arms_of(study)]


def _of_tests(pattern: str) -> Callable[[Any, Any], list[str]]:
    return lambda study, output: [pattern.format(pictures=name) for name in study.crsae.denoising.tests]


def _denoised(study: Any, output: Any) -> list[str]:
    if study.crsae.denoising is None:
        return []
    of_arms = _of_arms("crsae/denoising/pictures/{arm}.parquet")
    return [*of_arms(study, output), *_of_tests("crsae/denoising/peers/{pictures}.parquet")(study, output)]


def _drawn(study: Any, output: Any) -> list[str]:
    block = study.crsae.denoising
    shown = block.shown.pictures if block.shown else block.tests[0]
    return [*_of_arms("crsae/denoising/pictures/{arm}.npz")(study, output), f"crsae/denoising/peers/{shown}.npz"]


def _gabors(study: Any, output: Any) -> list[str]:
    banks = [UNTRAINED, *arms_of(study)] if study.crsae.denoising else []
    return [f"crsae/denoising/gabor/{bank}.parquet" for bank in banks]


def _histories(study: Any, output: Any) -> list[str]:
    return [f"crsae/denoising/filters/{run}_history.parquet" for run in runs_of(study)]


def _sweeps(study: Any, output: Any) -> list[str]:
    return ["crsae/denoising/sweeps.parquet"] if study.crsae.denoising.sweep else []


def _by_name(read: Callable[[str], Any]) -> Read:
    return lambda paths, shown: {Path(path).stem: read(path) for path in paths}


def _arrays_and_facts(path: str) -> Mapping[str, Any]:
    return {**read_arrays(path), "facts": read_metadata(path)}


NEEDS = {
    "denoised": Need(_denoised, rows_of_all),
    "denoising_drawn": Need(_drawn, _by_name(_arrays_and_facts)),
    "denoising_filters": Need(_of_arms("crsae/denoising/filters/{arm}.npz"), _by_name(read_arrays)),
    "denoising_histories": Need(_histories, rows_of_all),
    "denoising_gabor": Need(_gabors, rows_of_all),
    "denoising_sweeps": Need(_sweeps, rows_of_all),
}


def shown(study: Any, output: Any) -> Resolved:
    """Return the arms in order, the noise in training, and whether test pictures are whole, as the authors' are."""
    block = study.crsae.denoising
    return {"arms": block.arms, "noise": block.noise, "whole_pictures": block.test_crop is None}


def check(study: Any) -> Iterator[str]:
    """Check names of sets and arms, and that test pictures are for tests only."""
    block, path = study.crsae.denoising, "crsae.denoising"
    for name, sets in {"train": [block.train], "validation": [block.validation], "tests": block.tests}.items():
        yield from pictures.faults_of_pictures(study, f"{path}.{name}", sets)
    for name in ("train", "validation"):
        if getattr(block, name) in block.tests:
            yield f"{path}.tests names {getattr(block, name)}, which is the {name} set; tests need other pictures"
    if block.shown and block.shown.pictures not in block.tests:
        yield f"{path}.shown.pictures names {block.shown.pictures}, which is not one of tests"
    if block.stride > block.filter_size:
        yield f"{path}.stride must be at most filter_size, {block.filter_size}, found {block.stride}"
    for i, arm in enumerate(block.arms):
        yield from _faults_of_arm(f"{path}.arms[{i}]", arm)
    if len(set(block.arms)) < len(block.arms):
        yield f"{path}.arms lists an arm twice: {block.arms}"
    for i, peer in enumerate(block.peers):
        yield from unknown(f"{path}.peers[{i}]", peer, "a usual method of denoising", PEERS)
    if block.sweep and block.sweep.arm not in block.arms:
        yield f"{path}.sweep.arm names {block.sweep.arm}, which is not one of arms{hint(block.sweep.arm, block.arms)}"
    if block.stability:
        yield from _faults_of_arm(f"{path}.stability.arm", block.stability.arm)


def _faults_of_arm(path: str, name: str) -> Iterator[str]:
    if name == NO_GRADIENT:
        yield (
            f"{path} names {name}, but through the decoder alone penalties have no gradient: free penalties would stay"
            " as they are, which is the arm fixed_unsupervised"
        )
    elif name not in ARMS:
        yield f"{path} names {name}, which is not an arm{hint(name, ARMS)}"
    elif ARMS[name].encoder not in available():
        yield f"{path} names {name}, whose encoder {ARMS[name].encoder} does not exist{hint(name, available())}"


EXPERIMENT = Experiment(
    name="denoising",
    outputs=outputs,
    rules=RULES,
    needs=NEEDS,
    facts=("denoised", "denoising_gabor"),
    shown=shown,
    check=check,
    missing=pictures.missing_pictures,
)
