"""Learn the filters of simulated spikes by one arm: a gradient, an optimiser's step, a penalty."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import Device, to_host
from lsalsa.convolution import lipschitz_bound
from lsalsa.encoders.crsae import CRsAE
from lsalsa.encoders.exact_crsae import ExactCRsAE
from lsalsa.encoders.lcsc import LCSC
from lsalsa.losses.gamma_prior import GammaPriorLoss
from lsalsa.losses.reconstruction import ReconstructionLoss
from lsalsa.metrics import filter_errors
from lsalsa.training import Group, Training, TrainingSettings
from papers.crsae.simulation.spikes import Spikes

GRADIENTS = ("layers", "decoder", "exact")
"""Through all layers; through the decoder only, codes held; at optimal codes, as through infinitely many layers."""

EXACT_START = 15  # iterations of FISTA before the exact coder: they change its time only
TRAINING = ("epochs", "batch_size", "decay")


@dataclass(frozen=True)
class Arm:
    """One way to learn filters.

    Attributes
    ----------
    gradient : str
        One of `GRADIENTS`.
    tangent : bool
        Whether the radial part of the gradient is removed before Adam.
    penalty : {"given", "noise", "spikes"}
        The penalty of the settings, the universal threshold of the noise, or a share of the mean size of a spike.
    prior : bool
        Whether a Gamma prior moves the penalties.
    lcsc : bool
        LCSC in place of CRsAE: through all layers, its three banks without a norm.
    learns_thresholds : bool
        For LCSC: whether its thresholds learn as well.
    """

    gradient: str = "layers"
    tangent: bool = True
    penalty: str = "given"
    prior: bool = False
    lcsc: bool = False
    learns_thresholds: bool = False


SNR_ARMS = {
    "noise": Arm(penalty="noise"),
    "prior": Arm(penalty="noise", prior=True),
    "spikes": Arm(penalty="spikes"),
    "exact_spikes": Arm("exact", penalty="spikes"),
    "lcsc": Arm(penalty="spikes", lcsc=True, learns_thresholds=True),
    "lcsc_held": Arm(penalty="spikes", lcsc=True),
}
"""Arms that are compared over the signal-to-noise ratio."""


def penalty_of(arm: Arm, spikes: Spikes, settings: Mapping[str, Any]) -> float:
    """Return the weight of the l1 norm from which an arm starts.

    Parameters
    ----------
    arm : Arm
    spikes : Spikes
    settings : mapping
        With ``penalty`` or ``spike_share``, as the arm needs it.

    Returns
    -------
    penalty : float
        In the unit of the signals.
    """
    if arm.penalty == "given":
        return settings["penalty"]
    if arm.penalty == "noise":
        return spikes.noise * math.sqrt(2 * math.log(spikes.codes.shape[1]))
    return settings["spike_share"] * float(np.abs(spikes.codes[spikes.codes != 0]).mean())


def learn(
    arm: Arm, spikes: Spikes, start: np.ndarray, settings: Mapping[str, Any], *, seed: int, device: Device
) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Learn from a start, and compare with the true filters after each epoch.

    Parameters
    ----------
    arm : Arm
    spikes : Spikes
    start : array, (length, n_filters)
    settings : mapping
        Resolved settings of the rule.
    seed : int
        Of the order of the windows.
    device : Device
        Exact codes are computed in host memory.

    Returns
    -------
    rows : list of dict
        For each epoch and filter: epoch, filter (its number from 1), error, penalty_factor (mean penalty or threshold
        over that at the start), lipschitz (bound on the largest eigenvalue of H^T H of the decoder's filters), loss
        (mean over the epoch, None at its start), status (of the whole run).
    filters : array, (length, n_filters)
        Learned, those of the decoder.
    """
    device = Device("cpu") if arm.gradient == "exact" else device
    problem = spikes.problem(device.put(start.astype(np.float32)), penalty_of(arm, spikes, settings))
    encoder = _encoder(arm, problem, settings)
    groups = _groups(arm, problem, encoder, spikes, settings)
    wanted = TrainingSettings(
        **{name: settings[name] for name in TRAINING}, seed=seed, keep="last", tolerance=0.0, set_backs=0
    )
    training = Training(encoder, device.put(spikes.signals), settings=wanted, groups=groups)
    weights = "thresholds" if arm.lcsc else "penalties"
    first = float(encoder.arrays[weights].mean())
    states = [_state(encoder, spikes, weights, first, None)]
    while training.status is None and training.epoch < wanted.epochs:
        training.run_epoch()
        states.append(_state(encoder, spikes, weights, first, training.rows[-1]["loss"]))
    ended = {"status": training.finish().status}
    rows = [{"epoch": epoch, **row, **ended} for epoch, state in enumerate(states) for row in state]
    return rows, to_host(encoder.arrays[encoder.banks[2]])


def _encoder(arm: Arm, problem: Any, settings: Mapping[str, Any]) -> Any:
    if arm.gradient == "exact":
        return ExactCRsAE.from_problem(problem, depth=EXACT_START)
    return (LCSC if arm.lcsc else CRsAE).from_problem(problem, depth=settings["depth"])


def _groups(arm: Arm, problem: Any, encoder: Any, spikes: Spikes, settings: Mapping[str, Any]) -> list[Group]:
    """The filters by Adam; the penalties go to the best ones under their prior, for each batch."""
    loss = ReconstructionLoss(encoder.decoder(problem), hold_codes=arm.gradient == "decoder")
    moved = tuple(dict.fromkeys(encoder.banks)) + ("thresholds",) * arm.learns_thresholds
    rate = settings["lcsc_learning_rate" if arm.lcsc else "learning_rate"]
    groups = [Group(loss, rate, moved, "adam", tangent=arm.tangent)]
    if arm.prior:
        prior = {"noise": spikes.noise, "strength": settings["strength"], "closed_form": True}
        groups.append(Group(GammaPriorLoss.from_problem(problem, encoder, **prior), 1.0, ("penalties",), "sgd"))
    return groups


def _state(encoder: Any, spikes: Spikes, weights: str, first: float, loss: float | None) -> list[dict[str, Any]]:
    """A row for each filter, as the encoder is now."""
    filters = to_host(encoder.arrays[encoder.banks[2]])
    facts = {
        "penalty_factor": float(encoder.arrays[weights].mean()) / first,
        "lipschitz": lipschitz_bound(filters, (1,)),
        "loss": None if loss is None else float(loss),
    }
    errors = filter_errors(filters, spikes.filters)
    return [{"filter": c, "error": float(error), **facts} for c, error in enumerate(errors, start=1)]
