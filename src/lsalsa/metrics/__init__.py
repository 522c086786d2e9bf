"""All metrics, computed in float64 and the same way for every method."""

from lsalsa.metrics.codes import (
    error_percent,
    near_zero_share,
    rmse,
    rmse_per_sample,
    support_f1,
    zero_share,
    zero_share_per_sample,
)
from lsalsa.metrics.events import filter_errors, missed_and_false, strongest_near
from lsalsa.metrics.noise import noise_std
from lsalsa.metrics.sources import leak, psnr, si_sdr, si_sdr_per_sample

__all__ = [
    "error_percent",
    "filter_errors",
    "leak",
    "missed_and_false",
    "near_zero_share",
    "noise_std",
    "psnr",
    "rmse",
    "rmse_per_sample",
    "si_sdr",
    "si_sdr_per_sample",
    "strongest_near",
    "support_f1",
    "zero_share",
    "zero_share_per_sample",
]
