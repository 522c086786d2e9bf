"""Pieces of the work: how often they are done, counted by hand, and that they run."""

import pytest
import yaml
from studies import ROOT

from lsalsa.study.costs.floors import seconds_of
from lsalsa.study.load import load_study
from papers.crsae.denoising.settings import runs_of
from papers.crsae.denoising.work import denoising
from papers.crsae.work import work_of


@pytest.fixture(scope="module")
def study():
    return load_study(yaml.safe_load((ROOT / "workflow" / "presets" / "smoke.yaml").read_text()), root=ROOT)


@pytest.fixture(scope="module")
def works(study):
    return {work.rule: work for work in work_of(study)}


def test_each_run_makes_its_steps_and_scores_its_pictures(study, works):
    block, work = study.crsae.denoising, works["learn_crsae_filters"]
    assert work.jobs == len(runs_of(study))
    assert len(work.pieces) == 2 * work.jobs
    arm = block.arms.index("em_unsupervised")
    step, scores = work.pieces[2 * arm : 2 * arm + 2]
    assert step.times == block.steps * block.repetitions
    assert scores.times == (1 + -(-block.steps // block.record)) * block.repetitions


def with_tests(study, tests, crop):
    block = study.crsae.denoising.model_copy(update={"tests": tests, "test_crop": crop})
    return study.model_copy(update={"crsae": study.crsae.model_copy(update={"denoising": block})})


@pytest.mark.parametrize(("crop", "pixels"), [(None, 7 * 256**2 + 5 * 512**2), (64, 12 * 64**2)])
def test_every_arm_denoises_all_test_pictures_in_each_repetition(study, crop, pixels):
    """Set12 has seven pictures of 256 x 256 pixels and five of 512 x 512."""
    work = denoising(with_tests(study, ["set12"], crop))
    assert work.jobs == len(work.pieces) == 3
    assert {piece.times * (crop or 256) ** 2 for piece in work.pieces} == {2 * pixels}
    assert seconds_of(work.pieces[0].start(), least=0.0) > 0


def test_pictures_of_unknown_sizes_are_not_estimated(study, works):
    assert denoising(with_tests(study, ["set12", "skimage_test"], None)) is None
    assert "denoise_crsae_pictures" not in works


def test_runs_on_few_windows_stand_for_all_windows_epochs_and_repetitions(study, works):
    block, (piece, *_) = study.crsae.simulation, works["learn_crsae_simulation"].pieces
    assert piece.times == block.repetitions * block.epochs * block.n_windows / (2 * block.batch_size)
    ratios = works["compare_crsae_simulation"]
    assert ratios.jobs == len(block.snr.snr_db)
    assert {one.key for one in ratios.pieces} == {"snr"}


def test_every_piece_runs(works):
    pieces = {piece.key: piece for work in works.values() for piece in work.pieces}
    for key, piece in pieces.items():
        assert seconds_of(piece.start(), least=0.0) > 0, key
