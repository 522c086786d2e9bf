"""Models out of the encoders that a study trains: with the problem, the patches and the origin, ready for pictures."""

from __future__ import annotations

from collections.abc import Sequence

from lsalsa.data.overlapping import PatchGrid
from lsalsa.encoders import Encoder
from lsalsa.models.pictures import PictureModel
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.jobs.job import Job


def models_of(job: Job, problem: SparseCodingProblem, encoders: Sequence[Encoder]) -> list[PictureModel]:
    """Make a model of each repetition.

    Parameters
    ----------
    job : Job
        With the setting `pictures`: patch_size, n_channels, names.
    problem : SparseCodingProblem
        With the task's penalties.
    encoders : sequence of Encoder

    Returns
    -------
    models : list of PictureModel
        Of patches side by side, with their means, as the study cuts them. Pictures are cut as they are: a study that
        makes its images smaller first was trained on the smaller ones.
    """
    chosen = job.params["pictures"]
    grid = PatchGrid(chosen["patch_size"], chosen["patch_size"], chosen["n_channels"])
    origin = {"study": job.study, **job.wildcards}
    return [
        PictureModel(encoder, problem, grid, False, chosen["names"], {**origin, "repetition": repetition})
        for repetition, encoder in enumerate(encoders)
    ]
