"""Templates of spikes: those of threshold crossings and clusters, and those that CRsAE learns.

A bank of templates is an array (length, n_channels, n_templates) of norm 1 each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays.unit_norm import column_norms
from lsalsa.encoders.exact_crsae import ExactCRsAE
from lsalsa.errors import DataError
from lsalsa.losses.gamma_prior import GammaPriorLoss
from lsalsa.losses.reconstruction import ReconstructionLoss
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.seeds import generator
from lsalsa.spikes.recording import Recording, cut_around, windows_of
from lsalsa.training import Group, train

COMPONENTS, STARTS = 10, 10
"""Principal components of a waveform, and starts of k-means."""
NEAREST_MS = 1.0
"""Crossings that are nearer to each other belong to one spike."""
PENALTY_RATE = 0.1
"""Share of the way to the best penalties of a batch that one step goes: an average over ten batches."""

Cluster = Callable[[np.ndarray, int, int, int], np.ndarray]


def unit_norm(bank: np.ndarray, whose: str) -> np.ndarray:
    """Scale templates to norm 1; raise DataError for one that is zero."""
    norms = column_norms(bank)
    if not (norms > 0).all():
        raise DataError(f"template {int(np.argmin(norms)) + 1} of {bank.shape[-1]} {whose} has norm 0")
    return bank / norms


def crossings(recording: Recording, level: float) -> np.ndarray:
    """Find where a spike has its trough in the training half: the lowest value of any channel, below a level.

    Parameters
    ----------
    recording : Recording
    level : float
        In standard deviations of the noise.

    Returns
    -------
    samples : array, (n,), int64
    """
    from scipy.signal import find_peaks

    depth = -recording.train.min(axis=1)
    return find_peaks(depth, height=level, distance=recording.count(NEAREST_MS))[0]


def kmeans_templates(
    recording: Recording,
    n_templates: int,
    *,
    level: float,
    before: int,
    length: int,
    seed: int,
    cluster: Cluster | None = None,
) -> np.ndarray:
    """Cluster the waveforms around threshold crossings: principal components, then k-means; return the means.

    Parameters
    ----------
    recording : Recording
    n_templates : int
    level : float
        Of the crossings, in standard deviations of the noise.
    before, length : int
        Samples of a template, `before` of them before its trough.
    seed : int
    cluster : callable, optional
        Waveforms (n, n_features), number of clusters and of components, seed -> label of each waveform; `clusters` by
        default.

    Returns
    -------
    bank : array, (length, n_channels, n_templates), float64

    Raises
    ------
    DataError
        There are fewer crossings than templates, or a cluster is empty.
    """
    snippets = cut_around(recording, crossings(recording, level), before, length)
    if len(snippets) < n_templates:
        found = f"found {len(snippets)}"
        raise DataError(f"{n_templates} templates need as many crossings of {level:g} times the noise, {found}")
    flat = snippets.reshape(len(snippets), -1).astype(np.float64)
    labels = (cluster or clusters)(flat, n_templates, min(COMPONENTS, *flat.shape), seed)
    if len(np.unique(labels)) < n_templates:
        raise DataError(f"{n_templates} templates were sought, but the crossings have {len(np.unique(labels))} shapes")
    means = [snippets[labels == i].mean(axis=0) for i in range(n_templates)]
    return unit_norm(np.stack(means, axis=-1).astype(np.float64), "of k-means")


def clusters(waveforms: np.ndarray, n_clusters: int, n_components: int, seed: int) -> np.ndarray:
    """Labels of waveforms: k-means, the best of `STARTS`, of their principal components.

    Parameters
    ----------
    waveforms : array, (n, n_features)
    n_clusters, n_components, seed : int

    Returns
    -------
    labels : array, (n,), int
    """
    from scipy.cluster.vq import kmeans, vq

    centred = waveforms - waveforms.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    reduced = u[:, :n_components] * s[:n_components]
    centres, _ = kmeans(reduced, n_clusters, iter=STARTS, seed=generator(seed))
    return vq(reduced, centres)[0]


def problem_of(
    bank: np.ndarray, penalty: float | Sequence[float], n_samples: int, dtype: Any = np.float32
) -> ConvolutionalProblem:
    """Return the coding problem of a bank: non-negative codes, channels as a stride.

    Parameters
    ----------
    bank : array, (length, n_channels, n_templates)
    penalty : float or sequence of float
        For all templates or for each, in standard deviations of the noise.
    n_samples : int
        Of a signal.
    dtype : dtype

    Returns
    -------
    problem : ConvolutionalProblem

    Raises
    ------
    ShapeError
        A signal is shorter than a template.
    """
    length, n_channels, n_templates = bank.shape
    filters = bank.reshape(length * n_channels, n_templates).astype(dtype)
    return ConvolutionalProblem(filters, penalty, n_samples * n_channels, stride=n_channels, nonnegative=True)


@dataclass(frozen=True)
class Learned:
    """Templates that were learned.

    Attributes
    ----------
    bank : array, (length, n_channels, n_templates), float64
    penalties : list of float
        Of each template, in standard deviations of the noise.
    status : str
        How the training ended.
    history : list of dict
        A row for each epoch.
    """

    bank: np.ndarray
    penalties: list[float]
    status: str
    history: list[dict[str, Any]]


def learned_templates(
    recording: Recording, start: np.ndarray, method: str, *, penalty: float, settings: Mapping[str, Any], seed: int
) -> Learned:
    """Learn templates from the training half without its true spikes, from a start.

    Parameters
    ----------
    recording : Recording
    start : array, (length, n_channels, n_templates)
    method : {"decoder_only", "implicit", "em"}
        Gradient with the codes held, or through exact codes; `em` holds them and learns a penalty per template, too,
        under the Gamma prior.
    penalty : float
        In standard deviations of the noise.
    settings : mapping
        window_ms, epochs, batch_size, learning_rate, decay, strength.
    seed : int

    Returns
    -------
    learned : Learned

    Raises
    ------
    ShapeError, DataError
        A window is shorter than a template, or longer than the training half.
    """
    windows = windows_of(recording, recording.count(settings["window_ms"]))
    problem = problem_of(start, penalty, windows.shape[1])
    encoder = ExactCRsAE.from_problem(problem, depth=1)  # a start for the exact coder: it needs no better one
    loss = ReconstructionLoss(encoder.decoder(problem), hold_codes=method != "implicit")
    groups = [Group(loss, settings["learning_rate"], ("filters",), "adam")]
    if method == "em":
        options = {"noise": 1.0, "strength": settings["strength"], "closed_form": True}
        prior = GammaPriorLoss.from_problem(problem, encoder, **options)
        groups.append(Group(prior, PENALTY_RATE, ("penalties",), "sgd"))
    chosen = {name: settings[name] for name in ("epochs", "batch_size", "decay")}
    flat = windows.reshape(len(windows), -1)
    # The noise is nearly all of the loss: it stands still long before the templates do.
    history = train(encoder, flat, groups=groups, keep="last", tolerance=0.0, seed=seed, **chosen)
    bank = encoder.arrays["filters"].reshape(start.shape).astype(np.float64)
    penalties = encoder.arrays["penalties"].astype(np.float64).tolist()
    return Learned(unit_norm(bank, "learned"), penalties, history.status, history.rows)
