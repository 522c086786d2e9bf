"""Learning without optimal codes as the study runs it: seeds, a search by the loss, what is measured of codes."""

import numpy as np
import pytest
from worlds import make_world, objective_of

from lsalsa.study.methods.coders import train_repetitions
from lsalsa.study.methods.search import search_encoder
from lsalsa.study.scoring.evaluation import Run, evaluate

WORLD = make_world(2, n_samples=60, dtype=np.float32)
CODES = np.zeros((60, WORLD.problem.n_atoms), np.float32)


def test_repetitions_of_an_slstm_start_from_their_own_seeds_and_learn_without_codes():
    pairs = (WORLD.signals[:40], CODES[:40]), (WORLD.signals[40:], CODES[40:])
    settings = {"learning_rate": 1.0, "batch_size": 10}
    encoders, rows = train_repetitions(
        WORLD.problem,
        *pairs,
        algorithm="slstm",
        depth=2,
        chosen=settings,
        seeds=[3, 4],
        loss="sc2net",
        optimizer="adadelta",
        epochs=2,
    )
    assert [encoder.settings["seed"] for encoder in encoders] == [3, 4]
    assert {row["trained_for"] for row in rows} == {"sc2net"}
    assert all("validation_loss" in row and "validation_rmse" not in row for row in rows)
    assert all(encoder.encode(WORLD.signals).any() for encoder in encoders)


def test_a_search_without_supervision_is_decided_by_the_loss():
    pairs = (WORLD.signals[:40], CODES[:40]), (WORLD.signals[40:], CODES[40:])
    grid = {"learning_rate": [1e-6, 1.0], "batch_size": [10]}
    rows = search_encoder(
        WORLD.problem,
        *pairs,
        algorithm="slstm",
        depth=2,
        grid=grid,
        rungs=[2],
        n_train=40,
        optimizer="adadelta",
        seed=1,
        loss="sc2net",
    )
    scores = [row["score"] for row in rows]
    assert scores[1] < scores[0]
    assert [row["chosen"] for row in rows] == [False, True]


def test_evaluations_have_the_objective_and_the_shares_near_zero():
    world = make_world(1, n_samples=6)
    codes = np.zeros((6, 7))
    codes[:, 0], codes[:, 1] = 0.5, 5e-3

    class NoClassifiers:
        def errors(self, codes):
            return {"part": {}}

    runs = [Run(1, 0, lambda signals: codes)]
    judged_by = {"sources": [world.signals], "classifiers": NoClassifiers()}
    rows, _ = evaluate(world.problem, world.signals, codes, runs, components=["part"], **judged_by)
    assert rows[0]["component"] == "all"
    assert rows[0]["objective"] == pytest.approx(objective_of(world, codes).mean())
    assert (rows[0]["near_zero_share_0_001"], rows[0]["near_zero_share_0_01"]) == (5 / 7, 6 / 7)
    assert rows[1]["objective"] is None
