"""Array checks, devices and threads."""

import importlib.util
import threading

import numpy as np
import pytest

from lsalsa.arrays import (
    Device,
    Space,
    Tiles,
    check_count,
    check_matrix,
    is_host,
    namespace,
    parallel_map,
    set_threads,
    threads,
    to_host,
)
from lsalsa.arrays.checks import check_finite
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError


def test_host_arrays_are_worked_on_by_numpy():
    array = np.ones((2, 3))
    assert namespace(array, array) is np
    assert is_host(array)
    assert to_host(array) is array


def test_the_cpu_and_the_automatic_device_take_an_array_without_changing_it():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    for name in ("cpu", "auto"):
        put = to_host(Device(name).put(array))
        assert put.dtype == array.dtype
        assert np.array_equal(put, array)


def test_an_unknown_device_is_refused_with_the_known_ones():
    with pytest.raises(LsalsaError, match="gpus") as raised:
        Device("gpus")
    assert "gpu" in str(raised.value).replace("gpus", "")


@pytest.mark.skipif(importlib.util.find_spec("cupy") is not None, reason="CuPy is installed here")
def test_a_gpu_that_is_not_there_is_said_and_not_replaced():
    with pytest.raises(LsalsaError, match="(?i)gpu|cupy"):
        Device("gpu").put(np.ones(3))


def test_the_number_of_threads_is_kept():
    before = threads()
    try:
        set_threads(2)
        assert threads() == 2
        set_threads(1)
        assert threads() == 1
    finally:
        set_threads(before)


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_thread_is_refused(count):
    with pytest.raises(LsalsaError, match=str(count)):
        set_threads(count)


@pytest.mark.parametrize("n_rows", [0, 1, 4])
def test_a_matrix_of_any_number_of_rows_passes(n_rows):
    check_matrix("signals", np.zeros((n_rows, 3), np.float32), n_columns=3)


def test_a_vector_is_refused_by_name_and_shape():
    with pytest.raises(ShapeError, match="signals") as raised:
        check_matrix("signals", np.zeros(7))
    assert "7" in str(raised.value)


def test_a_wrong_width_is_refused_with_both_widths():
    with pytest.raises(ShapeError, match="signals") as raised:
        check_matrix("signals", np.zeros((4, 37)), n_columns=29)
    assert "29" in str(raised.value)
    assert "37" in str(raised.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused_by_name(bad):
    array = np.zeros((4, 3))
    array[2, 1] = bad
    with pytest.raises(DataError, match="signals"):
        check_matrix("signals", array)


def test_a_number_that_is_not_finite_is_refused_as_an_array_without_axes():
    check_finite("step", np.array(0.5))
    with pytest.raises(DataError, match="step holds NaN or Inf"):
        check_finite("step", np.array(np.nan))


def test_the_first_bad_row_is_named_and_nothing_else_is_printed(recwarn):
    array = np.zeros((4, 3))
    array[2] = np.inf, -np.inf, np.nan
    with pytest.raises(DataError, match="row 2"):
        check_matrix("signals", array)
    assert not recwarn.list


def test_large_finite_values_are_no_fault(recwarn):
    check_matrix("signals", np.full((4, 3), 3e38, np.float32))
    assert not recwarn.list


@pytest.mark.parametrize("array", [[[1.0, 2.0]], 3.0, None])
def test_what_is_no_array_is_refused_by_name(array):
    with pytest.raises(LsalsaError, match="signals"):
        check_matrix("signals", array)


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", True, None])
def test_a_count_that_is_no_whole_positive_number_is_refused_by_name_and_value(value):
    with pytest.raises(ConfigError, match="depth") as raised:
        check_count("depth", value)
    assert repr(value) in str(raised.value)


def test_a_space_lends_the_same_memory_under_the_same_name():
    space = Space(np)
    large = space("x", (5, 4), np.float32)
    assert np.shares_memory(space("x", (3, 4), np.float32), large)
    assert not np.shares_memory(space("u", (5, 4), np.float32), large)
    assert space("x", (3, 4), np.float32).flags.c_contiguous


def test_a_section_of_a_space_lends_other_memory_under_the_same_name():
    space = Space(np)
    own, inner = space("a", (3, 4), np.float64), space.section("loss")("a", (3, 4), np.float64)
    assert not np.shares_memory(own, inner)
    assert np.shares_memory(inner, space.section("loss")("a", (2, 2), np.float64))
    assert not np.shares_memory(inner, space.section("other")("a", (3, 4), np.float64))


@pytest.mark.parametrize(("n_rows", "tile_rows"), [(0, 7), (1, 7), (7, 7), (8, 7), (50, 7), (50, 1), (50, 99)])
def test_tiles_cover_every_row_once_and_in_order(n_rows, tile_rows):
    tiles = Tiles(np, tile_rows).cut(n_rows)
    rows = [row for tile in tiles for row in range(n_rows)[tile]]
    assert rows == list(range(n_rows))
    assert all(tile.stop - tile.start <= tile_rows for tile in tiles)


def test_results_come_in_the_order_of_the_items_and_work_inside_is_not_split_again(two_threads):
    found = parallel_map(lambda item: (item, threads()), range(20))
    assert found == [(item, 1) for item in range(20)]
    assert threads() == 2


def test_workers_keep_the_caller_s_rules_about_overflow(two_threads, recwarn):
    def overflow(item):
        return np.array([1e300]) * 1e300

    with np.errstate(over="ignore"):
        parallel_map(overflow, range(4))
        Tiles(np, 1).run(lambda rows, space: overflow(rows), 4)
    assert not recwarn.list


def test_an_error_of_a_worker_reaches_the_caller(two_threads):
    def fails(item):
        raise DataError(f"item {item}")

    with pytest.raises(DataError, match="item 0"):
        parallel_map(fails, range(3))


def test_the_error_of_the_first_item_is_raised_even_when_a_later_one_failed_before_it(two_threads):
    later_failed = threading.Event()

    def fails(item):
        if item == 0:
            assert later_failed.wait(10)
        else:
            later_failed.set()
        raise DataError(f"item {item}")

    with pytest.raises(DataError, match="item 0"):
        parallel_map(fails, range(2))


def test_tiles_inside_a_tile_end_though_every_worker_is_taken(two_threads):
    def inner(rows, space):
        return Tiles(np, 1).run(lambda inside, _: inside.start, 3)

    assert Tiles(np, 1).run(inner, 4) == [[0, 1, 2]] * 4


@pytest.mark.parametrize("array", [np.array([["a", "b"]]), np.array([[None, 1.0]], dtype=object)])
def test_values_that_are_no_numbers_are_refused_by_name(array):
    with pytest.raises(LsalsaError, match="signals"):
        check_matrix("signals", array)


def test_every_refusal_is_one_sentence():
    with pytest.raises(LsalsaError) as raised:
        check_matrix("signals", np.zeros((4, 3)), n_columns=2)
    assert "\n" not in str(raised.value)
