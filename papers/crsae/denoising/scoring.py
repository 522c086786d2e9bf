"""Rows of denoised pictures: by trained encoders, by the usual methods, and by one encoder under other conditions."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lsalsa.arrays import Device, to_host
from lsalsa.data.pictures import Pictures
from lsalsa.encoders import encoder_class
from lsalsa.errors import DataError
from lsalsa.study.scoring.exact_peers import AbsentPeer
from papers.crsae.denoising.arms import Arm
from papers.crsae.denoising.denoise import denoise
from papers.crsae.denoising.quality import middle, noisy_picture, psnr_db

log = logging.getLogger("lsalsa")
NOISY = "noisy"
"""The name of the noisy picture itself among the methods."""

POWERS = {"unchanged": 0, "x ratio": 1, "x ratio^2": 2}
"""What a penalty is multiplied with where the noise differs from that of the training: a power of the ratio of both.

The paper's model is the last, sigma^2 lambda with the rates lambda of the prior."""


class Noisy(NamedTuple):
    """A test picture.

    Attributes
    ----------
    pictures, name : str
        Its set, and its name there.
    clean, noisy : array, (height, width), float32
    """

    pictures: str
    name: str
    clean: np.ndarray
    noisy: np.ndarray


def noisy_pictures(
    name: str,
    pictures: Pictures,
    noise: float,
    seed: int,
    *,
    side: int | None = None,
    only: Sequence[str] | None = None,
) -> Iterator[Noisy]:
    """Yield the pictures of a set with noise, the same for every method.

    Parameters
    ----------
    name : str
        Of the set.
    pictures : Pictures
    noise : float
        Standard deviation, in the unit of the pictures, [0, 1].
    seed : int
        Of the study.
    side : int, optional
        Of the middle of each picture; the whole by default.
    only : sequence of str, optional
        Names of the pictures; all by default.

    Raises
    ------
    DataError
        When a name is not in the set.
    """
    by_name = dict(zip(pictures.names, pictures.images, strict=True))
    for one in pictures.names if only is None else only:
        if one not in by_name:
            raise DataError(f"{name} has no picture {one}; it has {', '.join(by_name)}")
        clean = middle(by_name[one], side)
        yield Noisy(name, one, clean, noisy_picture(clean, noise, seed, name, one))


class Trained(NamedTuple):
    """An encoder with the facts of its training.

    Attributes
    ----------
    encoder : Encoder
    facts : mapping
        repetition, seed, status, lambda_max, penalty_min, penalty_median, penalty_max.
    """

    encoder: Any
    facts: Mapping[str, Any]


def stored(runs: Sequence[Trained], starts: Sequence[np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the encoders of all repetitions as arrays for one file, and its metadata: what `restored` reads.

    Parameters
    ----------
    runs : sequence of Trained
        In the order of their repetitions.
    starts : sequence of array, (side, side, n_filters)
        The filters that they started from.

    Returns
    -------
    arrays : dict of str to array
        ``<parameter>_<repetition>``, ``learned_<repetition>``, the filters of the decoder, ``start_<repetition>``.
    metadata : dict
    """
    arrays: dict[str, np.ndarray] = {}
    for number, (run, start) in enumerate(zip(runs, starts, strict=True)):
        arrays |= {f"{name}_{number}": to_host(array) for name, array in run.encoder.arrays.items()}
        decoding = "synthesis" if "synthesis" in run.encoder.arrays else "filters"
        arrays |= {f"learned_{number}": to_host(run.encoder.arrays[decoding]), f"start_{number}": start}
    facts = [dict(run.facts) for run in runs]
    return arrays, {"encoder": runs[0].encoder.name, "encoder_settings": runs[0].encoder.settings, "facts": facts}


def restored(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, Any], device: Device) -> list[Trained]:
    """Return the encoders of a file of filters.

    Parameters
    ----------
    arrays, metadata : mapping
        As `stored` gave them.
    device : Device
    """
    kind, settings, found = encoder_class(metadata["encoder"]), metadata["encoder_settings"], []
    for number, facts in enumerate(metadata["facts"]):
        names = kind.shapes(kind.complete(settings), 0, 0)
        own = {name: device.put(arrays[f"{name}_{number}"]) for name in names}
        found.append(Trained(kind(own, **settings), facts))
    return found


def arm_rows(
    name: str, arm: Arm, trained: Iterable[Trained], noisy: Sequence[Noisy], device: Device
) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Denoise pictures by the encoders of an arm.

    Parameters
    ----------
    name : str
        Of the arm.
    arm : Arm
    trained : iterable of Trained
    noisy : sequence of Noisy
    device : Device

    Yields
    ------
    row : dict
    picture : array, (height, width)
    """
    fixed = {"method": name, "kind": "arm", "target": "clean" if arm.clean else "noisy"}
    fixed |= {"gradient": "decoder" if arm.hold_codes else "layers"}
    for encoder, facts in trained:
        for one in noisy:
            clock = time.perf_counter()
            found = denoise(encoder, device.put(one.noisy))
            seconds = time.perf_counter() - clock
            scores = {"psnr_db": psnr_db(one.clean, found.picture), "zero_share": found.zero_share, "seconds": seconds}
            yield {**fixed, "pictures": one.pictures, "picture": one.name, **scores, **facts}, found.picture


def peer_rows(
    peers: Mapping[str, Callable[[np.ndarray, float], np.ndarray]], noisy: Sequence[Noisy], noise: float
) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Denoise pictures by the usual methods, and score the noisy pictures themselves.

    A method whose package is not installed has no rows; the log says so.

    Parameters
    ----------
    peers : mapping
        Name -> function of a noisy picture and the standard deviation of its noise.
    noisy : sequence of Noisy
    noise : float

    Yields
    ------
    row : dict
        The columns of `arm_rows`, those of trainings empty.
    picture : array, (height, width)
    """
    names = ("target", "gradient", "zero_share", "seed", "lambda_max", "penalty_min", "penalty_median", "penalty_max")
    empty: dict[str, Any] = dict.fromkeys(names)
    for method, remove in {NOISY: lambda picture, sigma: picture, **peers}.items():
        for one in noisy:
            clock = time.perf_counter()
            try:
                found = np.asarray(remove(one.noisy, noise))
            except AbsentPeer as error:
                log.info("%s is left out: %s", method, error)
                break
            seconds = time.perf_counter() - clock
            kind = NOISY if method == NOISY else "peer"
            scores = {"psnr_db": psnr_db(one.clean, found), "seconds": seconds, "repetition": 0, "status": "ok"}
            yield (
                {"method": method, "kind": kind, **empty, "pictures": one.pictures, "picture": one.name, **scores},
                found,
            )


def depth_rows(trained: Iterable[Trained], noisy: Sequence[Noisy], depths: Sequence[int], device: Device) -> list[dict]:
    """Denoise with another number of layers than in training.

    Parameters
    ----------
    trained : iterable of Trained
    noisy : sequence of Noisy
    depths : sequence of int
    device : Device

    Returns
    -------
    rows : list of dict
        sweep "depth", trained_depth, depth, picture, psnr_db, zero_share.
    """
    rows = []
    for encoder, facts in trained:
        for depth in depths:
            changed = type(encoder)(encoder.arrays, **{**encoder.settings, "depth": depth})
            own = {"sweep": "depth", "trained_depth": encoder.depth, "depth": depth, "noise": None, "penalties": None}
            rows += [{**own, **_scores(changed, one, device), **facts} for one in noisy]
    return rows


def noise_rows(
    trained: Iterable[Trained], noisy: Mapping[float, Sequence[Noisy]], trained_noise: float, device: Device
) -> list[dict]:
    """Denoise pictures with other noise than in training, under three rules for the penalties.

    Parameters
    ----------
    trained : iterable of Trained
        Encoders with penalties.
    noisy : mapping of float to sequence of Noisy
        Noise -> pictures with it.
    trained_noise : float
        In the unit of the keys.
    device : Device

    Returns
    -------
    rows : list of dict
        sweep "noise", noise, penalties (a key of `POWERS`), picture, psnr_db, psnr_db_noisy, zero_share.

    Raises
    ------
    DataError
        When the encoder has no penalties.
    """
    rows = []
    for encoder, facts in trained:
        if "penalties" not in encoder.arrays:
            raise DataError(f"a sweep over noise needs an encoder with penalties, found {encoder.name}")
        for noise, some in noisy.items():
            for rule, power in POWERS.items():
                changed = encoder.copy()
                changed.arrays["penalties"] *= encoder.dtype.type((noise / trained_noise) ** power)
                own = {"sweep": "noise", "trained_depth": encoder.depth, "depth": encoder.depth, "noise": noise}
                rows += [{**own, "penalties": rule, **_scores(changed, one, device), **facts} for one in some]
    return rows


def _scores(encoder: Any, one: Noisy, device: Device) -> dict[str, Any]:
    found = denoise(encoder, device.put(one.noisy))
    psnr = {"psnr_db": psnr_db(one.clean, found.picture), "psnr_db_noisy": psnr_db(one.clean, one.noisy)}
    return {"pictures": one.pictures, "picture": one.name, **psnr, "zero_share": found.zero_share}
