"""The grid of a search, its samples, and the way from the best candidate to its neighbours, by brute force."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from lsalsa.training.grid import Grid, identity
from lsalsa.training.search import search_grid

PAPER = {
    "penalty": [None, 0.01, 0.1, 1.0, 10.0, 75.0],
    "mu": [0.1, 0.3, 1.0, 3.0, 10.0],
    "learning_rate": [1e-6, 1e-5, 1e-4, 1e-3],
    "batch_size": [100, 500],
    "read_out": ["softx"],
}


def bowl(**at):
    """A score that is least at a place, by powers of ten."""
    return lambda c: sum((math.log10(c[name]) - math.log10(value)) ** 2 for name, value in at.items())


class Compared:
    """What `search_grid` is given: scores of candidates, and a memory of those that it asked for."""

    def __init__(self, score):
        self.score, self.asked = score, []

    def __call__(self, candidates):
        self.asked.append(candidates)
        rows = [{**one, "score": self.score(one), "chosen": False} for one in candidates]
        min(rows, key=lambda row: row["score"])["chosen"] = True
        return rows


def found_by(score, values, *, extend=0, **settings):
    compared = Compared(score)
    rows = search_grid(Grid(values, {"penalty": 0.15}, extend), compared, **settings)
    (chosen,) = (row for row in rows if row["chosen"])
    return chosen, rows, compared


# samples


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [20, 64, 100])
def test_a_sample_has_every_value_about_equally_often_and_no_candidate_twice(count, seed):
    """Of 64 random candidates the worst value misses its share by six."""
    sample = Grid(PAPER).sample(count, seed)
    assert len(sample) == count == len(set(map(identity, sample)))
    for name, values in PAPER.items():
        counts = Counter(one[name] for one in sample)
        assert set(counts) == set(values)
        assert max(abs(counts[value] - count / len(values)) for value in values) <= 3


def test_pairs_of_values_are_covered_more_evenly_than_by_chance():
    """Of the 30 pairs of penalty and mu, the number that a sample of 60 leaves out, against that of random ones."""
    pairs = set(itertools.product(PAPER["penalty"], PAPER["mu"]))
    everything, random = list(Grid(PAPER)), np.random.default_rng(0)

    def left_out(sample):
        return len(pairs - {(one["penalty"], one["mu"]) for one in sample})

    ours = [left_out(Grid(PAPER).sample(60, seed)) for seed in range(20)]
    chance = [left_out([everything[i] for i in random.choice(len(everything), 60, replace=False)]) for _ in range(20)]
    assert np.mean(ours) < 0.5 * np.mean(chance)


def test_a_sample_depends_on_its_seed_alone_and_a_small_grid_is_taken_whole():
    grid, whole = Grid(PAPER), [dict(zip(PAPER, one, strict=True)) for one in itertools.product(*PAPER.values())]
    assert grid.sample(30, 1) == Grid(PAPER).sample(30, 1) != grid.sample(30, 2)
    assert grid.sample(None, 1) == grid.sample(len(grid), 1) == grid.sample(10**6, 1) == whole
    nearly = grid.sample(len(grid) - 1, 1)
    assert len(nearly) == len(grid) - 1 and all(one in whole for one in nearly)


# neighbours and edges


def test_neighbours_are_one_step_away_in_one_setting_and_the_tasks_penalty_has_its_place():
    candidate = {"penalty": None, "mu": 0.1, "learning_rate": 1e-4, "batch_size": 500, "read_out": "softx"}
    near = Grid(PAPER, {"penalty": 0.15}).neighbours(candidate)
    changes = [(name, one[name]) for one in near for name in one if one[name] != candidate[name]]
    assert changes == [
        ("penalty", 0.1),
        ("penalty", 1.0),
        ("mu", 0.3),
        ("learning_rate", 1e-5),
        ("learning_rate", 1e-3),
        ("batch_size", 100),
    ]


def test_settings_that_act_together_also_move_together_if_all_of_them_can():
    values = {"penalty": [0.1, 1.0, 10.0], "mu": [0.3, 1.0, 3.0], "read_out": ["u"], "rate": [1e-3]}
    grid = Grid(values, together=("penalty", "penalty_second", "mu", "read_out"))

    def moved(penalty, mu):
        found = grid.neighbours({"penalty": penalty, "mu": mu, "read_out": "u", "rate": 1e-3})
        return [(one["penalty"], one["mu"]) for one in found if one["penalty"] != penalty and one["mu"] != mu]

    assert moved(1.0, 1.0) == [(0.1, 0.3), (10.0, 3.0)]
    assert moved(0.1, 1.0) == [(1.0, 3.0)]
    assert moved(0.1, 3.0) == []
    assert Grid({"mu": [1.0, 2.0]}, together=("mu",)).neighbours({"mu": 1.0}) == [{"mu": 2.0}]


def test_along_a_valley_of_two_settings_a_search_finds_the_end_if_they_move_together():
    """The score falls along a diagonal, and rises with any step off it."""
    values = {name: [10.0**i for i in range(6)] for name in ("penalty", "mu")}
    score = lambda c: 9 * (math.log10(c["penalty"]) - math.log10(c["mu"])) ** 2 + math.log10(c["mu"])  # noqa: E731
    best = []
    for together in ((), ("penalty", "mu")):
        rows = search_grid(Grid(values, together=together), Compared(score), candidates=6, rounds=9, seed=3)
        best.append(min(row["score"] for row in rows))
    assert best[0] > best[1] == min(map(score, Grid(values)))


def test_a_word_has_all_other_words_as_neighbours():
    grid = Grid({"read_out": ["u", "softx", "x"], "tied": [True, False]}, extend=2)
    near = grid.neighbours({"read_out": "softx", "tied": True})
    assert near == [
        {"read_out": "u", "tied": True},
        {"read_out": "x", "tied": True},
        {"read_out": "softx", "tied": False},
    ]


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1.0, 10.0], [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]),
        ([10.0, 1.0, 3.0], [0.11, 0.33, 1.0, 3.0, 10.0, 33.0, 110.0]),
        ([1.0], [1.0]),
        ([100, 500], [100, 500]),
        ([0.0, 1.0, 2.0], [0.0, 1.0, 2.0]),
        ([0.98, 0.99, 1.0], None),
    ],
)
def test_a_scale_goes_on_by_its_own_ratio_and_counts_and_single_values_do_not(values, scale):
    """Two digits are kept, unless that would not move at all."""
    (axis,) = Grid({"setting": values}, extend=2).axes.values()
    if scale is None:
        assert len(axis.scale) == 7 and list(axis.scale) == sorted(set(axis.scale))
    else:
        assert axis.scale == pytest.approx(scale)


@pytest.mark.parametrize(("best", "expected"), [(0.2, 0.33), (0.12, 0.11), (0.001, 0.11), (40.0, 33.0), (3.0, 3.0)])
def test_a_search_leaves_its_grid_where_the_best_is_at_the_edge_and_at_most_twice(best, expected):
    """Against the least score over the whole scale, the steps beyond among it."""
    values = {"mu": [1.0, 3.0, 10.0], "learning_rate": [1e-3]}
    chosen, rows, compared = found_by(bowl(mu=best), values, extend=2, rounds=5)
    scale = [0.11, 0.33, 1.0, 3.0, 10.0, 33.0, 110.0]
    assert chosen["mu"] == pytest.approx(min(scale, key=lambda mu: abs(math.log(mu / best)))) == pytest.approx(expected)
    assert chosen["beyond_grid"] == ("" if 1 <= expected <= 10 else "mu")
    assert chosen["at_edge"] == ("mu" if best == 0.001 else "" if best != 0.12 else "mu")
    assert sum(bool(row["beyond_grid"]) for row in rows) == sum(map(len, compared.asked)) - 3 <= 2


def test_without_steps_beyond_the_edge_is_named_and_nobody_looks_further():
    chosen, rows, compared = found_by(bowl(mu=100.0), {"mu": [1.0, 10.0], "learning_rate": [1e-3]}, rounds=3)
    assert (chosen["mu"], chosen["at_edge"], chosen["beyond_grid"], len(rows)) == (10.0, "mu", "", 2)
    assert [row["at_edge"] for row in rows] == ["", "mu"]


def test_a_step_that_the_method_refuses_is_not_tried_and_is_no_edge():
    """A decay is at most 1."""
    values = {"decay": [0.5, 1.0]}
    allowed = lambda one: one["decay"] <= 1  # noqa: E731
    chosen, rows, compared = found_by(bowl(decay=8.0), values, extend=2, rounds=3, allowed=allowed)
    assert (chosen["decay"], chosen["at_edge"], len(rows)) == (1.0, "", 2)


def test_once_beyond_the_grid_the_other_settings_are_adjusted_there():
    """A narrow valley: a larger mu wants a larger rate, which inside the grid is worse."""
    values = {"mu": [1.0, 10.0], "learning_rate": [1e-3, 1e-2]}
    valley = lambda c: (math.log10(c["mu"] * c["learning_rate"]) + 1.9) ** 2 + (math.log10(c["mu"]) - 2) ** 2  # noqa: E731
    chosen, *_ = found_by(valley, values, extend=2, rounds=6)
    scales = [[0.01, 0.1, 1.0, 10.0, 100.0, 1000.0], [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]]
    best = min(itertools.product(*scales), key=lambda pair: valley(dict(zip(values, pair, strict=True))))
    assert (chosen["mu"], chosen["learning_rate"]) == best


# a sampled search against the whole grid


@pytest.mark.parametrize("seed", range(5))
def test_a_sampled_search_of_a_smooth_score_ends_at_the_best_of_the_whole_grid(seed):
    score = bowl(mu=0.9, learning_rate=1.4e-4, batch_size=130)
    least = min(map(score, Grid(PAPER)))
    chosen, rows, _ = found_by(score, PAPER, candidates=24, rounds=8, seed=seed)
    assert chosen["score"] == least
    assert len(rows) < 24 + 8 * 9
    assert len({identity({name: row[name] for name in PAPER}) for row in rows}) == len(rows), "a candidate came twice"


def test_a_round_without_a_better_neighbour_is_the_last():
    chosen, rows, compared = found_by(bowl(mu=1.0), {"mu": [0.1, 1.0, 10.0]}, extend=2, rounds=9)
    assert len(compared.asked) == 1, "all neighbours of the best were in the grid"
    chosen, rows, compared = found_by(bowl(mu=11.0), {"mu": [0.1, 1.0, 10.0]}, extend=2, rounds=9)
    assert len(compared.asked) == 2 and chosen["mu"] == 10.0


def test_a_neighbour_that_came_less_far_does_not_win_whatever_its_score():
    """In a round that was halved, the last rung may have failed."""

    def compare(candidates):
        beyond = candidates[0]["mu"] not in (1.0, 10.0)
        return [
            {**one, "score": 1 / one["mu"], "epochs": 1 if beyond else 3, "chosen": one["mu"] >= 10}
            for one in candidates
        ]

    rows = search_grid(Grid({"mu": [1.0, 10.0]}, extend=1), compare, rounds=1)
    assert [(row["mu"], row["chosen"]) for row in rows] == [(1.0, False), (10.0, True), (100.0, False)]


def test_where_nothing_works_the_first_is_chosen_and_nothing_else_is_tried():
    nothing = lambda c: math.inf  # noqa: E731
    chosen, rows, compared = found_by(nothing, {"mu": [1.0, 10.0]}, extend=2, rounds=3)
    assert (chosen["mu"], len(rows)) == (1.0, 2)
