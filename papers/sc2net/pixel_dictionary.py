"""The dictionary of whole images, learned by scikit-learn as in the paper."""

from __future__ import annotations

import warnings

import numpy as np

from lsalsa.errors import DataError


def pixel_dictionary(signals: np.ndarray, n_atoms: int, alpha: float, *, batch_size: int, epochs: int, seed: int):
    """Fit 1/2 |Y - X D|^2 + alpha |X|_1 by mini-batches (Mairal et al. 2009, in scikit-learn).

    This objective has no factor 1/n. With an alpha that grows with the number of samples, as in the paper's code, every
    code is zero. Then the atoms are only random signals.

    Parameters
    ----------
    signals : array, (n_samples, n_features)
    n_atoms : int
    alpha : float
    batch_size, epochs : int
        The solver may stop before the last epoch.
    seed : int

    Returns
    -------
    dictionary : array, (n_features, n_atoms), dtype of the signals
        Atoms of norm 1.
    zero_share : float
        Of the solver's own codes of the first thousand signals under `alpha`; 1 for a degenerate fit.

    Raises
    ------
    DataError
        An atom is zero.
    """
    from sklearn.decomposition import MiniBatchDictionaryLearning
    from sklearn.exceptions import ConvergenceWarning

    methods = {"fit_algorithm": "cd", "transform_algorithm": "lasso_cd", "transform_alpha": alpha}
    learner = MiniBatchDictionaryLearning(
        n_atoms, alpha=alpha, batch_size=batch_size, max_iter=epochs, random_state=seed, **methods
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of single codes, which later batches compute again
        codes = learner.fit(signals.astype(np.float64)).transform(signals[:1000].astype(np.float64))
    atoms = learner.components_.T
    norms = np.linalg.norm(atoms, axis=0)
    if not norms.all():
        raise DataError(f"{int((norms == 0).sum())} of {n_atoms} atoms are zero; the signals have too little variety")
    return np.ascontiguousarray((atoms / norms).astype(signals.dtype)), float((codes == 0).mean())
