"""The CRsAE papers in the study: the block of the configuration, put together from the experiments' blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from lsalsa.study.config.fields import PaperSettings
from lsalsa.study.papers import Paper
from lsalsa.study.work import Work
from papers.crsae.denoising import experiment as of_denoising
from papers.crsae.experiment import Experiment
from papers.crsae.simulation import experiment as of_simulation
from papers.crsae.speed import experiment as of_speed
from papers.crsae.spikes import experiment as of_spikes

EXPERIMENTS: tuple[Experiment, ...] = (
    of_simulation.EXPERIMENT,
    of_denoising.EXPERIMENT,
    of_spikes.EXPERIMENT,
    of_speed.EXPERIMENT,
)
NOTEBOOK = "10_crsae"
TITLE = "CRsAE: filters learned by a recurrent auto-encoder"
ENCODER = {"title": "CRsAE: an encoder that is FISTA, a recurrent and a residual network", "kind": "crsae.encoder"}


class CRsAE(PaperSettings):
    """The CRsAE papers: each experiment has a block of its own, and a study without the block leaves it out."""

    noun: ClassVar[str] = "CRsAE"

    simulation: of_simulation.Simulation | None = None
    denoising: of_denoising.Denoising | None = None
    spikes: of_spikes.Spikes | None = None
    speed: of_speed.Speed | None = None


def _chosen(study: Any) -> list[Experiment]:
    return [one for one in EXPERIMENTS if getattr(study.crsae, one.name) is not None]


def _merged(name: str) -> dict[str, Any]:
    return {key: value for one in EXPERIMENTS for key, value in getattr(one, name).items()}


def outputs(study: Any) -> dict[str, Any]:
    """Return the tables and figures of the study's experiments, and the notebook that shows them."""
    found: dict[str, dict[str, Any]] = {"tables": {}, "figures": {"crsae_encoder": ENCODER}}
    for one in _chosen(study):
        for section, blocks in one.outputs(study).items():
            found[section].update(blocks)
    shown = {"title": TITLE, "tables": [*found["tables"], "claims"], "figures": [*found["figures"]]}
    return {**found, "notebooks": {NOTEBOOK: shown}}


def shown(study: Any, output: Any) -> Mapping[str, Any]:
    """Return what the experiments give to a kind of table or figure."""
    return {key: value for one in _chosen(study) for key, value in one.shown(study, output).items()}


def check(study: Any) -> Iterator[str]:
    """Check what the types of the blocks cannot."""
    for one in _chosen(study):
        yield from one.check(study)


def missing(study: Any) -> Iterator[str]:
    """Look for the user's pictures and recordings."""
    for one in _chosen(study):
        yield from one.missing(study)


def work(study: Any) -> Iterator[Work]:
    """Yield the work of the experiments that take longest."""
    from papers.crsae.work import work_of  # takes a while to import, which a dry run shall not wait for

    return work_of(study)


PAPER = Paper(
    name="crsae",
    title="CRsAE",
    settings=CRsAE,
    outputs=outputs,
    rules=_merged("rules"),
    needs=_merged("needs"),
    facts=tuple(word for one in EXPERIMENTS for word in one.facts),
    shown=shown,
    check=check,
    missing=missing,
    work=work,
)
