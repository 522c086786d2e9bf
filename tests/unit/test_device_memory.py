"""A GPU whose memory runs out: smaller tiles, the same results, and an end that says `oom`."""

import logging

import numpy as np
import pytest
import strict_cupy
from device_runs import ENCODERS, assert_alike, on_host, optimal_run, placed, placed_for

from lsalsa import solve, solvers, train
from lsalsa.arrays import Device, Tiles
from lsalsa.arrays.tiles import HALVINGS
from lsalsa.encoders import encoder_class
from lsalsa.errors import DeviceMemoryError
from lsalsa.study.jobs.job import _sentence

N_ROWS, N_ATOMS = 40, 23  # of the small problem


@pytest.fixture
def cupy(monkeypatch):
    with strict_cupy.installed(monkeypatch) as stand_in:
        yield stand_in


@pytest.fixture
def memory_for(monkeypatch, cupy):
    """Sets how many rows of codes a buffer of a tile may have; results, asked for as matrices, always fit."""
    empty, empty_like = cupy.empty, cupy.empty_like

    def limit(rows, n_atoms=N_ATOMS):
        def scarce(shape, *args):
            if isinstance(shape, int) and shape > rows * n_atoms:
                raise strict_cupy.OutOfMemoryError(f"Out of memory allocating {shape} numbers")
            return empty(shape, *args)

        def scarce_like(prototype):
            if prototype.shape[0] > rows:
                raise strict_cupy.OutOfMemoryError(f"Out of memory allocating {prototype.size} numbers")
            return empty_like(prototype)

        monkeypatch.setattr(cupy, "empty", scarce)
        monkeypatch.setattr(cupy, "empty_like", scarce_like)

    return limit


def rows_worked_on(xp, fits, n_rows=N_ROWS):
    """The tiles that were finished and those that were tried, when the memory holds `fits` rows."""
    tried = []

    def work(rows, space):
        tried.append(rows.stop - rows.start)
        if tried[-1] > fits:
            raise xp.cuda.memory.OutOfMemoryError("Out of memory")
        return rows

    return Tiles(xp, 7).run(work, n_rows), tried


@pytest.mark.parametrize("fits", [1, 3, 10, 39, 40])
def test_a_tile_that_does_not_fit_is_halved_until_it_does_and_every_row_is_worked_on_once(fits, cupy):
    done, tried = rows_worked_on(cupy, fits)
    assert [row for rows in done for row in range(N_ROWS)[rows]] == list(range(N_ROWS))
    assert tried[0] == N_ROWS
    assert max(rows.stop - rows.start for rows in done) <= fits
    assert cupy.freed == len([rows for rows in tried if rows > fits])


def test_no_rows_are_one_empty_tile(cupy):
    assert rows_worked_on(cupy, 5, n_rows=0)[0] == [slice(0, 0)]


def test_a_tile_is_halved_a_stated_number_of_times_and_then_given_up(cupy):
    with pytest.raises(DeviceMemoryError, match=f"{HALVINGS} halvings") as raised:
        rows_worked_on(cupy, 3, n_rows=2 ** (HALVINGS + 3))
    assert cupy.freed == HALVINGS
    assert isinstance(raised.value.__cause__, strict_cupy.OutOfMemoryError)


def test_a_single_row_that_does_not_fit_is_given_up(cupy):
    with pytest.raises(DeviceMemoryError, match="a tile of 1 rows"):
        rows_worked_on(cupy, 0, n_rows=1)


def test_the_size_that_fits_is_remembered(cupy):
    tiles, tried = Tiles(cupy, 7), []

    def work(rows, space):
        tried.append(rows.stop - rows.start)
        if tried[-1] > 10:
            raise cupy.cuda.memory.OutOfMemoryError("Out of memory")

    tiles.run(work, N_ROWS)
    tried.clear()
    tiles.run(work, N_ROWS)
    assert tried == [10, 10, 10, 10]


def test_the_buffers_of_a_tile_that_did_not_fit_are_given_back(cupy):
    spaces = []

    def work(rows, space):
        spaces.append(space)
        if rows.stop - rows.start > 20:
            raise cupy.cuda.memory.OutOfMemoryError("Out of memory")

    Tiles(cupy, 7).run(work, N_ROWS)
    assert spaces[0] is not spaces[1]
    assert spaces[1] is spaces[2]


def test_memory_errors_on_the_host_are_no_reason_for_smaller_tiles():
    def work(rows, space):
        raise MemoryError("of the host")

    with pytest.raises(MemoryError, match="of the host"):
        Tiles(np, 7).run(work, N_ROWS)


@pytest.mark.parametrize("rows", [1, 7, 20])
@pytest.mark.parametrize("method", solvers.available())
def test_solvers_in_smaller_tiles_give_the_codes_of_one_tile(method, rows, memory_for, cupy):
    problem, signals = placed(Device("gpu"), np.float64)
    expected = solve(problem, signals, method, 9, record=(3,))
    memory_for(rows)
    found = solve(problem, signals, method, 9, record=(3,))
    assert cupy.freed
    assert found.status == expected.status
    assert_alike(on_host(found.recorded | {9: found.codes}), on_host(expected.recorded | {9: expected.codes}), 1e-12)


def test_optimal_codes_in_smaller_tiles_are_those_of_one_tile(memory_for, cupy):
    expected = optimal_run(Device("gpu"), np.float64)
    memory_for(7)
    assert_alike(optimal_run(Device("gpu"), np.float64), expected, 1e-12)
    assert cupy.freed


@pytest.mark.parametrize("name", ENCODERS)
def test_codes_and_gradients_in_smaller_tiles_are_those_of_one_tile(name, memory_for, cupy):
    problem, signals = placed_for(name, Device("gpu"), np.float64)
    targets = solve(problem, signals, "fista", 30).codes
    encoder = encoder_class(name).from_problem(problem, depth=3)

    def results():
        loss, gradient = encoder.loss_and_gradient(signals, targets)
        return on_host({"codes": encoder.encode(signals), "loss": np.array(loss), **gradient})

    expected = results()
    memory_for(9, encoder.n_atoms)
    assert_alike(results(), expected, 1e-12)
    assert cupy.freed


def test_a_training_that_finds_no_memory_ends_as_oom_and_goes_on_when_there_is_some(memory_for, tmp_path):
    problem, signals = placed(Device("gpu"), np.float64)
    targets = solve(problem, signals, "fista", 30).codes
    parted, whole = (encoder_class("lsalsa").from_problem(problem, depth=3) for _ in range(2))
    data = {"signals": signals, "targets": targets, "validation": (signals[:1], targets[:1])}
    settings = {"learning_rate": 1e-3, "batch_size": 16, "optimizer": "adam", "keep": "last"}
    train(whole, **data, **settings, epochs=3)
    file = tmp_path / "fit.npz"
    train(parted, **data, **settings, epochs=1, checkpoint=file)
    before = on_host(parted.copy().arrays)

    memory_for(1)
    history = train(parted, **data, **settings, epochs=3, checkpoint=file)
    assert (history.status, history.rows[-1]["status"]) == ("oom", "oom")
    assert history.validation_score == float("inf")
    assert_alike(on_host(parted.arrays), before, 0)

    memory_for(N_ROWS * N_ATOMS)
    history = train(parted, **data, **settings, epochs=3, checkpoint=file)
    assert history.status == "epochs_used"
    assert_alike(on_host(parted.arrays), on_host(whole.arrays), 0)


@pytest.mark.parametrize("error", [DeviceMemoryError("a tile of 1 rows"), strict_cupy.OutOfMemoryError("4 bytes")])
def test_a_job_that_ends_for_want_of_memory_says_oom(error):
    assert _sentence(error).startswith("oom: ")


def test_smaller_tiles_are_told(cupy, caplog):
    with caplog.at_level(logging.INFO, logger="lsalsa"):
        rows_worked_on(cupy, 20)
    assert "does not hold 40 rows; on with 20" in caplog.text
