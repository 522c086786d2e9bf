"""Pieces of the denoising's work by which its time can be told before it runs: steps of learning, scored pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from lsalsa.arrays import Device
from lsalsa.study.config.rules import settings_of
from lsalsa.study.work import Piece, Work
from papers.crsae.denoising.arms import ARMS
from papers.crsae.denoising.course import Validation
from papers.crsae.denoising.learning import Crops, Learning
from papers.crsae.denoising.settings import runs_of

LENGTH = ("steps", "record", "repetitions", "rate", "rate_lcsc", "rate_em", "warm_up", "seed")
"""Settings that do not change the time of a step."""

SCORED = ("n_filters", "filter_size", "stride", "depth", "n_validation", "validation_crop")
"""Settings that the time of denoising the validation pictures depends on."""


def learning(study: Any) -> Work:
    """Return the work of learning filters; that of test pictures depends on sizes that their files tell."""
    runs = [settings_of(study, "learn_crsae_filters", run=run) for run in runs_of(study)]
    return Work("learn_crsae_filters", len(runs), [piece for one in runs for piece in _pieces(one)])


def _pieces(settings: Mapping[str, Any]) -> Iterator[Piece]:
    steps, every, repetitions = (settings[name] for name in ("steps", "record", "repetitions"))
    of_step = tuple((name, value) for name, value in settings.items() if name not in LENGTH)
    yield Piece(("step", of_step), lambda: _step(settings), steps * repetitions)
    of_scores = ARMS[settings["arm"]].encoder, *(settings[name] for name in SCORED)
    yield Piece(("scores", *of_scores), lambda: _scores(settings), (1 + -(-steps // every)) * repetitions)


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
