"""Repetitions summed up: means and spreads of those that finished, and what became of the others."""

import math

import pytest

from lsalsa.errors import DataError
from lsalsa.study.summaries.repetitions import Measured, by_cell, curve, measured, require, status, summary


def run(method="lsalsa", depth=1, repetition=0, ended="converged", component="all", **values):
    row = {"method": method, "depth": depth, "repetition": repetition, "component": component, "status": ended}
    return row | values


THREE = [run(repetition=r, rmse=value) for r, value in enumerate((0.2, 0.3, 0.7))]


def test_mean_and_sample_deviation_are_over_the_runs_that_finished_and_have_a_value():
    runs = [*THREE, run(repetition=3, ended="diverged", rmse=9.0), run(repetition=4, rmse=None), run(repetition=5)]
    found = measured(runs, "rmse")
    assert (found.mean, found.n) == (pytest.approx(0.4), 3)
    assert found.std == pytest.approx(math.sqrt((0.2**2 + 0.1**2 + 0.3**2) / 2))


@pytest.mark.parametrize("ended", ["ok", "converged", "epochs_used", "max_iterations"])
def test_run_that_came_to_its_end_counts_however_it_ended(ended):
    assert measured([run(ended=ended, rmse=2)], "rmse") == Measured(2.0, None, 1)


@pytest.mark.parametrize("ended", ["diverged", "collapsed", "timeout", "oom", "error", "interrupted"])
def test_nothing_is_measured_without_a_finished_run(ended):
    assert measured([run(ended=ended, rmse=1.0)], "rmse") is None


def test_one_run_has_no_spread():
    assert summary([run(rmse=0.5)], "rmse") == {"rmse": 0.5, "rmse_std": None, "n_repetitions": 1}


def test_summary_can_have_another_name_and_is_empty_without_a_run():
    assert summary(THREE, "rmse", "distance")["distance"] == pytest.approx(0.4)
    assert summary([], "rmse", "distance") == {"distance": None, "distance_std": None, "n_repetitions": 0}


def test_status_names_each_way_to_fail_with_its_repetitions():
    ends = ("epochs_used", "diverged", "oom", "max_iterations", "diverged")
    runs = [run(repetition=r, ended=ended) for r, ended in enumerate(ends)]
    assert status(runs) == "diverged (repetition 1, 4); oom (repetition 2)"
    assert status([runs[0], runs[3]]) == "ok"
    assert status([]) == ""


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ((1.0, 0.3), (1.5, 0.4), "tie"),
        ((1.0, 0.3), (1.51, 0.4), "below"),
        ((1.51, 0.4), (1.0, 0.3), "above"),
        ((1.0, None), (1.0, None), "tie"),
        ((1.0, None), (1.0 + 1e-9, None), "below"),
    ],
)
def test_means_within_both_spreads_together_tie(one, other, relation):
    """Spreads of 0.3 and 0.4 make 0.5 together: they are independent."""
    assert Measured(*one, 3).against(Measured(*other, 3)) == relation


def test_curve_grows_in_depth_and_leaves_out_depths_without_a_finished_run():
    runs = [
        run(depth=10, rmse=0.1),
        run(depth=2, rmse=0.4),
        run(depth=5, ended="diverged", rmse=9.0),
        run(depth=2, repetition=1, rmse=0.6),
        run(depth=2, component="digits_10", rmse=7.0),
        run("fista", depth=2, rmse=8.0),
    ]
    found = curve(runs, "rmse", method="lsalsa")
    assert [(depth, value.mean, value.n) for depth, value in found.items()] == [(2, 0.5, 2), (10, 0.1, 1)]
    assert curve(runs, "rmse", method="lsalsa", component="digits_10") == {2: Measured(7.0, None, 1)}
    assert curve(runs, "rmse", method="salsa") == {}


def test_finished_run_without_a_value_is_refused_by_its_cell():
    runs = [run(depth=2, error_percent=None)]
    words = "the evaluation of lsalsa at depth 2 has no error_percent for component all"
    with pytest.raises(DataError, match=words):
        curve(runs, "error_percent", method="lsalsa")
    with pytest.raises(DataError, match=words):
        require(runs, "error_percent")
    assert require([run(ended="diverged")], "error_percent")


def test_cells_hold_the_runs_of_one_component_by_depth_and_method():
    runs = [*THREE, run("fista", 3), run("fista", 3, component="digits_10")]
    assert {cell: len(found) for cell, found in by_cell(runs, None).items()} == {(1, "lsalsa"): 3, (3, "fista"): 1}
    assert list(by_cell(runs, "digits_10")) == [(3, "fista")]
