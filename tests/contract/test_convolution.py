"""A problem without dictionaries, an encoder without a filter matrix and a second loss with an optimiser of its own:
that what CRsAE will need fits."""

import sys
from pathlib import Path

import numpy as np
import pytest
import strict_cupy
from plugged import plugged_in
from worlds import soft

from lsalsa import SparseCodingProblem, load_encoder, optimal_codes, solve, train
from lsalsa.arrays import Device, to_host
from lsalsa.encoders import encoder_class
from lsalsa.errors import ConfigError, StorageError
from lsalsa.losses import available, loss_for
from lsalsa.training import Group

HERE = Path(__file__).parent / "convolution"
sys.path.insert(0, str(HERE))
from convolutions import ConvolutionalProblem, toeplitz  # noqa: E402

N_POSITIONS, PENALTIES = 12, (0.05, 0.07)


@pytest.fixture(autouse=True)
def plug_ins_of_the_convolution():
    with plugged_in(HERE / "encoders"), plugged_in(HERE / "losses"):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.fixture
def problem(rng):
    filters = rng.standard_normal((5, 1, 2))
    return ConvolutionalProblem(filters / np.sqrt((filters**2).sum(axis=0)), PENALTIES, N_POSITIONS)


@pytest.fixture
def codes(rng):
    codes = rng.standard_normal((60, 2 * N_POSITIONS))
    return codes * (rng.random(codes.shape) < 0.06)


@pytest.fixture
def signals(problem, codes, rng):
    signals = codes @ toeplitz(problem.filters, N_POSITIONS).T
    return signals + 0.02 * rng.standard_normal(signals.shape)


def dense(problem):
    """The same problem with its atoms written out."""
    atoms = toeplitz(problem.filters, N_POSITIONS)
    return SparseCodingProblem([atoms[:, :N_POSITIONS], atoms[:, N_POSITIONS:]], PENALTIES)


def build(problem, **settings):
    return encoder_class("convolutional_ista").from_problem(problem, **settings)


# the problem


@pytest.mark.parametrize("method", ["ista", "fista"])
def test_a_solver_by_convolutions_gives_the_codes_of_the_same_atoms_written_out(method, problem, signals):
    found = solve(problem, signals, method, 40, record=(3,), history=True)
    expected = solve(dense(problem), signals, method, 40, record=(3,))
    np.testing.assert_allclose(found.codes, expected.codes, atol=1e-12)
    np.testing.assert_allclose(found.recorded[3], expected.recorded[3], atol=1e-12)


def test_codes_without_dictionaries_are_certified_and_those_of_another_method(problem, signals):
    found = optimal_codes(problem, signals, 1e-6)
    expected = optimal_codes(dense(problem), signals, 1e-10, method="active_set")
    assert found.relative_gap.max() <= 1e-6
    np.testing.assert_allclose(found.objective, expected.objective, rtol=2e-6)


def test_a_method_that_needs_dictionaries_says_so(problem, signals):
    with pytest.raises(ConfigError, match="active_set needs dictionaries or filters, found ConvolutionalProblem"):
        optimal_codes(problem, signals, method="active_set")


# the encoder


def test_untrained_it_is_ista_by_the_book(problem, signals):
    atoms, x = toeplitz(problem.filters, N_POSITIONS), np.zeros((2 * N_POSITIONS, len(signals)))
    step = 1 / np.linalg.norm(atoms, 2) ** 2
    for _ in range(4):
        x = soft(x + step * atoms.T @ (signals.T - atoms @ x), step * np.repeat(PENALTIES, N_POSITIONS)[:, None])
    np.testing.assert_allclose(build(problem, depth=4).encode(signals), x.T, atol=1e-12)


@pytest.mark.parametrize("loss", ["codes", "prior", "sc2net"])
def test_gradients_are_the_slope_of_every_loss(loss, problem, signals, codes, rng):
    """A filter bank with three axes, a threshold for each filter, and a step without axes."""
    assert set(available()) == {"codes", "prior", "sc2net"}
    encoder = build(problem)
    given = {"targets": codes, "loss": loss_for(loss, problem, encoder)}
    for array in encoder.arrays.values():
        array *= 1 + 0.1 * rng.uniform(-1, 1, array.shape)
    _, gradient = encoder.loss_and_gradient(signals, **given)
    for key, array in encoder.arrays.items():
        assert gradient[key].shape == array.shape
        direction, values = rng.standard_normal(array.shape), []
        for sign in (1, -1):
            twin = encoder.copy()
            twin.arrays[key] += sign * 1e-6 * direction
            values.append(twin.loss_and_gradient(signals, **given)[0])
        slope = (values[0] - values[1]) / 2e-6
        assert np.sum(gradient[key] * direction) == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_gradients_are_summed_over_tiles_whatever_the_shape(problem, signals, codes):
    encoder = build(problem)
    many = [np.tile(array, (30, 1)) for array in (signals, codes)]  # more than a tile
    loss, gradient = encoder.loss_and_gradient(signals, codes)
    summed_loss, summed = encoder.loss_and_gradient(*many)
    assert summed_loss == pytest.approx(loss)
    for key, array in gradient.items():
        np.testing.assert_allclose(summed[key], array, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copies_files_and_devices_bring_it_back_to_the_bit(dtype, problem, signals, tmp_path, monkeypatch):
    encoder, signals = build(problem.astype(dtype)), signals.astype(dtype)
    encoder.save(tmp_path / "encoder.npz")
    expected = encoder.encode(signals)
    for twin in (encoder.copy(), load_encoder(tmp_path / "encoder.npz")):
        assert twin.settings == encoder.settings
        assert twin.encode(signals).tobytes() == expected.tobytes()
    with strict_cupy.installed(monkeypatch):
        device = Device("gpu")
        there = encoder.to(device)
        assert {key: array.shape for key, array in there.arrays.items()} == {
            "filters": (5, 1, 2),
            "thresholds": (2,),
            "step": (),
        }
        np.testing.assert_allclose(to_host(there.encode(device.put(signals))), expected, atol=1e-6)
        again = there.to(Device("cpu"))
    assert again.encode(signals).tobytes() == expected.tobytes()


# two losses, two optimisers


def groups_of(problem, encoder):
    """Filters for the reconstruction and thresholds for the prior, as in CRsAE; the step by plain descent."""
    explain, prior = (loss_for(name, problem, encoder) for name in ("sc2net", "prior"))
    adam = {"optimizer": "adam", "constants": {"epsilon": 1e-3, "amsgrad": True}}
    return [
        Group(explain, 1e-2, ("filters",), **adam),
        Group(prior, 1e-3, ("thresholds",), optimizer="adam"),
        Group(explain, 1e-4, ("step",)),
    ]


def test_filters_and_thresholds_learn_by_losses_and_optimisers_of_their_own(problem, signals, rng):
    """The thresholds end where the prior's gradient vanishes with the codes held; the part through them is small."""
    encoder = build(problem, depth=12)
    true = encoder.arrays["filters"].copy()
    encoder.arrays["filters"] += 0.15 * rng.standard_normal(true.shape)
    encoder.constrain()
    before = np.linalg.norm(encoder.arrays["filters"] - true)
    step, groups = encoder.arrays["step"].copy(), groups_of(problem, encoder)
    train(encoder, signals, groups=groups, batch_size=10, epochs=60, keep="last", tolerance=0.0)
    assert np.linalg.norm(encoder.arrays["filters"] - true) < 0.85 * before
    sizes = np.abs(encoder.encode(signals)).reshape(len(signals), 2, -1).sum(axis=2).mean(axis=0)
    np.testing.assert_allclose(encoder.arrays["thresholds"], 2.0 / (100.0 + sizes), rtol=0.02)
    assert encoder.arrays["step"] != step
    np.testing.assert_allclose((encoder.arrays["filters"] ** 2).sum(axis=(0, 1)), 1, rtol=1e-12)


def test_a_training_of_several_groups_goes_on_from_its_checkpoint_to_the_bit(problem, signals, tmp_path):
    settings = {"batch_size": 8, "keep": "last", "tolerance": 0.0}
    whole, parted, other = (build(problem) for _ in range(3))
    train(whole, signals, groups=groups_of(problem, whole), epochs=5, **settings)
    for epochs in (2, 5):
        groups = groups_of(problem, parted)
        train(parted, signals, groups=groups, epochs=epochs, checkpoint=tmp_path / "state.npz", **settings)
    for key, array in whole.arrays.items():
        assert parted.arrays[key].tobytes() == array.tobytes()
    with pytest.raises(StorageError, match="loss of group 3: 'sc2net' there, None here"):
        groups = groups_of(problem, other)[:2]
        train(other, signals, groups=groups, epochs=6, checkpoint=tmp_path / "state.npz", **settings)
