"""All runs of one job: every seed has windows and a start of its own, which all arms share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.arrays import Device
from lsalsa.seeds import generator, seed_for
from lsalsa.study.jobs.pieces import Piece, kept
from papers.crsae.simulation.learning import SNR_ARMS, Arm, learn
from papers.crsae.simulation.spikes import Spikes, action_potentials, close_start, tutorial_spikes, two_sided_spikes

Filters = dict[str, np.ndarray]
STARTS = ("close", "truth")


def runs_of_gradient(
    gradient: str, settings: Mapping[str, Any], device: Device, checkpoints: Path | None = None
) -> Iterator[tuple[list[dict[str, Any]], Filters]]:
    """Learn by one gradient: with the tangent step and without, from a start half wrong and from the true filters.

    Parameters
    ----------
    gradient : str
    settings : mapping
        Resolved settings of the rule `learn_crsae_simulation`.
    device : Device
    checkpoints : path, optional
        Folder in which each run is kept when it is done.

    Yields
    ------
    rows : list of dict
        Of one run: what names it, and what `learn` gives.
    filters : dict of str to array
        For the first repetition: true ones, start, learned.
    """
    true = action_potentials(settings["n_filters"], settings["sampling_rate_hz"])
    for repetition in range(settings["repetitions"]):
        seed = seed_for(settings["seed"], "crsae_simulation", repetition)
        spikes = tutorial_spikes(true, settings["n_windows"], settings["window"], generator(seed, 0))
        starts = {"close": close_start(true, generator(seed, 1)), "truth": true}
        for tangent in (True, False):
            for name in STARTS:
                key = f"{gradient}_{'tangent' if tangent else 'plain'}_{name}"
                given = (Arm(gradient, tangent), spikes, starts[name], settings)
                rows, learned = _learned(*given, _file(checkpoints, key, repetition), seed=seed, device=device)
                names = {"experiment": "tutorial", "arm": gradient, "gradient": gradient, "tangent": tangent}
                run = {**names, "start": name, "snr_db": None, "repetition": repetition, "seed": seed}
                drawn = {key: learned, "true": true, "start": starts["close"]} if repetition == 0 else {}
                yield [{**run, **row} for row in rows], drawn


def runs_at_snr(
    settings: Mapping[str, Any], device: Device, checkpoints: Path | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Learn by every arm at one signal-to-noise ratio; spikes of one repetition are the same at every ratio.

    Parameters
    ----------
    settings : mapping
        Resolved settings of the rule `compare_crsae_simulation`.
    device : Device
    checkpoints : path, optional
        Folder in which each run is kept when it is done.

    Yields
    ------
    rows : list of dict
        Of one run: what names it, and what `learn` gives.
    """
    rate, snr = settings["sampling_rate_hz"], settings["snr_db"]
    true = action_potentials(settings["n_filters"], rate)
    for repetition in range(settings["repetitions"]):
        seed = seed_for(settings["seed"], "crsae_simulation_snr", repetition)
        sizes = settings["n_windows"], settings["window"]
        spikes = two_sided_spikes(true, *sizes, rate, snr, generator(seed, 0))
        start = close_start(true, generator(seed, 1))
        for name, arm in SNR_ARMS.items():
            file = _file(checkpoints, name, repetition)
            rows, _ = _learned(arm, spikes, start, settings, file, seed=seed, device=device)
            names = {"experiment": "snr", "arm": name, "gradient": arm.gradient, "tangent": arm.tangent}
            run = {**names, "start": "close", "snr_db": snr, "repetition": repetition, "seed": seed}
            yield [{**run, **row} for row in rows]


def _file(checkpoints: Path | None, name: str, repetition: int) -> Path | None:
    return checkpoints / f"{name}_{repetition}.npz" if checkpoints else None


def _learned(
    arm: Arm, spikes: Spikes, start: np.ndarray, settings: Mapping[str, Any], file: Path | None, **fixed: Any
) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Do what `learn` does, unless it has been done."""

    def work() -> Piece:
        rows, filters = learn(arm, spikes, start, settings, **fixed)
        return {"rows": rows}, {"filters": filters}

    words, arrays = kept(work, file)
    return words["rows"], arrays["filters"]
