"""Small pictures, settings and rows of the denoising, for its tests."""

import numpy as np

from lsalsa.study.heading import Heading
from lsalsa.study.shown import Shown

SETTINGS = {
    "noise": 0.1,
    "n_filters": 6,
    "filter_size": 5,
    "stride": 3,
    "depth": 6,
    "steps": 4,
    "batch": 2,
    "crop": 14,
    "copies": 4,
    "prior": 20.0,
    "strength": 10.0,
    "low_pass_penalty": 0.02,
    "rate": 0.005,
    "rate_lcsc": 0.001,
    "rate_em": 1.0,
    "warm_up": 0,
    "tangent": True,
    "record": 2,
    "n_validation": 1,
    "validation_crop": 16,
}
ARMS = ["em_unsupervised", "hand_set_unsupervised", "fixed_unsupervised", "em_supervised", "free_supervised"]


def pictures(count=3, shape=(23, 17), seed=0):
    """Smooth pictures in [0, 1]: bars of one orientation each."""
    draws, (rows, columns) = np.random.default_rng(seed), np.mgrid[: shape[0], : shape[1]]
    angles = draws.uniform(0, np.pi, count)
    waves = [np.sin(0.9 * (rows * np.cos(a) + columns * np.sin(a))) for a in angles]
    return [(0.5 + 0.4 * wave).astype(np.float32) for wave in waves]


def denoised_rows(values, pictures="crsae_test9", kind="arm", statuses=("ok", "ok"), names=("Lena512", "house")):
    """Two seeds on two pictures of each method, half a dB around its value."""
    facts = {"lambda_max": 10.0, "penalty_min": 0.01, "penalty_median": 0.1, "penalty_max": 0.2, "zero_share": 0.9}
    facts |= {"seconds": 1.0, "kind": kind, "pictures": pictures}
    return [
        {**facts, "method": method, "picture": picture, "repetition": r, "status": statuses[r]}
        | {"psnr_db": value + step + (r - 0.5) / 10}
        for method, value in values.items()
        for r in (0, 1)
        for picture, step in zip(names, (-0.5, 0.5), strict=True)
    ]


def all_rows():
    """Arms, the noisy picture and a peer."""
    arms = dict(zip(ARMS, (28.5, 28.3, 27.0, 28.4, 28.6), strict=True))
    peers = denoised_rows({"BM3D": 31.0}, kind="peer")
    return [*denoised_rows(arms), *denoised_rows({"noisy": 21.8}, kind="noisy"), *peers]


LOGGED = [
    {"run": run, "picture": picture, "psnr_db": value}
    for run, value in (("noisy", 21.84), ("em_supervised", 29.3), ("lcsc_supervised_stride_1", 27.94))
    for picture in ("lena", "house")
]


def shown(title="The title", whole=True):
    """What a table or figure shows."""
    return Shown("crsae", Heading(title), details={"arms": ARMS, "noise": 20.0, "whole_pictures": whole})
