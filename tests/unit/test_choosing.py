"""Penalty, mu and learning rate where nobody gave one: against brute force over the same candidates."""

import logging
import re

import numpy as np
import pytest
from worlds import make_world, soft

import lsalsa
from lsalsa import (
    LISTA,
    LSALSA,
    choose_learning_rate,
    choose_mu,
    choose_penalty,
    learn_dictionary,
    optimal_codes,
    train,
)
from lsalsa.choosing import MU_FACTORS, RATES
from lsalsa.errors import ConfigError, DataError, DivergedError, DivergenceWarning, ShapeError

WORLD = make_world(n_samples=80)
SIGNALS, ATOMS, PROBLEM = WORLD.signals, WORLD.dictionary, WORLD.problem
CODES = optimal_codes(PROBLEM, SIGNALS).codes


def zeros_under(penalty, signals=SIGNALS):
    """Share of zeros after many steps of ISTA, as printed."""
    codes, step = np.zeros((len(signals), ATOMS.shape[1])), 1 / np.linalg.norm(ATOMS, 2) ** 2
    for _ in range(3000):
        codes = soft(codes - step * (codes @ ATOMS.T - signals) @ ATOMS, step * penalty)
    return (np.abs(codes) < 1e-9).mean()


# --- penalty ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_the_penalty_is_the_smallest_with_the_share_of_zeros(share):
    penalty = choose_penalty(ATOMS, SIGNALS, share)
    assert zeros_under(penalty) >= share > zeros_under(0.97 * penalty)


def test_a_penalty_is_common_to_all_dictionaries():
    world = make_world(2, n_samples=40)
    penalty = choose_penalty(world.dictionaries, world.signals)
    problem = lsalsa.SparseCodingProblem(world.dictionaries, penalty)
    assert 0.9 <= (optimal_codes(problem, world.signals).codes == 0).mean() < 0.93


def test_many_signals_are_thinned_evenly():
    many = np.repeat(SIGNALS[:40], 60, axis=0)  # 2,400: every third is taken
    assert choose_penalty(ATOMS, many) == choose_penalty(ATOMS, many[::3])


@pytest.mark.parametrize(
    ("signals", "share", "error"),
    [
        (SIGNALS, 1.5, ConfigError),
        (np.zeros_like(SIGNALS), 0.9, DataError),
        (SIGNALS[:, :3], 0.9, ShapeError),
    ],
)
def test_a_penalty_that_cannot_be_chosen(signals, share, error):
    with pytest.raises(error):
        choose_penalty(ATOMS, signals, share)


def test_a_dictionary_is_learned_under_a_penalty_by_the_share_of_zeros():
    found = learn_dictionary(SIGNALS, 7, "auto", zero_share=0.7, epochs=2)
    atoms = learn_dictionary(SIGNALS, 7, found.penalty, epochs=2).dictionary
    np.testing.assert_array_equal(found.dictionary, atoms)
    assert 0.5 < found.history[0]["zero_share"] < 0.9
    with pytest.raises(ConfigError, match="or auto, found 'aut'"):
        learn_dictionary(SIGNALS, 7, "aut")


# --- mu -----------------------------------------------------------------------------------------------------


def salsa(mu, depth):
    """Algorithm 1 of the LSALSA paper, one signal at a time, in columns; read by soft(x)."""
    splitting = np.linalg.inv(mu * np.eye(ATOMS.shape[1]) + ATOMS.T @ ATOMS)
    codes = []
    for y in SIGNALS:
        x, d = ATOMS.T @ y, 0.0
        for _ in range(depth):
            u = soft(x + d, WORLD.penalties[0] / mu)
            x = splitting @ (ATOMS.T @ y + mu * (u - d))
            d = d - u + x
        codes.append(soft(x, WORLD.penalties[0] / mu))
    return np.array(codes)


@pytest.mark.parametrize("depth", [1, 5])
def test_mu_is_where_salsa_comes_nearest(depth):
    errors = [np.sqrt(((salsa(mu, depth) - CODES) ** 2).mean()) for mu in MU_FACTORS]
    best = MU_FACTORS[int(np.argmin(errors))]
    assert choose_mu(PROBLEM, SIGNALS, CODES, depth=depth) == pytest.approx(best)
    assert choose_mu(PROBLEM, SIGNALS, depth=depth) == pytest.approx(best)


def test_what_is_tried_for_mu_goes_with_the_scale_of_the_atoms():
    scaled = lsalsa.SparseCodingProblem(ATOMS * 10, 10 * WORLD.penalties[0])
    assert choose_mu(scaled, SIGNALS, factors=[2.0]) == 200.0


@pytest.mark.parametrize("given", [{"factors": []}, {"factors": [0.0]}, {"depth": 0}, {"read_out": "y"}])
def test_a_mu_that_cannot_be_chosen(given):
    with pytest.raises(ConfigError):
        choose_mu(PROBLEM, SIGNALS, CODES, **given)


# --- learning rate ------------------------------------------------------------------------------------------


def error_after(rate, **given):
    encoder = LISTA.from_problem(PROBLEM, depth=2)
    aside = np.arange(len(SIGNALS)) % 5 == 4
    history = train(
        encoder,
        SIGNALS[~aside],
        CODES[~aside],
        validation=(SIGNALS[aside], CODES[aside]),
        keep="last",
        learning_rate=rate,
        **given,
    )
    return np.inf if history.status == "diverged" else history.rows[-1]["validation_rmse"]


@pytest.mark.filterwarnings("ignore:training of lista blew up")
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_the_rate_is_the_best_of_a_short_training_at_each(optimizer):
    given = {"optimizer": optimizer, "batch_size": 16, "epochs": 4}
    errors = [error_after(rate, **given) for rate in RATES]
    encoder = LISTA.from_problem(PROBLEM, depth=2)
    before = encoder.copy()
    chosen = choose_learning_rate(encoder, SIGNALS, CODES, **given)
    assert chosen == RATES[int(np.argmin(errors))]
    assert RATES[0] < chosen < RATES[-1]
    assert all((encoder.arrays[name] == before.arrays[name]).all() for name in before.arrays)
    assert choose_learning_rate(encoder, SIGNALS, CODES, **given) == chosen


def test_a_rate_that_cannot_be_chosen():
    encoder = LISTA.from_problem(PROBLEM, depth=2)
    with pytest.raises(DivergedError, match="blows up at the smallest learning rate tried, 1e"):
        choose_learning_rate(encoder, SIGNALS, CODES, rates=[1e9, 1e8], optimizer="sgd")
    with pytest.raises(ConfigError, match="rates must be at least one positive number"):
        choose_learning_rate(encoder, SIGNALS, CODES, rates=[-1.0])


# --- progress, warnings, words ------------------------------------------------------------------------------


def test_a_line_for_each_epoch_is_printed_and_logged_at_another_level(capsys, caplog):
    learn_dictionary(SIGNALS, 7, 0.1, epochs=2, tolerance=0, verbose=True)
    assert [line[:8] for line in capsys.readouterr().out.splitlines()] == ["epoch 1:", "epoch 2:"]
    with caplog.at_level(logging.DEBUG, "lsalsa"):
        train(LSALSA.from_problem(PROBLEM, depth=1), SIGNALS, CODES, learning_rate=1e-4, epochs=2)
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG]
    assert [line[:8] for line in lines] == ["epoch 1:", "epoch 2:"] and "validation_rmse 0." in lines[0]
    assert capsys.readouterr().out == ""
    assert not logging.getLogger("lsalsa.training.loop").handlers


def test_a_training_that_blew_up_says_so_at_its_call():
    with pytest.warns(DivergenceWarning, match="training of lista blew up, and its best epoch is kept") as caught:
        train(LISTA.from_problem(PROBLEM, depth=2), SIGNALS, CODES, learning_rate=1e9)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (PROBLEM, r"SparseCodingProblem\(8 features; 7 atoms at penalty 0.1; float64\)"),
        (LSALSA.from_problem(PROBLEM), r"LSALSA\(depth=5, mu=1.0, read_out='softx'; 8 features, 7 atoms, float64\)"),
        (
            optimal_codes(PROBLEM, SIGNALS),
            r"OptimalCodes\(80 samples, 7 atoms, float64; relative gaps up to \S+e-\d+\)",
        ),
        (optimal_codes(PROBLEM, SIGNALS[:0]), r"OptimalCodes\(0 samples, 7 atoms, float64\)"),
        (
            learn_dictionary(SIGNALS, 7, 0.1, epochs=1),
            r"LearnedDictionary\(7 atoms of 8 features, float64; epoch 1: objective \S+, zeros \S+%\)",
        ),
        (
            train(LSALSA.from_problem(PROBLEM), SIGNALS, CODES, learning_rate=1e-5, epochs=2, tolerance=0),
            r"History\(epochs_used after 2 epochs, kept epoch \d with validation_rmse \S+\)",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_result_says_of_itself(thing, words):
    assert re.fullmatch(words, repr(thing))
