"""The loss with labels: its value by the book, slopes of all parameters, targets and encoders that it refuses."""

import math

import numpy as np
import pytest
from worlds import central_differences, make_world, relative_error

from lsalsa import LISTA, losses, train
from lsalsa.encoders.adaptive_ista import AdaptiveISTA
from lsalsa.encoders.slstm import SLSTM
from lsalsa.errors import ConfigError, DataError, ShapeError

WORLD = make_world(1, n_features=6, n_atoms=5, n_samples=7)
CLASSES = np.arange(7) % 3
LABELS = np.eye(3)[CLASSES]


def build(kind=SLSTM, weight=0.7, **settings):
    """An encoder whose parameters are all off their start, and its loss."""
    encoder = kind.from_problem(WORLD.problem, depth=3, classes=3, **settings)
    draws = np.random.default_rng(5)
    for array in encoder.arrays.values():
        array += 0.2 * draws.random(array.shape)
    return encoder, losses.loss_for("labelled", WORLD.problem, encoder, weight=weight)


def cross_entropy(codes, head, bias):
    """Mean of -log softmax at the class of each sample, entry by entry."""
    total = 0.0
    for code, own in zip(codes, CLASSES, strict=True):
        logits = [sum(c * w for c, w in zip(code, head[:, k], strict=True)) + bias[k] for k in range(len(bias))]
        total -= logits[own] - math.log(sum(map(math.exp, logits)))
    return total / len(codes)


def test_it_is_the_loss_without_labels_and_the_weighed_cross_entropy():
    encoder, loss = build(AdaptiveISTA)
    plain = losses.loss_for("sc2net", WORLD.problem, encoder)
    found, _ = encoder.loss_and_gradient(WORLD.signals, LABELS, loss=loss)
    without, _ = encoder.loss_and_gradient(WORLD.signals, loss=plain)
    entropy = cross_entropy(encoder.encode(WORLD.signals), encoder.arrays["head"], encoder.arrays["head_bias"])
    assert found == pytest.approx(without + 0.7 * entropy, rel=1e-12)
    scores = loss.scores(encoder, WORLD.signals, LABELS)
    assert scores["validation_loss"] == pytest.approx(found)
    assert scores["cross_entropy"] == pytest.approx(entropy)
    told = (encoder.encode(WORLD.signals) @ encoder.arrays["head"] + encoder.arrays["head_bias"]).argmax(axis=1)
    assert scores["error_percent"] == pytest.approx(100 * (told != CLASSES).mean())


@pytest.mark.parametrize(("kind", "settings"), [(SLSTM, {}), (SLSTM, {"start": "dictionary"}), (AdaptiveISTA, {})])
def test_the_gradient_is_the_slope_in_every_parameter(kind, settings):
    encoder, loss = build(kind, **settings)
    _, gradient = encoder.loss_and_gradient(WORLD.signals, LABELS, loss=loss)
    assert {"head", "head_bias", "filter", "gate_filter"} <= set(gradient)
    for name in encoder.learned:

        def value(array, name=name):
            moved = kind({**encoder.arrays, name: array}, **encoder.settings)
            return moved.loss_and_gradient(WORLD.signals, LABELS, loss=loss)[0]

        assert relative_error(gradient[name], central_differences(value, encoder.arrays[name].copy())) < 1e-6


def test_a_classifier_that_starts_at_zero_tells_nothing_and_learns_to_tell():
    encoder = AdaptiveISTA.from_problem(WORLD.problem, depth=3, classes=3)
    loss = losses.loss_for("labelled", WORLD.problem, encoder, weight=5.0)
    before = loss.scores(encoder, WORLD.signals, LABELS)["cross_entropy"]
    assert before == pytest.approx(math.log(3))
    settings = {"optimizer": "adam", "learning_rate": 0.02, "epochs": 200, "batch_size": 7}
    train(encoder, WORLD.signals, LABELS, loss=loss, **settings)
    assert loss.scores(encoder, WORLD.signals, LABELS)["cross_entropy"] < before / 2


def test_logits_of_any_size_give_finite_numbers():
    encoder, loss = build()
    encoder.arrays["head"] *= 1e6
    value, gradient = encoder.loss_and_gradient(WORLD.signals, LABELS, loss=loss)
    assert np.isfinite(value) and all(np.isfinite(array).all() for array in gradient.values())


@pytest.mark.parametrize(
    ("targets", "error", "words"),
    [
        (np.ones((7, 3)), DataError, "loss targets must have one 1 in each row"),
        (0.5 * LABELS, DataError, "one 1 in each row"),
        (np.eye(4)[CLASSES], ShapeError, "loss targets must have shape"),
    ],
)
def test_targets_that_are_no_labels_are_refused(targets, error, words):
    encoder, loss = build()
    with pytest.raises(error, match=words):
        encoder.loss_and_gradient(WORLD.signals, targets, loss=loss)


def test_what_cannot_be_is_refused():
    encoder, _ = build()
    for other in (LISTA.from_problem(WORLD.problem), SLSTM.from_problem(WORLD.problem)):
        with pytest.raises(ConfigError, match="needs an encoder with a classifier"):
            losses.loss_for("labelled", WORLD.problem, other)
    with pytest.raises(ConfigError, match="weight of the labels must be positive"):
        losses.loss_for("labelled", WORLD.problem, encoder, weight=0)
    with pytest.raises(ConfigError, match="classes must be a whole number"):
        SLSTM.from_problem(WORLD.problem, classes=-1)
