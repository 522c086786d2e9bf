"""Training never leaves an encoder worse than its untrained start; a new encoder or loss is tested by existing."""

import copy
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from encoder_worlds import has_classifier, has_penalties, world_for
from plugged import plugged_in

from lsalsa import train
from lsalsa.encoders import available, encoder_class
from lsalsa.losses import CODES, loss_for
from lsalsa.losses import available as losses
from lsalsa.training.layerwise import train_layer_wise
from lsalsa.training.optimizers import OPTIMIZERS

with plugged_in(Path(__file__).parent / "encoders"):
    PAIRS = [(name, loss) for name in available() for loss in losses() if loss != "gamma_prior" or has_penalties(name)]
    PAIRS = [(name, loss) for name, loss in PAIRS if loss != "sources" or not hasattr(world_for(name), "bank")]
    PAIRS = [(name, loss) for name, loss in PAIRS if loss != "labelled" or has_classifier(name)]
    CASES = [(*pair, optimizer) for pair, optimizer in zip(PAIRS, cycle(OPTIMIZERS), strict=False)]
HARMFUL = {"sgd": 0.3, "adam": 0.3, "adadelta": 30.0}


@pytest.mark.parametrize(("name", "loss", "optimizer"), CASES)
def test_no_training_that_keeps_the_best_epoch_is_worse_than_none(name, loss, optimizer):
    """Rates that ruin most encoders within an epoch, with one set-back; scored again by the loss itself."""
    world = world_for(name, 1, n_samples=20)
    labelled = loss == "labelled"
    encoder = encoder_class(name).from_problem(world.problem, depth=2, **({"classes": 3} if labelled else {}))
    aim = loss_for(loss, world.problem, encoder, **({"noise": 0.2} if loss == "gamma_prior" else {}))
    rng = np.random.default_rng(5)
    targets = (
        np.eye(3)[rng.integers(3, size=20)] if labelled else rng.standard_normal((20, aim.target_columns(encoder)))
    )
    targets = targets.astype(world.signals.dtype)
    data, validation = ((world.signals[part], targets[part]) for part in (slice(0, 12), slice(12, 20)))
    before, start = aim.scores(encoder, *validation)[aim.score], copy.deepcopy(encoder.arrays)
    settings = {"optimizer": optimizer, "learning_rate": HARMFUL[optimizer], "batch_size": 4, "epochs": 2}
    history = train(encoder, *data, loss=aim, validation=validation, set_backs=1, **settings)
    assert aim.scores(encoder, *validation)[aim.score] <= before and not history.worse_than_start
    if history.rows[0]["kept"]:
        assert all(np.array_equal(encoder.arrays[key], start[key]) for key in start)


def test_the_last_epoch_can_be_worse_than_the_start_and_the_history_says_so():
    world = world_for("lista", 1, n_samples=20)
    codes = encoder_class("lista").from_problem(world.problem, depth=2).encode(world.signals)
    found = {}
    for keep in ("best", "last"):
        encoder = encoder_class("lista").from_problem(world.problem, depth=2)
        given = {"validation": (world.signals, codes), "learning_rate": 0.05, "batch_size": 5, "epochs": 2}
        found[keep] = train(encoder, world.signals, codes + 0.5, keep=keep, **given)
    assert (found["best"].worse_than_start, found["last"].worse_than_start) == (False, True)


@pytest.mark.parametrize("name", available())
def test_every_encoder_can_grow_layer_by_layer_and_ends_no_worse_than_untrained(name):
    world = world_for(name, 1, n_samples=20)
    targets = np.random.default_rng(5).standard_normal((20, world.dictionary.shape[1])).astype(world.signals.dtype)

    def start(layers):
        return encoder_class(name).from_problem(world.problem, depth=layers)

    before = CODES.scores(start(3), world.signals, targets)[CODES.score]
    settings = {"optimizer": "adam", "learning_rate": 1e-2, "batch_size": 10, "epochs": 3, "set_backs": 1}
    encoder, history = train_layer_wise(start, 3, world.signals, targets, loss=lambda encoder: CODES, **settings)
    assert CODES.scores(encoder, world.signals, targets)[CODES.score] <= before
    assert not history.worse_than_start and encoder.depth == 3
