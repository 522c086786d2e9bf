"""The paper's other templates: the true ones, and the clusters of scikit-learn's k-means."""

from __future__ import annotations

import numpy as np

from lsalsa.extras import from_extra
from lsalsa.spikes.recording import Recording, cut_around
from lsalsa.spikes.templates import STARTS, unit_norm


def true_templates(recording: Recording, before: int, length: int) -> np.ndarray:
    """Return the true templates; where they are not known, the mean waveform around the true spikes.

    Parameters
    ----------
    recording : Recording
        Means are over its training half.
    before, length : int
        Samples of a template, `before` of them before the spike.

    Returns
    -------
    bank : array, (length, n_channels, n_cells), float64
    """
    if recording.truth is None:
        means = [cut_around(recording, spikes, before, length).mean(axis=0) for spikes in recording.spikes]
        return unit_norm(np.stack(means, axis=-1).astype(np.float64), "around true spikes")
    padded = np.pad(recording.truth, ((0, 0), (before, length), (0, 0)))
    first = recording.truth_event  # the spike is at first + before of the padded template
    return unit_norm(np.moveaxis(padded[:, first : first + length], 0, -1), "that are true")


def kmeans_clusters(waveforms: np.ndarray, n_clusters: int, n_components: int, seed: int) -> np.ndarray:
    """Cluster the principal components of waveforms, as `lsalsa.spikes.templates.kmeans_templates` asks for it.

    Parameters
    ----------
    waveforms : array, (n, n_features)
    n_clusters, n_components, seed : int

    Returns
    -------
    labels : array, (n,), int
    """
    with from_extra("scikit-learn", "clustering of spikes"):
        from sklearn.cluster import KMeans
        from sklearn.decomposition import PCA
    reduced = PCA(n_components, svd_solver="full").fit_transform(waveforms)
    return KMeans(n_clusters, n_init=STARTS, random_state=seed % 2**32).fit_predict(reduced)
