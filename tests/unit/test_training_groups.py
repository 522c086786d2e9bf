"""Settings, groups and optimisers with constants of their own, against loops by hand; checkpoints that are none."""

import inspect
import math
import re
from dataclasses import fields

import numpy as np
import pytest
from worlds import fista_iterates, make_world

from lsalsa import LISTA, SLSTM, train
from lsalsa.arrays import Tiles
from lsalsa.errors import ConfigError, StorageError
from lsalsa.losses import CODES, loss_for
from lsalsa.storage import read_arrays, read_metadata, write_arrays
from lsalsa.training import Group, Training, TrainingSettings
from lsalsa.training.optimizers import OPTIMIZERS

WORLD = make_world(2, n_samples=40)
TARGETS = fista_iterates(WORLD, 2000)[-1]
ONE_BATCH = {"batch_size": 40, "keep": "last", "tolerance": 0.0}


def new_encoder(**settings):
    return LISTA.from_problem(WORLD.problem, depth=2, **settings)


def gradient_of(encoder, loss):
    return encoder.loss_and_gradient(WORLD.signals, TARGETS, loss=loss)[1]


# groups


def test_each_batch_makes_one_step_of_each_group_in_order():
    """The second group sees the parameters as the first one left them."""
    encoder, by_hand = new_encoder(), new_encoder()
    explain = loss_for("sc2net", WORLD.problem, encoder)
    groups = [Group(CODES, 0.02, ("splitting",)), Group(explain, 0.01, ("filter", "thresholds"))]
    history = train(encoder, WORLD.signals, TARGETS, groups=groups, epochs=3, decay=0.5, **ONE_BATCH)
    for epoch in range(3):
        loss, gradient = by_hand.loss_and_gradient(WORLD.signals, TARGETS)
        assert history.rows[epoch + 1]["loss"] == pytest.approx(loss, rel=1e-12)
        by_hand.arrays["splitting"] -= 0.02 * 0.5**epoch * gradient["splitting"]
        gradient = gradient_of(by_hand, explain)
        for name in ("filter", "thresholds"):
            by_hand.arrays[name] -= 0.01 * 0.5**epoch * gradient[name]
    for name, array in by_hand.arrays.items():
        np.testing.assert_allclose(encoder.arrays[name], array, atol=1e-13)


def test_one_group_of_all_that_is_learned_is_the_plain_training_to_the_bit():
    settings = {"batch_size": 7, "epochs": 3, "seed": 5}
    plain, grouped = new_encoder(learn_thresholds=True), new_encoder(learn_thresholds=True)
    first = train(plain, WORLD.signals, TARGETS, learning_rate=1e-2, optimizer="adam", **settings)
    second = train(grouped, WORLD.signals, TARGETS, groups=[Group(CODES, 1e-2, optimizer="adam")], **settings)
    assert all(plain.arrays[name].tobytes() == grouped.arrays[name].tobytes() for name in plain.arrays)
    assert [row["loss"] for row in first.rows] == [row["loss"] for row in second.rows]


def test_history_and_the_kept_epoch_are_those_of_the_first_group():
    encoder = new_encoder()
    explain = loss_for("sc2net", WORLD.problem, encoder)
    groups = [Group(explain, 1e-3, ("filter",)), Group(CODES, 1e-4, ("splitting",))]
    history = train(encoder, WORLD.signals, TARGETS, groups=groups, batch_size=10, epochs=4)
    assert history.score == "validation_loss"
    assert {row["learning_rate"] for row in history.rows} == {1e-3}
    kept = min(history.rows, key=lambda row: row["validation_loss"])
    assert explain.scores(encoder, WORLD.signals, None)["validation_loss"] == pytest.approx(kept["validation_loss"])
    assert [row["kept"] for row in history.rows] == [row is kept for row in history.rows]


def test_a_later_group_whose_loss_is_not_finite_ends_the_training_with_the_parameters_before():
    """Its gradient is never used: the first group's step is undone as well."""

    class Broken(type(CODES)):
        def of_tile(self, arrays, codes, wanted, count, tape):
            value, gradient, direct = super().of_tile(arrays, codes, wanted, count, tape)
            return math.inf, gradient, direct

    encoder = new_encoder()
    groups = [Group(CODES, 1e-2, ("filter",)), Group(Broken(), 1e-2, ("splitting",))]
    history = train(encoder, WORLD.signals, TARGETS, groups=groups, epochs=3)
    assert history.status == "diverged"
    assert all(np.array_equal(encoder.arrays[name], array) for name, array in new_encoder().arrays.items())


def test_every_group_starts_its_averages_anew_after_a_set_back():
    encoder = new_encoder()
    adam = {"optimizer": "adam"}
    groups = [Group(CODES, 1e4, ("filter",), **adam), Group(CODES, 1e-6, ("splitting",), **adam)]
    settings = TrainingSettings(set_backs=1, batch_size=10)
    training = Training(encoder, WORLD.signals, TARGETS, settings=settings, groups=groups)
    training.run_epoch()
    assert training.rows[-1]["status"] == "set back"
    assert [optimizer.steps for optimizer in training.optimizers] == [0, 0]
    assert [training.learning_rate(group) for group in groups] == pytest.approx([1e3, 1e-7])


@pytest.mark.parametrize(
    ("groups", "settings", "words"),
    [
        ([], {}, "at least one group"),
        ([Group(CODES, 0.1)], {"learning_rate": 0.1}, "groups bring their own learning_rate"),
        ([Group(CODES, 0.1)], {"optimizer": "adam"}, "groups bring their own optimizer"),
        ([Group(CODES, 0.1)], {"loss": CODES}, "groups bring their own loss"),
        ([Group(CODES, 0.1, ("fliter",))], {}, "'fliter' is not a known parameter of lista; did you mean filter"),
        (None, {}, "learning_rate must be positive and finite, found None"),
    ],
)
def test_groups_that_cannot_be_are_refused_in_one_sentence(groups, settings, words):
    with pytest.raises(ConfigError) as raised:
        train(new_encoder(), WORLD.signals, TARGETS, groups=groups, **settings)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


# settings


def test_an_unknown_setting_is_refused_with_the_nearest():
    with pytest.raises(ConfigError) as raised:
        train(new_encoder(), WORLD.signals, TARGETS, learning_rat=0.1)
    assert str(raised.value).startswith(
        "'learning_rat' is not a known setting of a training; did you mean learning_rate?"
    )


def test_train_documents_every_setting():
    documented = inspect.getdoc(train)
    assert all(re.search(rf"\b{each.name}\b.*:", documented) for each in fields(TrainingSettings))


def test_settings_are_checked_when_they_are_made_and_cannot_change():
    with pytest.raises(ConfigError, match="decay must be in"):
        TrainingSettings(decay=1.5)
    with pytest.raises(AttributeError):
        TrainingSettings().decay = 0.5


# optimisers


def test_amsgrad_and_other_constants_are_what_a_loop_by_hand_does():
    """Reddi et al. 2018: the largest mean square so far; with the bias corrections of Kingma and Ba 2015."""
    encoder, by_hand = new_encoder(), new_encoder()
    constants = {"beta1": 0.5, "beta2": 0.6, "epsilon": 1e-3, "amsgrad": True}
    settings = {"optimizer": "adam", "constants": constants, "learning_rate": 0.05, "epochs": 12}
    train(encoder, WORLD.signals, TARGETS, **settings, **ONE_BATCH)
    names = ("filter", "splitting")
    mean, square, largest = ({name: 0.0 for name in names} for _ in range(3))
    fell = False
    for step in range(1, 13):
        gradient = gradient_of(by_hand, CODES)
        rate = 0.05 * math.sqrt(1 - 0.6**step) / (1 - 0.5**step)
        for name in names:
            mean[name] = 0.5 * mean[name] + 0.5 * gradient[name]
            square[name] = 0.6 * square[name] + 0.4 * gradient[name] ** 2
            largest[name] = np.maximum(largest[name], square[name])
            fell |= bool((largest[name] > square[name]).any())
            by_hand.arrays[name] -= rate * mean[name] / (np.sqrt(largest[name]) + 1e-3)
    assert fell  # or it would be plain Adam
    for name, array in by_hand.arrays.items():
        np.testing.assert_allclose(encoder.arrays[name], array, atol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "constants", "words"),
    [
        ("adam", {"beta": 0.9}, "'beta' is not a known constant of Adam; did you mean beta"),
        ("adam", {"beta2": 1.0}, "beta2 of Adam must be a number in [0, 1), epsilon above 0, found 1.0"),
        ("adam", {"epsilon": 0.0}, "epsilon of Adam must be a number"),
        ("adam", {"epsilon": math.nan}, "found nan"),
        ("adam", {"amsgrad": 1}, "amsgrad of Adam must be true or false, found 1"),
        ("adadelta", {"rho": "much"}, "rho of Adadelta must be a number"),
        ("sgd", {"momentum": 0.9}, "'momentum' is not a known constant of SGD"),
    ],
)
def test_constants_that_cannot_be_are_refused_before_the_training(optimizer, constants, words):
    for make in (
        lambda: TrainingSettings(optimizer=optimizer, constants=constants),
        lambda: Group(CODES, 0.1, optimizer=optimizer, constants=constants),
    ):
        with pytest.raises(ConfigError) as raised:
            make()
        assert words in str(raised.value)


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_an_optimizer_moves_an_array_of_any_shape_as_its_entries_alone(optimizer):
    """Three axes, and none; tiles of two rows."""
    rng = np.random.default_rng(0)
    start = {"cube": rng.standard_normal((5, 1, 3)), "number": np.array(0.7)}
    arrays = {name: array.copy() for name, array in start.items()}
    flat = {f"{name} {i}": np.array([v]) for name, a in start.items() for i, v in enumerate(a.ravel())}
    moved, alone = OPTIMIZERS[optimizer](arrays), OPTIMIZERS[optimizer](flat)
    for _ in range(3):
        gradient = {name: rng.standard_normal(array.shape) + np.zeros(array.shape) for name, array in arrays.items()}
        entries = {f"{name} {i}": np.array([v]) for name, g in gradient.items() for i, v in enumerate(np.ravel(g))}
        moved.step(gradient, 0.1, Tiles(np, 2))
        alone.step(entries, 0.1, Tiles(np, 2))
    for name, array in arrays.items():
        assert not np.array_equal(array, start[name])
        found = np.array([flat[f"{name} {i}"][0] for i in range(array.size)])
        np.testing.assert_allclose(array.ravel(), found, rtol=1e-14)


# checkpoints


def resume(path, encoder=None, **settings):
    given = {"learning_rate": 1e-3, "batch_size": 10, "epochs": 4, "optimizer": "adam", **settings}
    return train(encoder or new_encoder(), WORLD.signals, TARGETS, checkpoint=path, **given)


def refusal(path, *args, **settings):
    with pytest.raises(StorageError) as raised:
        resume(path, *args, **settings)
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith(str(path))
    return str(raised.value)


def test_a_file_that_is_no_checkpoint_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "encoder.npz"
    new_encoder().save(path)
    content = path.read_bytes()
    assert refusal(path).endswith("is not the checkpoint of a training; name another file")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"seed": 3}, "another training (seed: 0 there, 3 here); delete it"),
        ({"learning_rate": 0.5}, "(learning_rate of group 1: 0.001 there, 0.5 here)"),
        ({"constants": {"epsilon": 1e-3}}, "(constants of group 1 differs)"),
        ({"optimizer": "sgd"}, "optimizer of group 1: 'adam' there, 'sgd' here"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused_with_what_differs_alone(settings, words, tmp_path):
    path = tmp_path / "state.npz"
    resume(path, epochs=1)
    assert words in refusal(path, **settings)


def test_a_checkpoint_of_another_encoder_names_its_settings(tmp_path):
    path = tmp_path / "state.npz"
    resume(path, epochs=1)
    assert "x0 of the encoder: 'soft' there, 'zero' here" in refusal(path, new_encoder(x0="zero"))
    assert "encoder: 'lista' there, 'slstm' here" in refusal(path, SLSTM.from_problem(WORLD.problem, depth=2))


@pytest.mark.parametrize("name", ["encoder.filter", "kept.splitting", "group 1.mean.filter"])
def test_a_checkpoint_without_one_of_its_arrays_is_refused_with_the_name(name, tmp_path):
    path = tmp_path / "state.npz"
    resume(path, epochs=1)
    arrays, metadata = read_arrays(path), read_metadata(path)
    del arrays[name]
    write_arrays(path, arrays, metadata)
    assert name in refusal(path)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.99])
def test_a_torn_checkpoint_is_refused_by_name(share, tmp_path):
    path = tmp_path / "state.npz"
    resume(path, epochs=1)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refusal(path)
