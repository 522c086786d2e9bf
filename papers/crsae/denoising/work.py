"""Pieces of the denoising's work by which its time can be told before it runs: steps of learning, denoised pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import Device
from lsalsa.data.picture_register import PICTURE_SETS
from lsalsa.study.config.rules import settings_of
from lsalsa.study.work import Piece, Work
from papers.crsae.denoising.arms import ARMS
from papers.crsae.denoising.course import Validation
from papers.crsae.denoising.denoise import denoise
from papers.crsae.denoising.learning import Crops, Learning
from papers.crsae.denoising.settings import runs_of

LENGTH = ("steps", "record", "repetitions", "rate", "rate_lcsc", "rate_em", "warm_up", "seed")
"""Settings that do not change the time of a step."""

ENCODER = ("n_filters", "filter_size", "stride", "depth")
"""Settings that the time of denoising a picture depends on."""

SCORED = (*ENCODER, "n_validation", "validation_crop")
"""Settings that the time of denoising the validation pictures depends on."""

PIXELS = {"crsae_test9": 1_966_080, "set12": 1_769_472, "bsd68": 10_499_268, "cbsd432": 66_701_232}
"""Of all pictures of a published set together, known before its files are there."""

SIDE = 256
"""Of the picture that is denoised to tell the time of a pixel."""


def denoising(study: Any) -> Work | None:
    """Return the work of denoising the test pictures by every arm; None where a set is the user's own, of any sizes."""
    block = study.crsae.denoising
    if not all(name in PIXELS for name in block.tests):
        return None
    side = block.test_crop or SIDE
    pixels = sum(len(PICTURE_SETS[name].files) * side**2 if block.test_crop else PIXELS[name] for name in block.tests)
    times = block.repetitions * pixels / side**2
    runs = [settings_of(study, "learn_crsae_filters", run=arm) for arm in block.arms]
    return Work("denoise_crsae_pictures", len(runs), [_denoising(one, side, times) for one in runs])


def _denoising(settings: Mapping[str, Any], side: int, times: float) -> Piece:
    return Piece(("denoised", *_facts(settings, ENCODER)), lambda: _denoised(settings, side), times)


def _denoised(settings: Mapping[str, Any], side: int) -> Callable[[], object]:
    encoder = _learning(settings).encoder
    return lambda: denoise(encoder, _picture(side))


def learning(study: Any) -> Work:
    """Return the work of learning filters."""
    runs = [settings_of(study, "learn_crsae_filters", run=run) for run in runs_of(study)]
    return Work("learn_crsae_filters", len(runs), [piece for one in runs for piece in _pieces(one)])


def _pieces(settings: Mapping[str, Any]) -> Iterator[Piece]:
    steps, every, repetitions = (settings[name] for name in ("steps", "record", "repetitions"))
    of_step = tuple((name, value) for name, value in settings.items() if name not in LENGTH)
    yield Piece(("step", of_step), lambda: _step(settings), steps * repetitions)
    yield Piece(
        ("scores", *_facts(settings, SCORED)), lambda: _scores(settings), (1 + -(-steps // every)) * repetitions
    )


def _facts(settings: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    """Whose denoising takes the same time: the kind of encoder, and settings."""
    return ARMS[settings["arm"]].encoder, *(settings[name] for name in names)


def _learning(settings: Mapping[str, Any]) -> Learning:
    return Learning(ARMS[settings["arm"]], settings, seed=0, device=Device("cpu"))


def _picture(side: int) -> np.ndarray:
    return np.random.default_rng(0).random((side, side), dtype=np.float32)


def _step(settings: Mapping[str, Any]) -> Callable[[], object]:
    """A step on random pixels, at rates near zero: learning from noise would make the filters run away."""
    learning = _learning({**settings, "rate": 1e-9, "rate_lcsc": 1e-9, "rate_em": 1e-9})
    crops = Crops([_picture(settings["crop"])], settings["crop"], settings["noise"])
    return lambda: learning.step(*crops.draw(settings["batch"], np.random.default_rng(0)))


def _scores(settings: Mapping[str, Any]) -> Callable[[], object]:
    learning = _learning(settings)
    pictures = [_picture(settings["validation_crop"])] * settings["n_validation"]
    validation = Validation(pictures, settings, seed=0)
    return lambda: validation.of(learning.encoder, learning.device)
