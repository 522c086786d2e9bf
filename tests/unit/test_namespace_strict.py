"""The algorithms on arrays that are no NumPy arrays: nowhere do host and device mix (see `strict_cupy`)."""

import numpy as np
import pytest
import strict_cupy
from device_runs import ENCODERS, HOST_ONLY, RUNS, assert_alike, host_and_device, placed, placed_for

from lsalsa import solve, train
from lsalsa.arrays import Device, Tiles, check_matrix, is_host, namespace, to_host
from lsalsa.arrays.kernels import cuda, kernels_for
from lsalsa.encoders import encoder_class, load_encoder
from lsalsa.errors import ConfigError, DataError
from lsalsa.study.scoring.timing import time_coder

TOLERANCE = {np.float32: 2e-5, np.float64: 1e-12}


@pytest.fixture(autouse=True)
def cupy(monkeypatch):
    with strict_cupy.installed(monkeypatch) as stand_in:
        yield stand_in


def test_the_stand_in_is_taken_for_a_gpu(cupy):
    array = Device("auto").put(np.ones((2, 3)))
    assert Device("auto").name == "gpu"
    assert namespace(array) is cupy
    assert not is_host(array)
    assert kernels_for(array) is cuda
    assert isinstance(to_host(array), np.ndarray)


@pytest.mark.parametrize(
    "mixture",
    [
        lambda xp, array: array + np.ones(3),
        lambda xp, array: np.ones(3) * array,
        lambda xp, array: np.asarray(array),
        lambda xp, array: np.sum(array),
        lambda xp, array: xp.maximum(array, np.zeros(3)),
        lambda xp, array: xp.sum(array, where=array > 0),
        lambda xp, array: xp.nanquantile(array, 0.5),
        lambda xp, array: array.tolist(),
        lambda xp, array: array.__setitem__(slice(None), np.zeros(3)),
    ],
)
def test_the_stand_in_refuses_what_cupy_refuses_or_the_table_does_not_list(mixture, cupy):
    with pytest.raises((TypeError, AttributeError)):
        mixture(cupy, cupy.asarray(np.ones(3)))


def test_the_stand_in_s_kernels_refuse_memory_that_their_source_would_misread(cupy):
    good = [cupy.asarray(np.ones((4, 3), np.float32)) for _ in range(2)]
    thresholds = cupy.asarray(np.ones(3, np.float32))
    cuda.soft_threshold(good[0], thresholds, good[1])
    for bad in (np.ones((4, 3)), np.ones((3, 4), np.float32).T, np.ones((4, 6), np.float32)[:, ::2]):
        wrapped = strict_cupy.ndarray(bad)
        with pytest.raises(AssertionError):
            cuda.soft_threshold(good[0], thresholds, wrapped)


@pytest.mark.parametrize("dtype", list(TOLERANCE))
@pytest.mark.parametrize("name", list(RUNS))
def test_device_arrays_give_the_results_of_host_arrays(name, dtype):
    expected, found = host_and_device(RUNS[name], dtype)
    assert_alike(found, expected, TOLERANCE[dtype])


@pytest.mark.parametrize("name", ENCODERS)
def test_a_training_on_a_device_goes_on_from_its_checkpoint(name, tmp_path):
    problem, signals = placed_for(name, Device("gpu"), np.float32)
    targets = solve(problem, signals, "fista", 30).codes
    whole, parted = (encoder_class(name).from_problem(problem, depth=2) for _ in range(2))
    fixed = {"optimizer": "adam", "learning_rate": 1e-3, "keep": "last", "batch_size": 16}
    train(whole, signals, targets, epochs=3, **fixed)
    for epochs in (1, 3):
        train(parted, signals, targets, epochs=epochs, checkpoint=tmp_path / "fit.npz", **fixed)
    for parameter, array in whole.arrays.items():
        assert np.array_equal(to_host(parted.arrays[parameter]), to_host(array))


@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoder_is_saved_from_a_device_and_put_there_again(name, tmp_path):
    problem, signals = placed_for(name, Device("gpu"), np.float32)
    encoder = encoder_class(name).from_problem(problem, depth=2)
    encoder.save(tmp_path / "encoder.npz")
    again = load_encoder(tmp_path / "encoder.npz").to(Device("gpu"))
    assert np.array_equal(to_host(again.encode(signals)), to_host(encoder.encode(signals)))


@pytest.mark.parametrize("name", HOST_ONLY)
def test_an_encoder_that_works_in_host_memory_only_says_so(name):
    problem, signals = placed_for(name, Device("gpu"), np.float32)
    with pytest.raises(ConfigError, match="host memory"):
        encoder_class(name).from_problem(problem, depth=2).encode(signals)


def test_values_that_are_not_finite_are_found_on_a_device():
    _, signals = placed(Device("gpu"), np.float32)
    signals[3] = np.nan
    with pytest.raises(DataError, match="row 3"):
        check_matrix("signals", signals)


def test_a_run_that_diverges_on_a_device_says_so():
    problem, signals = placed(Device("gpu"), np.float32)
    for history in (True, False):
        assert solve(problem, signals, "ista", 300, step_size=30.0, history=history).status == "diverged"


def test_all_codes_zero_on_a_device_is_warned_of():
    problem, signals = placed(Device("gpu"), np.float32)
    with pytest.warns(UserWarning, match="all codes are zero"):
        solve(problem.with_penalties((1e3, 1e3)), signals, "fista", 3)


def test_a_device_works_on_all_rows_as_one_tile_whatever_suits_a_cache(cupy):
    assert Tiles(cupy, 64).run(lambda rows, space: rows, 1000) == [slice(0, 1000)]


def test_the_clock_waits_for_the_device():
    problem, signals = placed(Device("gpu"), np.float32)
    row = time_coder(lambda given: solve(problem, given, "ista", 2).codes, signals, passes=2)
    assert row["n_samples"] == signals.shape[0]
