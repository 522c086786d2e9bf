"""Losses found by their folder, their options, and what they say of encoders that answer nothing."""

import json

import numpy as np
import pytest
from encoder_worlds import world_for
from worlds import make_world, objective_of

from lsalsa import LISTA, TiedDecoderLoss, losses, train
from lsalsa.decoders import TiedDecoder
from lsalsa.encoders import encoder_class
from lsalsa.encoders.base import Encoder
from lsalsa.errors import ConfigError, LsalsaError, ShapeError

WORLD = make_world(2)
every_loss = pytest.mark.parametrize("name", losses.available())


NOISE = {"gamma_prior": {"noise": 0.2}}
ENCODERS = {"gamma_prior": ("crsae", {}), "labelled": ("adaptive_ista", {"classes": 3})}
"""Loss -> an encoder with the parameters that it needs; LISTA for the others."""


def world_of(name):
    """Filters for the loss that needs penalties, dictionaries for the others."""
    return world_for(ENCODERS.get(name, ("lista",))[0], 2)


def build(name, **options):
    world, (kind, settings) = world_of(name), ENCODERS.get(name, ("lista", {}))
    encoder = encoder_class(kind).from_problem(world.problem, depth=2, **settings)
    return losses.loss_for(name, world.problem, encoder, **NOISE.get(name, {}), **options), encoder


def targets_for(loss):
    world = world_of(loss.name)
    if loss.name == "labelled":
        return np.eye(3)[np.arange(len(world.signals)) % 3]
    return np.ones((len(world.signals), world.dictionary.shape[1])) if loss.supervised else None


def test_the_losses_of_the_papers_are_there():
    assert {"codes", "sc2net", "reconstruction", "gamma_prior", "labelled"} <= set(losses.available())
    assert losses.loss_class("sc2net") is TiedDecoderLoss


@every_loss
def test_a_loss_has_the_name_of_its_file_and_an_identity_that_json_holds(name):
    loss, _ = build(name)
    assert loss.name == name
    assert json.loads(json.dumps(loss.identity)) == loss.identity
    assert loss.identity["loss"] == name


@every_loss
def test_an_unknown_option_is_refused_with_its_loss(name):
    with pytest.raises(ConfigError, match=f"'no_such_option' is not a known option of loss {name}"):
        build(name, no_such_option=1)


def test_an_unknown_loss_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="'sc2nett' is not a known loss; did you mean sc2net"):
        build("sc2nett")


@every_loss
def test_tiles_have_shares_that_sum_up_to_the_mean(name):
    loss, encoder = build(name)
    targets, signals = targets_for(loss), world_of(name).signals
    whole, gradient = encoder.loss_and_gradient(signals, targets, loss=loss)
    parts = []
    for rows in (slice(0, 5), slice(5, 12)):
        part = targets if targets is None else targets[rows]
        value, own = encoder.loss_and_gradient(signals[rows], part, loss=loss)
        parts.append((rows.stop - rows.start, value, {key: array.copy() for key, array in own.items()}))
    assert sum(n * value for n, value, _ in parts) / 12 == pytest.approx(whole, rel=1e-12)
    for key, array in gradient.items():
        np.testing.assert_allclose(sum(n * own[key] for n, _, own in parts) / 12, array, atol=1e-13)


@every_loss
def test_its_score_is_among_its_scores_and_all_are_numbers(name):
    loss, encoder = build(name)
    scores = loss.scores(encoder, world_of(name).signals, targets_for(loss))
    assert loss.score in scores
    assert all(isinstance(value, float) for value in scores.values())


@every_loss
def test_codes_that_are_all_zero_are_nothing_and_others_are_not(name):
    loss, encoder = build(name)
    given = world_of(name).signals, targets_for(loss)
    assert not loss.is_nothing(loss.scores(encoder, *given), *given)
    encoder.arrays["penalties" if name == "gamma_prior" else "thresholds"][...] = 1e6
    assert loss.is_nothing(loss.scores(encoder, *given), *given)


@every_loss
@pytest.mark.parametrize("purpose", ["training", "validation"])
def test_data_that_do_not_fit_are_refused_with_their_purpose(name, purpose):
    loss, encoder = build(name)
    signals = world_of(name).signals
    with pytest.raises(ShapeError, match=f"{purpose} signals"):
        loss.check(purpose, encoder, signals[:, :3], targets_for(loss))
    with pytest.raises(LsalsaError, match=purpose):
        loss.check(purpose, encoder, signals[:0], None if targets_for(loss) is None else targets_for(loss)[:0])
    if loss.supervised:
        with pytest.raises(ShapeError, match=f"{purpose} targets"):
            loss.check(purpose, encoder, signals, None)


def test_the_decoder_of_a_loss_may_be_any_and_the_value_follows_it():
    """With the dictionary for a decoder it is the objective, whatever the encoder's own decoder is."""
    encoder = LISTA.from_problem(WORLD.problem, depth=2)
    encoder.arrays["filter"] *= 2
    loss = TiedDecoderLoss(WORLD.problem.penalty_of_atom, TiedDecoder(WORLD.lipschitz / 2))
    found, _ = encoder.loss_and_gradient(WORLD.signals, loss=loss)
    assert found == pytest.approx(objective_of(WORLD, encoder.encode(WORLD.signals)).mean(), rel=1e-12)


def test_an_encoder_without_a_decoder_says_so():
    class Bare(LISTA):
        decoder = Encoder.decoder

    encoder = Bare.from_problem(WORLD.problem, depth=1)
    for name in ("sc2net", "reconstruction"):
        with pytest.raises(ConfigError, match="has no decoder, which a loss on signals needs"):
            losses.loss_for(name, WORLD.problem, encoder)


# sources


def test_the_loss_of_sources_adds_the_errors_of_each_source_and_of_the_code():
    """Errors of two sources that cancel in their sum are counted."""
    encoder, (signals, targets) = build("sources")[1], (WORLD.signals, targets_for(build("sources")[0]))
    error = encoder.encode(signals) - targets
    for weights in ({}, {"source_weight": 2.0, "code_weight": 0.0}, {"source_weight": 0.0, "code_weight": 3.0}):
        loss, _ = build("sources", **weights)
        expected, start = weights.get("code_weight", 0.5) * (error**2).sum(axis=1), 0
        for part in WORLD.dictionaries:
            source = error[:, start : start + part.shape[1]] @ part.T
            expected += weights.get("source_weight", 0.5) * (source**2).sum(axis=1)
            start += part.shape[1]
        assert encoder.loss_and_gradient(signals, targets, loss=loss)[0] == pytest.approx(expected.mean(), rel=1e-12)
        assert loss.scores(encoder, signals, targets)["validation_loss"] == pytest.approx(expected.mean(), rel=1e-12)


def test_the_loss_of_sources_without_sources_is_that_of_codes():
    loss, encoder = build("sources", source_weight=0.0)
    given = WORLD.signals, targets_for(loss)
    value, gradient = encoder.loss_and_gradient(*given, loss=loss)
    expected, wanted = encoder.loss_and_gradient(*given)
    assert value == pytest.approx(expected, rel=1e-12)
    for key, array in wanted.items():
        np.testing.assert_allclose(gradient[key], array, rtol=1e-10, atol=1e-14)


def test_the_loss_of_sources_chooses_the_epoch_of_the_least_loss_and_shows_the_rmse_beside():
    loss, encoder = build("sources")
    history = train(
        encoder, WORLD.signals, targets_for(loss), loss=loss, optimizer="adam", learning_rate=1e-2, epochs=3
    )
    assert history.score == "validation_loss"
    kept = next(row for row in history.rows if row["kept"])
    assert kept["validation_loss"] == min(row["validation_loss"] for row in history.rows)
    assert all(row["validation_rmse"] > 0 for row in history.rows)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"source_weight": -1}, "source_weight of sources must be finite and not negative, found -1"),
        ({"code_weight": np.nan}, "code_weight of sources must be finite"),
        ({"source_weight": 0, "code_weight": 0}, "must not both be 0"),
    ],
)
def test_weights_of_sources_that_cannot_be_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        build("sources", **options)


def test_the_loss_of_sources_refuses_filters_and_tells_dictionaries_apart():
    filters = world_for("crsae", 2)
    with pytest.raises(ConfigError, match="the loss sources needs a SparseCodingProblem, found ConvolutionalProblem"):
        losses.loss_for("sources", filters.problem, encoder_class("crsae").from_problem(filters.problem, depth=1))
    same, other = (losses.loss_class("sources")(make_world(2, seed=seed).problem) for seed in (0, 1))
    assert same.identity == build("sources")[0].identity != other.identity
