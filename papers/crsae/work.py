"""The work of the experiments that take longest, by pieces that can be timed before a study runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsalsa.study.work import Work
from papers.crsae.denoising.work import denoising, learning
from papers.crsae.simulation.work import gradients, ratios


def work_of(study: Any) -> Iterator[Work]:
    """Yield the work of the simulation, and of learning from pictures and denoising them, where the study has them."""
    if study.crsae.simulation is not None:
        yield gradients(study)
        yield ratios(study)
    if study.crsae.denoising is not None:
        yield learning(study)
        pictures = denoising(study)
        if pictures is not None:
            yield pictures
