"""What every encoder promises; a new one is tested by lying in the folder."""

import inspect
import re
import warnings

import numpy as np
import pytest
from worlds import make_world, relative_error

from lsalsa import load_encoder, train
from lsalsa.arrays import set_threads, threads
from lsalsa.encoders import available, encoder_class
from lsalsa.errors import LsalsaError
from lsalsa.losses import available as losses
from lsalsa.losses import loss_for
from lsalsa.study.config.kinds import n_parameters

every_encoder = pytest.mark.parametrize("name", available())
every_number_of_dictionaries = pytest.mark.parametrize("n_blocks", [1, 2, 3])


def build(name, world, depth=3):
    return encoder_class(name).from_problem(world.problem, depth=depth)


def targets_for(world, n_samples):
    generator = np.random.default_rng(8)
    targets = generator.standard_normal((n_samples, world.dictionary.shape[1]))
    return (targets * (generator.random(targets.shape) < 0.4)).astype(world.signals.dtype)


def test_the_encoders_of_the_papers_are_there():
    assert {"lista", "lsalsa", "lfista", "adaptive_ista", "slstm"} <= set(available())


@every_encoder
def test_its_size_is_known_before_it_is_built(name):
    encoder = build(name, make_world(2))
    sizes = n_parameters(name, 3, encoder.n_features, encoder.n_atoms)
    assert sizes == sum(array.size for array in encoder.arrays.values())


@every_encoder
def test_the_docstring_names_a_source_and_every_setting(name):
    kind = encoder_class(name)
    assert re.search(r"\b(19|20)\d\d\b", kind.__doc__)
    assert "depth" in kind.defaults
    assert all(re.search(rf"\b{setting} :", kind.__doc__) for setting in kind.defaults)


@every_encoder
def test_an_encoder_is_one_small_file_of_its_own_name(name):
    source = inspect.getsourcefile(encoder_class(name))
    assert source.endswith(f"encoders/{name}.py")
    with open(source, encoding="utf-8") as file:
        assert len(file.readlines()) <= 120


@every_encoder
def test_settings_are_those_declared_and_nothing_else(name):
    world = make_world(1)
    encoder = build(name, world, depth=2)
    assert encoder.settings == {**encoder.defaults, "depth": 2}
    assert encoder.depth == 2
    assert encoder.name == name
    with pytest.raises(LsalsaError, match="no_such_setting"):
        encoder_class(name).from_problem(world.problem, depth=2, no_such_setting=1)
    with pytest.raises(LsalsaError, match="depth"):
        build(name, world, depth=0)


@every_encoder
@every_number_of_dictionaries
@pytest.mark.parametrize("loss", losses())
def test_gradients_are_the_slope_of_the_loss(name, n_blocks, loss):
    """Along random directions, every parameter at once and each alone, away from the start values."""
    world = make_world(n_blocks, n_samples=9)
    encoder = build(name, world)
    generator = np.random.default_rng(6)
    given = {"targets": targets_for(world, 9), "loss": loss_for(loss, world.problem, encoder)}
    for array in encoder.arrays.values():
        array *= 1 + 0.1 * generator.uniform(-1, 1, array.shape)
    _, gradient = encoder.loss_and_gradient(world.signals, **given)
    gradient = {key: value.copy() for key, value in gradient.items()}
    for moved in (tuple(encoder.arrays), *((key,) for key in encoder.arrays)):
        direction = {key: generator.standard_normal(encoder.arrays[key].shape) for key in moved}
        losses = []
        for sign in (1, -1):
            twin = encoder.copy()
            for key in moved:
                twin.arrays[key] += sign * 1e-6 * direction[key]
            losses.append(twin.loss_and_gradient(world.signals, **given)[0])
        slope = (losses[0] - losses[1]) / 2e-6
        expected = sum(np.sum(gradient[key] * direction[key]) for key in moved)
        assert relative_error(slope, expected) < 1e-6


@every_encoder
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tiles_order_and_number_of_samples_change_rounding_only(name, dtype):
    """The sizes fall, so that whatever an earlier call left behind would show."""
    world = make_world(2, n_samples=60, dtype=dtype)
    encoder, signals = build(name, world), world.signals
    close = {"atol": 5e-6 if dtype == np.float32 else 1e-12}
    order = np.random.default_rng(3).permutation(60)
    whole = encoder.encode(signals)
    assert whole.dtype == dtype
    for tile_rows in (1, 7, None):
        tiled = encoder.encode(signals[order], tile_rows=tile_rows)
        np.testing.assert_allclose(tiled, whole[order], **close)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n_samples in (33, 8, 1, 0):
            codes = encoder.encode(signals[:n_samples])
            assert codes.shape == (n_samples, world.dictionary.shape[1])
            np.testing.assert_allclose(codes, whole[:n_samples], **close)


@every_encoder
def test_threads_change_no_byte(name):
    world = make_world(2, n_samples=600)
    encoder, targets = build(name, world), targets_for(world, 600)
    before, found = threads(), set()
    try:
        for count in (1, 2):
            set_threads(count)
            loss, gradient = encoder.loss_and_gradient(world.signals, targets)
            content = [encoder.encode(world.signals, tile_rows=7), *(gradient[key] for key in sorted(gradient))]
            found.add((loss, *(array.tobytes() for array in content)))
    finally:
        set_threads(before)
    assert len(found) == 1


@every_encoder
@pytest.mark.parametrize("tile_rows", [0, -7, 2.5])
def test_a_tile_of_no_rows_is_refused(name, tile_rows):
    world = make_world(1)
    with pytest.raises(LsalsaError, match="tile_rows"):
        build(name, world).encode(world.signals, tile_rows=tile_rows)


@every_encoder
def test_read_only_inputs_are_enough(name):
    world = make_world(2)
    targets = targets_for(world, len(world.signals))
    for array in (*world.dictionaries, world.signals, targets):
        array.flags.writeable = False
    encoder = build(name, world)
    encoder.encode(world.signals)
    encoder.loss_and_gradient(world.signals, targets)
    train(encoder, world.signals, targets, learning_rate=1e-4, epochs=1)


@every_encoder
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_files_bring_an_encoder_back_to_the_bit(name, dtype, tmp_path):
    world = make_world(2, dtype=dtype)
    encoder = build(name, world)
    train(encoder, world.signals, targets_for(world, len(world.signals)), learning_rate=1e-3, epochs=2)
    encoder.save(tmp_path / "encoder.npz")
    again = load_encoder(tmp_path / "encoder.npz")
    assert again.settings == encoder.settings
    assert again.encode(world.signals).tobytes() == encoder.encode(world.signals).tobytes()


@every_encoder
@pytest.mark.parametrize("loss", losses())
@pytest.mark.parametrize(("optimizer", "learning_rate"), [("sgd", 1e-3), ("adam", 1e-3), ("adadelta", 1.0)])
def test_training_lowers_the_loss(name, loss, optimizer, learning_rate):
    world = make_world(2, n_samples=50)
    encoder = build(name, world)
    given = {"targets": targets_for(world, 50), "loss": loss_for(loss, world.problem, encoder)}
    before, _ = encoder.loss_and_gradient(world.signals, **given)
    train(encoder, world.signals, **given, optimizer=optimizer, learning_rate=learning_rate, batch_size=10, epochs=3)
    after, _ = encoder.loss_and_gradient(world.signals, **given)
    assert after < before
