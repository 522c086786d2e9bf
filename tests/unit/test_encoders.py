"""LISTA and LSALSA against the layers by the book, their gradients against slopes, their files against damage."""

import numpy as np
import pytest
from worlds import (
    central_differences,
    ista_iterates,
    kink_distance,
    lista_outputs,
    loss_of,
    lsalsa_outputs,
    make_world,
    relative_error,
    salsa_iterates,
    soft,
)

from lsalsa import LISTA, LSALSA, load_encoder, solve
from lsalsa.arrays import set_threads, threads
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError, StorageError
from lsalsa.storage import read_metadata, write_arrays

DEPTH = 4
every_number_of_dictionaries = pytest.mark.parametrize("n_blocks", [1, 2, 3])


class Lista:
    """LISTA in one of its three starts, with the reference that belongs to it."""

    def __init__(self, x0):
        self.x0 = x0

    def build(self, world, depth=DEPTH):
        return LISTA.from_problem(world.problem, depth=depth, x0=self.x0)

    def reference(self, signals, arrays, depth=DEPTH):
        return lista_outputs(signals, arrays, depth, self.x0)


class Lsalsa:
    """LSALSA with one of its two read-outs, with the reference that belongs to it."""

    def __init__(self, mu, read_out):
        self.mu, self.read_out = mu, read_out

    def build(self, world, depth=DEPTH):
        return LSALSA.from_problem(world.problem, depth=depth, mu=self.mu, read_out=self.read_out)

    def reference(self, signals, arrays, depth=DEPTH):
        return lsalsa_outputs(signals, arrays, self.mu, depth, self.read_out)


KINDS = {
    "lista soft": Lista("soft"),
    "lista filter": Lista("filter"),
    "lista zero": Lista("zero"),
    "lsalsa softx": Lsalsa(1.0, "softx"),
    "lsalsa u": Lsalsa(1.0, "u"),
    "lsalsa softx large mu": Lsalsa(10.0, "softx"),
    "lsalsa u small mu": Lsalsa(0.3, "u"),
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def perturb(encoder, seed=1, size=0.05):
    """Move all parameters off their start; the splitting is no longer symmetric."""
    generator = np.random.default_rng(seed)
    for array in encoder.arrays.values():
        change = generator.uniform(-1, 1, array.shape) * size
        array *= 1 + change if array.ndim == 1 else 1
        array += change * (array.ndim == 2)
    return encoder


def away_from_kinks(kind, encoder, world, margin=1e-3):
    """Signals for which no threshold argument is so near a kink that a difference would step over it."""
    distance = kind.reference(world.signals, encoder.arrays)[1]
    signals = world.signals[distance > margin]
    assert len(signals) >= 5
    return signals


def targets_for(world, n_samples, seed=2):
    generator = np.random.default_rng(seed)
    targets = generator.standard_normal((n_samples, world.dictionary.shape[1]))
    return targets * (generator.random(targets.shape) < 0.4)


# what an untrained encoder computes


@every_number_of_dictionaries
@pytest.mark.parametrize("depth", [1, 2, 5])
@pytest.mark.parametrize("mu", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("read_out", ["softx", "u"])
def test_untrained_lsalsa_is_truncated_salsa(n_blocks, depth, mu, read_out):
    world = make_world(n_blocks)
    encoder = LSALSA.from_problem(world.problem, depth=depth, mu=mu, read_out=read_out)
    codes = encoder.encode(world.signals)
    np.testing.assert_allclose(codes, salsa_iterates(world, depth, mu, read_out)[-1], atol=1e-11)
    solved = solve(world.problem, world.signals, "salsa", depth, mu=mu, read_out=read_out).codes
    np.testing.assert_allclose(codes, solved, atol=1e-13)


@every_number_of_dictionaries
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_untrained_lista_is_ista_one_step_further(n_blocks, depth):
    world = make_world(n_blocks)
    codes = LISTA.from_problem(world.problem, depth=depth).encode(world.signals)
    np.testing.assert_allclose(codes, ista_iterates(world, depth + 1)[-1], atol=1e-12)


def test_untrained_lista_from_zero_is_ista_itself():
    world = make_world(2)
    codes = LISTA.from_problem(world.problem, depth=5, x0="zero").encode(world.signals)
    np.testing.assert_allclose(codes, ista_iterates(world, 5)[-1], atol=1e-12)


@every_number_of_dictionaries
def test_encoders_start_from_the_matrices_of_the_paper(n_blocks):
    world = make_world(n_blocks)
    A, L = world.dictionary, world.lipschitz
    identity = np.eye(A.shape[1])
    lista = LISTA.from_problem(world.problem, depth=2).arrays
    np.testing.assert_allclose(lista["filter"], A / L, atol=1e-14)
    np.testing.assert_allclose(lista["splitting"], identity - A.T @ A / L, atol=1e-14)
    np.testing.assert_allclose(lista["thresholds"], world.penalty_of_atom / L, atol=1e-14)
    lsalsa = LSALSA.from_problem(world.problem, depth=2, mu=3.0).arrays
    np.testing.assert_allclose(lsalsa["filter"], A, atol=1e-14)
    np.testing.assert_allclose(lsalsa["splitting"], np.linalg.inv(3 * identity + A.T @ A), atol=1e-12)
    np.testing.assert_allclose(lsalsa["thresholds"], world.penalty_of_atom / 3, atol=1e-14)


def test_start_matrices_in_single_precision_are_computed_in_double_and_rounded_once():
    """More atoms than features and a small mu: an inverse taken in single precision would lose four digits."""
    world = make_world(2, n_features=6, dtype=np.float32)
    A, L = world.dictionary.astype(float), world.lipschitz
    identity = np.eye(A.shape[1])
    lsalsa = LSALSA.from_problem(world.problem, depth=1, mu=0.001).arrays["splitting"]
    lista = LISTA.from_problem(world.problem, depth=1).arrays["splitting"]
    assert relative_error(lsalsa.astype(float), np.linalg.inv(0.001 * identity + A.T @ A)) < 1e-7
    assert relative_error(lista.astype(float), identity - A.T @ A / L) < 1e-7


# forward and backward


@every_kind
@pytest.mark.parametrize("n_blocks", [1, 2])
def test_codes_are_those_of_the_layers_by_the_book(kind, n_blocks):
    world = make_world(n_blocks)
    encoder = perturb(kind.build(world))
    expected, _ = kind.reference(world.signals, encoder.arrays)
    np.testing.assert_allclose(encoder.encode(world.signals), expected, atol=1e-12)


@every_kind
@pytest.mark.parametrize("n_blocks", [1, 2])
def test_the_loss_is_half_the_squared_distance_averaged_over_samples(kind, n_blocks):
    world = make_world(n_blocks)
    encoder = perturb(kind.build(world))
    targets = targets_for(world, len(world.signals))
    loss, _ = encoder.loss_and_gradient(world.signals, targets)
    expected, _ = kind.reference(world.signals, encoder.arrays)
    assert isinstance(loss, float)
    assert loss == pytest.approx(loss_of(expected, targets), rel=1e-12)


@every_kind
@pytest.mark.parametrize("n_blocks", [1, 2])
@pytest.mark.parametrize("name", ["filter", "splitting", "thresholds"])
def test_gradients_are_the_slopes_of_the_loss(kind, n_blocks, name):
    """The slope is taken of a forward pass by the book, not of the library's."""
    world = make_world(n_blocks, n_features=6, n_atoms=6, n_samples=16)
    encoder = perturb(kind.build(world))
    arrays = {key: array.copy() for key, array in encoder.arrays.items()}
    assert np.linalg.norm(arrays["splitting"] - arrays["splitting"].T) > 0.01
    signals = away_from_kinks(kind, encoder, world)
    targets = targets_for(world, len(signals))

    def loss(value):
        return loss_of(kind.reference(signals, {**arrays, name: value})[0], targets)

    slopes = central_differences(loss, arrays[name])
    _, gradient = encoder.loss_and_gradient(signals, targets)
    assert set(gradient) == {"filter", "splitting", "thresholds"}
    assert gradient[name].shape == arrays[name].shape
    assert np.linalg.norm(slopes) > 1e-3
    assert relative_error(gradient[name], slopes) < 1e-6


@every_kind
def test_gradients_of_the_start_values_are_slopes_as_well(kind):
    world = make_world(2, n_features=6, n_atoms=6, n_samples=16)
    encoder = kind.build(world, depth=2)
    arrays = {key: array.copy() for key, array in encoder.arrays.items()}
    distance = kind.reference(world.signals, arrays, depth=2)[1]
    signals = world.signals[distance > 1e-3]
    targets = targets_for(world, len(signals))
    _, gradient = encoder.loss_and_gradient(signals, targets)
    for name in arrays:

        def loss(value, name=name):
            return loss_of(kind.reference(signals, {**arrays, name: value}, depth=2)[0], targets)

        assert relative_error(gradient[name], central_differences(loss, arrays[name])) < 1e-6


def test_the_distance_to_a_kink_is_measured():
    """The guard of the gradient tests must see a kink when there is one."""
    theta = np.array([[0.5], [1.0]])
    z = np.array([[0.5, 3.0], [0.0, -1.25]])
    assert kink_distance([z], theta) == pytest.approx([0.0, 0.25])
    assert np.array_equal(soft(z, theta), [[0, 2.5], [0, -0.25]])


@every_kind
def test_targets_that_are_the_output_have_no_loss_and_no_gradient(kind):
    world = make_world(2)
    encoder = perturb(kind.build(world))
    loss, gradient = encoder.loss_and_gradient(world.signals, encoder.encode(world.signals))
    assert loss == pytest.approx(0, abs=1e-25)
    assert all(np.abs(array).max() < 1e-12 for array in gradient.values())


@every_kind
def test_gradients_do_not_depend_on_tiles_threads_or_order_beyond_rounding(kind):
    """More samples than one tile holds, so that sums over tiles are taken."""
    world = make_world(2, n_samples=1300)
    encoder = perturb(kind.build(world))
    targets = targets_for(world, 1300)
    order = np.random.default_rng(4).permutation(1300)
    before = threads()
    try:
        set_threads(1)
        loss, gradient = encoder.loss_and_gradient(world.signals, targets)
        shuffled_loss, shuffled = encoder.loss_and_gradient(world.signals[order], targets[order])
        gradient = {name: array.copy() for name, array in gradient.items()}
        set_threads(2)
        threaded_loss, threaded = encoder.loss_and_gradient(world.signals, targets)
    finally:
        set_threads(before)
    parts = [
        encoder.copy().loss_and_gradient(world.signals[rows], targets[rows])
        for rows in (slice(0, 650), slice(650, 1300))
    ]
    assert threaded_loss == loss
    assert shuffled_loss == pytest.approx(loss, rel=1e-12)
    assert np.mean([part[0] for part in parts]) == pytest.approx(loss, rel=1e-12)
    for name, array in gradient.items():
        assert threaded[name].tobytes() == array.tobytes()
        np.testing.assert_allclose(shuffled[name], array, atol=1e-11)
        np.testing.assert_allclose((parts[0][1][name] + parts[1][1][name]) / 2, array, atol=1e-11)


@every_kind
def test_single_precision_stays_single_and_near_double(kind):
    world = make_world(2, dtype=np.float32)
    encoder = kind.build(world)
    targets = targets_for(world, len(world.signals)).astype(np.float32)
    assert all(array.dtype == np.float32 for array in encoder.arrays.values())
    codes = encoder.encode(world.signals)
    assert codes.dtype == np.float32
    double = {name: array.astype(float) for name, array in encoder.arrays.items()}
    np.testing.assert_allclose(codes, kind.reference(world.signals.astype(float), double)[0], atol=2e-5)
    _, gradient = encoder.loss_and_gradient(world.signals, targets)
    assert all(array.dtype == np.float32 for array in gradient.values())


@every_kind
def test_inputs_and_parameters_are_left_as_they_were(kind):
    world = make_world(2)
    encoder = perturb(kind.build(world))
    targets = targets_for(world, len(world.signals))
    kept = {name: array.copy() for name, array in encoder.arrays.items()}
    signals, kept_targets = world.signals.copy(), targets.copy()
    encoder.encode(signals)
    encoder.loss_and_gradient(signals, targets)
    assert np.array_equal(signals, world.signals)
    assert np.array_equal(targets, kept_targets)
    assert all(np.array_equal(encoder.arrays[name], array) for name, array in kept.items())


@every_kind
def test_codes_handed_out_are_not_overwritten_by_the_next_call(kind):
    world = make_world(2)
    encoder = kind.build(world)
    first = encoder.encode(world.signals)
    kept = first.copy()
    encoder.encode(world.signals[::-1] * 2)
    encoder.loss_and_gradient(world.signals, targets_for(world, len(world.signals)))
    assert np.array_equal(first, kept)


@every_kind
def test_a_copy_learns_alone(kind):
    encoder = kind.build(make_world(2))
    twin = encoder.copy()
    twin.arrays["splitting"] += 1
    assert not np.array_equal(twin.arrays["splitting"], encoder.arrays["splitting"])
    assert (twin.depth, twin.settings) == (encoder.depth, encoder.settings)
    assert tuple(encoder.learned) == ("filter", "splitting")


def test_building_an_encoder_leaves_the_problem_as_it_was():
    world = make_world(2)
    problem = world.problem
    for encoder in (LISTA.from_problem(problem, depth=2), LSALSA.from_problem(problem, depth=2)):
        for array in encoder.arrays.values():
            array += 1
    assert np.array_equal(problem.dictionary, world.dictionary)
    assert np.array_equal(problem.penalty_of_atom, world.penalty_of_atom)
    np.testing.assert_allclose(problem.gram, world.dictionary.T @ world.dictionary, atol=1e-14)


# files


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_encoder_comes_back_from_its_file_to_the_bit(kind, dtype, tmp_path):
    world = make_world(2, dtype=dtype)
    encoder = perturb(kind.build(world))
    encoder.save(tmp_path / "encoder.npz")
    again = load_encoder(tmp_path / "encoder.npz")
    assert type(again) is type(encoder)
    assert (again.depth, again.settings) == (encoder.depth, encoder.settings)
    assert set(again.arrays) == set(encoder.arrays)
    for name, array in encoder.arrays.items():
        assert again.arrays[name].dtype == dtype
        assert again.arrays[name].tobytes() == array.tobytes()
    assert again.encode(world.signals).tobytes() == encoder.encode(world.signals).tobytes()


def test_the_same_encoder_is_the_same_file(tmp_path):
    for name in ("first.npz", "second.npz"):
        KINDS["lsalsa u"].build(make_world(2)).save(tmp_path / name)
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.npz", "second.npz"]


def refusal_of(path):
    with pytest.raises(LsalsaError) as raised:
        load_encoder(path)
    message = str(raised.value)
    assert path.name in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_refused_by_name(tmp_path, share):
    path = tmp_path / "cut.npz"
    KINDS["lista soft"].build(make_world(1)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refusal_of(path)


def test_a_file_of_another_program_is_refused_by_name(tmp_path):
    path = tmp_path / "foreign.npz"
    np.savez(path, filter=np.zeros((3, 3)))
    refusal_of(path)
    path = tmp_path / "notes.npz"
    path.write_text("not an archive")
    refusal_of(path)


def test_a_file_of_ours_that_holds_no_encoder_is_refused_with_what_was_expected(tmp_path):
    path = tmp_path / "problem.npz"
    write_arrays(path, make_world(1).problem.to_arrays())
    assert "encoder" in refusal_of(path)


def test_an_encoder_of_a_kind_that_does_not_exist_is_refused_with_both_kinds(tmp_path):
    from lsalsa.storage import read_arrays, read_metadata

    path = tmp_path / "encoder.npz"
    KINDS["lista soft"].build(make_world(1)).save(path)
    arrays, metadata = read_arrays(path), read_metadata(path)
    renamed = {key: "listo" if value == "lista" else value for key, value in metadata.items()}
    assert renamed != metadata
    write_arrays(path, arrays, renamed)
    message = refusal_of(path)
    assert "listo" in message
    assert "lista" in message


def test_an_encoder_without_one_of_its_arrays_is_refused_with_the_name(tmp_path):
    from lsalsa.storage import read_arrays, read_metadata

    path = tmp_path / "encoder.npz"
    KINDS["lista soft"].build(make_world(1)).save(path)
    arrays, metadata = read_arrays(path), read_metadata(path)
    write_arrays(path, {name: array for name, array in arrays.items() if name != "splitting"}, metadata)
    assert "splitting" in refusal_of(path)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(StorageError, match=r"missing\.npz"):
        load_encoder(tmp_path / "missing.npz")


# refusals

LSALSA_PROBLEM = make_world(2)


@pytest.mark.parametrize("encoder", [LISTA, LSALSA])
@pytest.mark.parametrize("depth", [0, -1, 1.5, "3"])
def test_a_depth_below_one_or_not_whole_is_refused_by_value(encoder, depth):
    with pytest.raises(LsalsaError, match="depth") as raised:
        encoder.from_problem(LSALSA_PROBLEM.problem, depth=depth)
    assert str(depth) in str(raised.value)


@pytest.mark.parametrize(
    ("encoder", "settings", "words"),
    [
        (LISTA, {"x0": "hard"}, ("x0", "hard", "soft")),
        (LSALSA, {"read_out": "sofx"}, ("read_out", "sofx", "softx")),
        (LSALSA, {"mu": 0.0}, ("mu", "0.0")),
        (LSALSA, {"mu": -2.0}, ("mu", "-2.0")),
        (LSALSA, {"mu": np.nan}, ("mu", "nan")),
        (LISTA, {"mu": 1.0}, ("mu", "x0")),
        (LSALSA, {"readout": "u"}, ("readout", "read_out")),
    ],
)
def test_an_impossible_setting_is_refused_with_the_words_that_help(encoder, settings, words):
    with pytest.raises(LsalsaError) as raised:
        encoder.from_problem(LSALSA_PROBLEM.problem, depth=2, **settings)
    message = str(raised.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


@every_kind
def test_arrays_that_do_not_fit_are_refused_by_name(kind):
    world = make_world(2)
    encoder = kind.build(world)
    targets = targets_for(world, len(world.signals))
    with pytest.raises(ShapeError, match="signals"):
        encoder.encode(world.signals[:, :3])
    with pytest.raises(ShapeError, match="signals"):
        encoder.encode(world.signals[0])
    with pytest.raises(ShapeError, match="targets"):
        encoder.loss_and_gradient(world.signals, targets[:, :3])
    with pytest.raises(ShapeError, match="targets"):
        encoder.loss_and_gradient(world.signals, targets[:3])


@every_kind
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_signals_that_are_not_finite_are_refused_before_encoding(kind, bad):
    world = make_world(1)
    signals = world.signals.copy()
    signals[1, 1] = bad
    with pytest.raises(DataError, match="signals"):
        kind.build(world).encode(signals)


@every_kind
def test_a_loss_over_no_samples_is_refused(kind):
    world = make_world(2)
    with pytest.raises(LsalsaError, match="(?i)sample|signals"):
        kind.build(world).loss_and_gradient(world.signals[:0], targets_for(world, 0))


def test_an_unknown_encoder_is_refused_with_the_nearest_known_one():
    from lsalsa.encoders import encoder_class

    with pytest.raises(LsalsaError, match="lsalso") as raised:
        encoder_class("lsalso")
    assert "did you mean lsalsa" in str(raised.value)


@pytest.mark.parametrize("metadata", [{"settings": {"depth": 9}}, {"settings": "run 7"}, {"encoder": "best of three"}])
def test_metadata_of_the_caller_do_not_replace_those_of_the_encoder(tmp_path, metadata):
    encoder = LISTA.from_problem(make_world(1).problem, depth=2)
    with pytest.raises(ConfigError, match="metadata must not be called"):
        encoder.save(tmp_path / "e.npz", metadata)
    assert not list(tmp_path.iterdir())
    encoder.save(tmp_path / "e.npz", {"note": 1})
    assert load_encoder(tmp_path / "e.npz").settings == encoder.settings
    assert read_metadata(tmp_path / "e.npz")["note"] == 1


@pytest.mark.parametrize("settings", [None, "run 7", 3])
def test_a_file_without_settings_is_no_encoder(tmp_path, settings):
    encoder = LISTA.from_problem(make_world(1).problem, depth=2)
    write_arrays(tmp_path / "e.npz", encoder.arrays, {"encoder": "lista", "settings": settings})
    with pytest.raises(StorageError, match="is not a whole encoder: its settings are"):
        load_encoder(tmp_path / "e.npz")
