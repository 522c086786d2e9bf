"""The search for hyper-parameters on runs whose scores are written down beforehand."""

import math

import numpy as np
import pytest

from lsalsa.arrays import set_threads, threads
from lsalsa.errors import ConfigError
from lsalsa.training.grid import Grid
from lsalsa.training.search import successive_halving

NAN = math.nan


class Scripted:
    """A run whose score after each number of epochs is known; it remembers how far it was taken."""

    def __init__(self, scores):
        self.scores, self.asked = scores, []

    def advance(self, epochs):
        self.asked.append(epochs)
        return self.scores[epochs]


def search(*scores, rungs=(1, 2), keep=1 / 3):
    """Candidates numbered from 0 with a score for every rung; their rows and their runs."""
    runs = [Scripted(dict(zip(rungs, row, strict=True))) for row in scores]
    rows = successive_halving([{"number": i} for i in range(len(runs))], lambda c: runs[c["number"]], rungs, keep)
    return rows, runs


def chosen(rows):
    return [row["number"] for row in rows if row["chosen"]]


def test_a_grid_is_every_combination_in_its_own_order():
    assert list(Grid({"mu": [1, 10], "read_out": ["u", "softx"]})) == [
        {"mu": 1, "read_out": "u"},
        {"mu": 1, "read_out": "softx"},
        {"mu": 10, "read_out": "u"},
        {"mu": 10, "read_out": "softx"},
    ]
    assert list(Grid({})) == [{}]


def test_a_grid_without_a_value_is_refused_by_name():
    with pytest.raises(ConfigError, match="mu"):
        Grid({"penalty_factor": [1], "mu": []})


def test_the_best_of_those_that_came_furthest_is_chosen():
    """Number 3 looks best at first and is overtaken; number 0 is better still but was left behind."""
    rows, _ = search((4, 0), (2, 1), (5, 0), (1, 3), (6, 0), (7, 0))
    assert chosen(rows) == [1]
    assert [row["epochs"] for row in rows] == [1, 2, 1, 2, 1, 1]
    assert [row["score"] for row in rows] == [4, 1, 5, 3, 6, 7]


def test_those_left_behind_are_trained_no_further():
    _, runs = search((4, 0), (2, 1), (5, 0), (1, 3), (6, 0), (7, 0))
    assert [run.asked for run in runs] == [[1], [1, 2], [1], [1, 2], [1], [1]]


@pytest.mark.parametrize("bad", [NAN, math.inf])
def test_a_score_that_is_not_finite_never_wins_even_when_it_comes_first(bad):
    assert chosen(search((bad, bad), (3, 3), (2, 2))[0]) == [2]
    assert chosen(search((1, bad), (2, 5), (3, 4), (4, 4), rungs=(1, 2), keep=1 / 2)[0]) == [1]


def test_failed_runs_do_not_take_the_places_of_others():
    """Of six candidates three fail; a third of the three that work go on, not a third of six."""
    rows, _ = search((NAN, NAN), (NAN, NAN), (NAN, NAN), (3, 3), (2, 2), (1, 1))
    assert [row["epochs"] for row in rows] == [1, 1, 1, 1, 1, 2]
    assert chosen(rows) == [5]


def test_nothing_is_chosen_when_everything_fails():
    rows, _ = search((NAN, NAN), (math.inf, NAN))
    assert chosen(rows) == []
    assert len(rows) == 2


def test_when_all_that_came_furthest_fail_there_the_best_of_the_others_is_chosen():
    rows, _ = search((1, NAN), (3, 3), (2, 2))
    assert chosen(rows) == [2]
    assert [row["epochs"] for row in rows] == [2, 1, 1]


def test_equal_scores_go_to_the_first_of_the_grid():
    assert chosen(search((2, 2), (1, 1), (1, 1), (3, 3), keep=1.0)[0]) == [1]


def test_one_candidate_and_one_rung_are_no_special_case():
    rows, _ = search((5.0,), rungs=(7,))
    assert rows == [{"number": 0, "epochs": 7, "score": 5.0, "chosen": True}]


def test_neither_order_nor_company_nor_threads_change_who_wins():
    generator = np.random.default_rng(0)
    scores = [tuple(generator.random(3)) for _ in range(12)]
    before, winners = threads(), set()
    try:
        for count in (1, 2):
            set_threads(count)
            for order in (range(12), reversed(range(12)), generator.permutation(12)):
                order = list(order)
                rows, _ = search(*(scores[i] for i in order), rungs=(1, 2, 4))
                winners.add(order[chosen(rows)[0]])
    finally:
        set_threads(before)
    assert len(winners) == 1


@pytest.mark.parametrize("rungs", [(), (0, 1), (2, 1), (1, 1)])
def test_rungs_that_do_not_rise_are_refused_with_their_values(rungs):
    with pytest.raises(ConfigError, match="rungs"):
        successive_halving([{}], lambda c: Scripted({}), rungs)
