"""All runs of one job: every seed has windows and a start of its own, which all arms share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lsalsa.arrays import Device
from lsalsa.seeds import generator, seed_for
from papers.crsae.simulation.learning import SNR_ARMS, Arm, learn
from papers.crsae.simulation.spikes import action_potentials, close_start, tutorial_spikes, two_sided_spikes

Filters = dict[str, np.ndarray]
STARTS = ("close", "truth")


def runs_of_gradient(
    gradient: str, settings: Mapping[str, Any], device: Device
) -> Iterator[tuple[list[dict[str, Any]], Filters]]:
    """Learn by one gradient: with the tangent step and without, from a start half wrong and from the true filters.

    Parameters
    ----------
    gradient : str
    settings : mapping
        Resolved settings of the rule `learn_crsae_simulation`.
    device : Device

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
                rows, learned = learn(Arm(gradient, tangent), spikes, starts[name], settings, seed=seed, device=device)
                names = {"experiment": "tutorial", "arm": gradient, "gradient": gradient, "tangent": tangent}
                run = {**names, "start": name, "snr_db": None, "repetition": repetition, "seed": seed}
                key = f"{gradient}_{'tangent' if tangent else 'plain'}_{name}"
                drawn = {key: learned, "true": true, "start": starts["close"]} if repetition == 0 else {}
                yield [{**run, **row} for row in rows], drawn


def runs_at_snr(settings: Mapping[str, Any], device: Device) -> Iterator[list[dict[str, Any]]]:
    """Learn by every arm at one signal-to-noise ratio; spikes of one repetition are the same at every ratio.

    Parameters
    ----------
    settings : mapping
        Resolved settings of the rule `compare_crsae_simulation`.
    device : Device

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
            rows, _ = learn(arm, spikes, start, settings, seed=seed, device=device)
            names = {"experiment": "snr", "arm": name, "gradient": arm.gradient, "tangent": arm.tangent}
            run = {**names, "start": "close", "snr_db": snr, "repetition": repetition, "seed": seed}
            yield [{**run, **row} for row in rows]
