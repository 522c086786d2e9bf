"""What every encoder promises; a new one is tested by lying in the folder, or in `tests/contract/encoders`."""

import inspect
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import strict_cupy
from device_runs import SETTINGS, assert_alike, encoder_runs, host_and_device, loss_runs, training_runs
from encoder_worlds import has_classifier, has_filters, has_penalties, world_for
from plugged import plugged_in
from worlds import relative_error

from lsalsa import load_encoder, train
from lsalsa.arrays import Device, Space, set_threads, threads
from lsalsa.encoders import available, encoder_class
from lsalsa.encoders._ensemble import Ensemble
from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.losses import available as losses
from lsalsa.losses import loss_for
from lsalsa.losses.codes import CODES, CodesLoss
from lsalsa.study.config.plugins import n_parameters
from lsalsa.training.optimizers import OPTIMIZERS

with plugged_in(Path(__file__).parent / "encoders"):
    NAMES = available()
    FITS = {
        "gamma_prior": has_penalties,
        "sources": lambda name: not has_filters(name),
        "labelled": has_classifier,
    }
    PAIRS = [(name, loss) for name in NAMES for loss in losses() if loss not in FITS or FITS[loss](name)]
    STACKABLE = [name for name in NAMES if encoder_class(name).stackable]
SIDE_BY_SIDE = [(name, settings) for name in STACKABLE for settings in SETTINGS.get(name, [{}])]
OPTIONS = {"gamma_prior": {"noise": 0.2}}
every_encoder = pytest.mark.parametrize("name", NAMES)
every_pair = pytest.mark.parametrize(("name", "loss"), PAIRS)
every_world = pytest.mark.parametrize("number", [1, 2, 3])


def build(name, world, depth=3, loss=None):
    classes = {"classes": 3} if loss == "labelled" else {}
    return encoder_class(name).from_problem(world.problem, depth=depth, **classes)


def make_loss(loss, world, encoder):
    return loss_for(loss, world.problem, encoder, **OPTIONS.get(loss, {}))


def settings_of(world):
    """What the problem decides."""
    return getattr(world, "settings", {})


def targets_for(world, n_samples, loss=None):
    generator = np.random.default_rng(8)
    if loss == "labelled":
        return np.eye(3, dtype=world.signals.dtype)[generator.integers(3, size=n_samples)]
    targets = generator.standard_normal((n_samples, world.dictionary.shape[1]))
    return (targets * (generator.random(targets.shape) < 0.4)).astype(world.signals.dtype)


def test_the_encoders_of_the_papers_and_of_the_tests_are_there():
    assert {"lista", "lsalsa", "lfista", "adaptive_ista", "slstm", "crsae", "lcsc", "gained_filter"} <= set(available())


@every_encoder
def test_its_size_is_known_before_it_is_built(name):
    world = world_for(name, 2)
    encoder = build(name, world)
    sizes = n_parameters(name, 3, encoder.n_features, encoder.n_atoms, **settings_of(world))
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
    world = world_for(name, 1)
    encoder = build(name, world, depth=2)
    assert encoder.settings == {**encoder.defaults, **settings_of(world), "depth": 2}
    assert encoder.depth == 2
    assert encoder.name == name
    with pytest.raises(LsalsaError, match="no_such_setting"):
        encoder_class(name).from_problem(world.problem, depth=2, no_such_setting=1)
    with pytest.raises(LsalsaError, match="depth"):
        build(name, world, depth=0)


@every_encoder
def test_a_problem_of_another_kind_is_refused_by_name(name):
    other = world_for("lista" if has_filters(name) else "crsae").problem
    cls = encoder_class(name)
    with pytest.raises(
        ConfigError, match=f"{cls.__name__} needs a {cls.solves.__name__}, found {type(other).__name__}"
    ):
        cls.from_problem(other)


@every_pair
def test_a_gradient_has_the_shapes_and_the_dtype_of_the_parameters_and_memory_of_its_own(name, loss):
    world = world_for(name, 2, dtype=np.float32)
    encoder = build(name, world, loss=loss)
    given = {"targets": targets_for(world, len(world.signals), loss), "loss": make_loss(loss, world, encoder)}
    tiles = encoder.gradient_tiles()
    first, again = (encoder.loss_and_gradient(world.signals, **given, tiles=tiles)[1] for _ in range(2))
    for key, array in encoder.arrays.items():
        assert (first[key].shape, first[key].dtype) == (array.shape, np.float32)
        assert not np.shares_memory(first[key], again[key])
        assert not np.shares_memory(first[key], array)


@every_encoder
def test_a_copy_and_an_encoder_put_on_its_own_device_compute_the_same(name):
    world = world_for(name, 2)
    encoder = build(name, world)
    for twin in (encoder.copy(), encoder.to(Device("cpu"))):
        assert type(twin) is type(encoder)
        assert twin.settings == encoder.settings
        assert twin.encode(world.signals).tobytes() == encoder.encode(world.signals).tobytes()


@every_encoder
def test_every_parameter_counts_and_no_array_lies_beside_them(name):
    """In the codes, or in what is rebuilt from them; so what a file holds is all that an encoder knows."""
    world = world_for(name, 2)
    encoder = build(name, world)

    def output(one):
        return one.encode(world.signals).tobytes(), one.decoder(world.problem).matrix(one.arrays).tobytes()

    before = output(encoder)
    assert [key for key, value in vars(encoder).items() if isinstance(value, np.ndarray)] == []
    for key in encoder.arrays:
        twin = encoder.copy()
        twin.arrays[key] += 0.05
        assert output(twin) != before, key


@every_encoder
def test_sizes_are_those_of_the_problem_and_arrays_that_do_not_fit_are_refused_by_name(name):
    world = world_for(name, 2)
    encoder = build(name, world)
    assert (encoder.n_features, encoder.n_atoms) == world.dictionary.shape
    for key, array in encoder.arrays.items():
        for wrong in (np.zeros((*array.shape, 2)), array.astype(np.float32), array.astype(int)):
            with pytest.raises(LsalsaError):
                type(encoder)({**encoder.arrays, key: wrong}, **encoder.settings)
        with pytest.raises(LsalsaError, match=key):
            type(encoder)({k: v for k, v in encoder.arrays.items() if k != key}, **encoder.settings)
        with pytest.raises(LsalsaError, match=f"{key} holds NaN"):
            type(encoder)({**encoder.arrays, key: array * np.nan}, **encoder.settings)


@every_pair
@every_world
def test_gradients_are_the_slope_of_the_loss(name, number, loss):
    """Along random directions, every parameter at once and each alone, away from the start values."""
    world = world_for(name, number, n_samples=9)
    encoder = build(name, world, loss=loss)
    generator = np.random.default_rng(6)
    given = {"targets": targets_for(world, 9, loss), "loss": make_loss(loss, world, encoder)}
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
        rounding = 8 * np.finfo(float).eps * max(map(abs, losses)) / 2e-6  # of the difference of two losses
        assert abs(slope - expected) <= 1e-6 * abs(expected) + rounding  # both are 0 for a decoder that a loss ignores


@every_encoder
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tiles_order_and_number_of_samples_change_rounding_only(name, dtype):
    """The sizes fall, so that whatever an earlier call left behind would show."""
    world = world_for(name, 2, n_samples=60, dtype=dtype)
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
    world = world_for(name, 2, n_samples=600)
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
    world = world_for(name, 1)
    with pytest.raises(LsalsaError, match="tile_rows"):
        build(name, world).encode(world.signals, tile_rows=tile_rows)


@every_encoder
def test_read_only_inputs_are_enough(name):
    world = world_for(name, 2)
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
    world = world_for(name, 2, dtype=dtype)
    encoder = build(name, world)
    train(encoder, world.signals, targets_for(world, len(world.signals)), learning_rate=1e-3, epochs=2)
    encoder.save(tmp_path / "encoder.npz")
    again = load_encoder(tmp_path / "encoder.npz")
    assert again.settings == encoder.settings
    assert again.encode(world.signals).tobytes() == encoder.encode(world.signals).tobytes()


@every_pair
@pytest.mark.parametrize(("optimizer", "learning_rate"), [("sgd", 1e-3), ("adam", 1e-3), ("adadelta", 1.0)])
def test_training_lowers_the_loss(name, loss, optimizer, learning_rate):
    world = world_for(name, 2, n_samples=50)
    encoder = build(name, world, loss=loss)
    given = {"targets": targets_for(world, 50, loss), "loss": make_loss(loss, world, encoder)}
    before, _ = encoder.loss_and_gradient(world.signals, **given)
    train(encoder, world.signals, **given, optimizer=optimizer, learning_rate=learning_rate, batch_size=10, epochs=3)
    after, _ = encoder.loss_and_gradient(world.signals, **given)
    assert after < before


@every_encoder
def test_the_decoder_is_a_linear_map_with_its_adjoint_and_its_gradient(name):
    """Entry by entry against its matrix; the gradient of <r, B x> along a random direction by differences."""
    world, rng = world_for(name, 2), np.random.default_rng(1)
    encoder = build(name, world)
    decoder, arrays = encoder.decoder(world.problem), encoder.arrays
    matrix = decoder.matrix(arrays)
    codes, residual = rng.standard_normal((5, encoder.n_atoms)), rng.standard_normal((5, encoder.n_features))
    expected = np.einsum("fa,na->nf", matrix, codes)
    np.testing.assert_allclose(decoder.apply(arrays, codes), expected, atol=1e-12)
    out = np.empty_like(codes)
    gradient = decoder.backward(arrays, codes, residual.copy(), 3, out)
    np.testing.assert_allclose(out, np.einsum("fa,nf->na", matrix, residual) / 3, atol=1e-12)
    np.testing.assert_allclose(decoder.atom_norms(arrays), np.sqrt((matrix**2).sum(axis=0)), rtol=1e-12)
    assert gradient
    for key, found in gradient.items():
        direction = rng.standard_normal(arrays[key].shape)
        ahead, behind = ({**arrays, key: arrays[key] + sign * 1e-6 * direction} for sign in (1, -1))
        slope = np.sum(residual * (decoder.apply(ahead, codes) - decoder.apply(behind, codes))) / 2e-6 / 3
        assert relative_error(np.sum(found * direction), slope) < 1e-6


@every_encoder
def test_atoms_are_projected_to_norm_1_where_they_are_longer_and_only_there(name):
    world = world_for(name, 1)
    encoder = build(name, world)
    decoder = encoder.decoder(world.problem)
    codes, residual = np.ones((1, encoder.n_atoms)), np.ones((1, encoder.n_features))
    (key,) = decoder.backward(encoder.arrays, codes, residual, 1, np.empty_like(codes))
    columns = encoder.arrays[key].shape[-1]
    scales = np.linspace(0.5, 3, columns)
    encoder.arrays[key] *= scales / decoder.atom_norms(encoder.arrays)[:columns]
    before = decoder.matrix(encoder.arrays).copy()
    decoder.project(encoder.arrays)
    factors = np.tile(np.minimum(1, 1 / scales), encoder.n_atoms // columns)
    np.testing.assert_allclose(decoder.matrix(encoder.arrays), before * factors, atol=1e-12)


@every_encoder
def test_a_loss_has_buffers_of_its_own_whatever_their_names(name):
    """A loss that asks for buffers of every name that the encoder used, and spoils them, changes no gradient."""
    world = world_for(name, 2)
    encoder, targets = build(name, world), targets_for(world, len(world.signals))
    used = set()

    class Nosy(CodesLoss):
        def of_tile(self, arrays, codes, wanted, count, tape):
            for buffer, dtype in used:
                tape(buffer, dtype=dtype).fill(99)
                tape.layers(buffer, dtype=dtype).fill(99)
            return super().of_tile(arrays, codes, wanted, count, tape)

    expected = encoder.loss_and_gradient(world.signals, targets)
    lend = Space.__call__

    def watched(space, buffer, shape, dtype):
        used.add((buffer, dtype))
        return lend(space, buffer, shape, dtype)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Space, "__call__", watched)
        encoder.loss_and_gradient(world.signals, targets)
    found = encoder.loss_and_gradient(world.signals, targets, loss=Nosy())
    assert len(used) > 2
    assert found[0] == expected[0]
    assert all(np.array_equal(found[1][key], array) for key, array in expected[1].items())


@pytest.mark.parametrize(("name", "settings"), SIDE_BY_SIDE)
def test_encoders_side_by_side_compute_what_each_computes(name, settings):
    """Those that say they are `stackable`."""
    world, kind = world_for(name, 2, n_samples=10), encoder_class(name)
    encoders = []
    for number in range(3):
        own = {own: 1.0 + number for own in kind.own_numbers}
        encoders.append(kind.from_problem(world.problem, depth=3, **{**settings, **own}))
        for array in encoders[-1].arrays.values():
            array *= 1 + 0.1 * number
    pairs = [(world.signals[first:], targets_for(world, 10 - first)) for first in (0, 1, 2)]
    signals, targets = (np.stack([part[:8] for part in parts]) for parts in zip(*pairs, strict=True))
    ensemble = Ensemble(encoders)
    losses, gradient = ensemble.loss_and_gradient(signals, targets, CODES, encoders[0].parameters)
    for place, encoder in enumerate(encoders):
        loss, own_gradient = encoder.loss_and_gradient(signals[place], targets[place])
        assert losses[place] == pytest.approx(loss, rel=1e-10)
        for parameter, slope in own_gradient.items():
            np.testing.assert_allclose(gradient[parameter][place], slope, rtol=1e-8, atol=1e-10, err_msg=parameter)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in available()])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_encoder_of_the_tests_works_on_the_stand_in_for_a_gpu(name, dtype, monkeypatch):
    """Those of the library: `tests/unit/test_namespace_strict.py`."""
    runs = [encoder_runs(name), loss_runs(name), *(training_runs(name, rule) for rule in OPTIMIZERS)]
    with strict_cupy.installed(monkeypatch):
        for run in runs:
            expected, found = host_and_device(run, dtype)
            assert_alike(found, expected, {np.float32: 2e-5, np.float64: 1e-12}[dtype])
