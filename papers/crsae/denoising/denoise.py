"""Denoise a picture with a trained encoder: code its shifted copies and average their reconstructions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lsalsa.arrays import to_host
from lsalsa.metrics import zero_share
from papers.crsae.denoising.shifts import Shifts


class Denoised(NamedTuple):
    """A picture without its noise.

    Attributes
    ----------
    picture : array, (height, width)
        In the dtype of the encoder, in host memory.
    zero_share : float
        Share of zeros in the codes of all copies.
    """

    picture: np.ndarray
    zero_share: float


def denoise(encoder: Any, noisy: Any) -> Denoised:
    """Code all shifted copies of a picture and average their reconstructions.

    Parameters
    ----------
    encoder : ConvolutionalEncoder
        For pictures of any size; its copy for this size is used.
    noisy : array, (height, width)
        On the encoder's device.

    Returns
    -------
    denoised : Denoised

    Raises
    ------
    ShapeError, DataError
        The picture has other than two axes, or holds NaN or Inf.
    """
    settings = encoder.settings
    shifts = Shifts(noisy.shape, settings["filter_shape"][0], settings["stride"][0])
    fitted = encoder.with_signal_shape(shifts.copy_shape)
    copies = shifts.split(noisy[None].astype(encoder.dtype))
    codes = fitted.encode(copies)
    decoder = fitted.decoder(None)  # of a convolution: it depends on shapes only
    found = shifts.merge(decoder.apply(fitted.arrays, codes, out=copies))[0]
    return Denoised(to_host(found), zero_share(codes))


def averaged_targets(encoder: Any, shifts: Shifts, copies: Any, clean: Any, chosen: Any) -> Any:
    """Make targets of some copies for which their own misfit has the gradient of the misfit of the average.

    The reconstruction of each of n copies enters the average with the weight 1/n. So with the residual r of the
    average, the gradient of 1/2 |r|^2 is the mean over all copies of <r, d reconstruction>; its mean over copies drawn
    at random is an unbiased estimate. A copy with the target reconstruction - r has the misfit 1/2 |r|^2 and this
    gradient.

    Parameters
    ----------
    encoder : ConvolutionalEncoder
    shifts : Shifts
    copies : array, (n_pictures * n_copies, n_features)
        All copies of the noisy pictures: all of them are coded.
    clean : array, (n_pictures, height, width)
    chosen : sequence of int
        Numbers of the copies that get a target.

    Returns
    -------
    targets : array, (n_pictures * n_chosen, n_features)
    """
    found = encoder.decoder(None).apply(encoder.arrays, encoder.encode(copies))
    residual = shifts.merge(found) - clean
    return shifts.choose(found, chosen) - shifts.place(residual, chosen)
