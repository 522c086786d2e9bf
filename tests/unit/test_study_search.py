"""What the study chooses for each method, against scores worked out candidate by candidate."""

import itertools
import math
from unittest import mock

import numpy as np
import pytest
from interrupted import asked_to_end
from tasks import encoder_codes, make_task, rmse_of, solver_codes, trained_by_hand, zero_share_of

from lsalsa.arrays import set_threads, threads
from lsalsa.errors import ConfigError
from lsalsa.study.jobs.scratch import VARIABLE
from lsalsa.study.methods import search
from lsalsa.study.methods.candidates import advance_together
from lsalsa.study.methods.coders import train_repetitions
from lsalsa.study.methods.search import search_encoder, search_grid_of, search_solver
from lsalsa.training import Training

DEPTHS = (3, 1, 10)
SOLVER_GRIDS = {
    "ista": {"penalty_factor": [0.5, 1.0, 2.0], "step_size": [None, 0.2]},
    "fista": {"penalty_factor": [0.5, 1.0, 2.0]},
    "salsa": {"penalty_factor": [1.0, 2.0], "mu": [0.5, 2.0], "read_out": ["u", "softx", "x"]},
}
TASK = make_task()
TINY = make_task(n_features=5, n_atoms=4)

every_solver = pytest.mark.parametrize("algorithm", SOLVER_GRIDS)
every_encoder = pytest.mark.parametrize("algorithm", ["lista", "lsalsa"])


def candidates_of(grid):
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def settings_of(row, grid):
    return {name: row[name] for name in grid}


def winners(rows):
    return [row for row in rows if row["chosen"]]


def tune_solver(algorithm, grid, depths=DEPTHS, task=TASK):
    return search_solver(task.problem, *task.validation, algorithm=algorithm, depths=depths, grid=grid)


def tune(grid, *, algorithm="lsalsa", depth=2, task=TASK, rungs=(1, 2), n_train=40, optimizer="sgd", seed=0, **data):
    """`search_encoder`, every setting with a value; `data` may replace a split, name a loss, or a folder for states."""
    given = {"training": task.training, "validation": task.validation, **data}
    settings = {"rungs": rungs, "n_train": n_train, "optimizer": optimizer, "seed": seed}
    return search_encoder(task.problem, **given, algorithm=algorithm, depth=depth, grid=grid, **settings)


def scores_by_settings(rows, grid):
    return {tuple(sorted(settings_of(row, grid).items())): row["score"] for row in rows}


# solvers


@every_solver
def test_every_candidate_at_every_depth_is_a_row_with_the_score_of_the_textbook(algorithm):
    grid = SOLVER_GRIDS[algorithm]
    rows = tune_solver(algorithm, grid)
    expected = list(itertools.product(sorted(DEPTHS), candidates_of(grid)))
    assert [(row["depth"], settings_of(row, grid)) for row in rows] == expected
    signals, targets = TASK.validation
    for row, (depth, candidate) in zip(rows, expected, strict=True):
        codes = solver_codes(TASK, signals, algorithm, depth, **candidate)
        assert row["score"] == pytest.approx(rmse_of(codes, targets), rel=1e-9)
        assert row["zero_share"] == pytest.approx(zero_share_of(codes))
        assert row["status"] == "ok"


@every_solver
def test_at_each_depth_the_candidate_nearest_to_the_optimal_codes_is_chosen(algorithm):
    grid = SOLVER_GRIDS[algorithm]
    signals, targets = TASK.validation

    def distance(candidate, depth):
        return rmse_of(solver_codes(TASK, signals, algorithm, depth, **candidate), targets)

    best = {depth: min(candidates_of(grid), key=lambda c, depth=depth: distance(c, depth)) for depth in DEPTHS}
    assert {row["depth"]: settings_of(row, grid) for row in winners(tune_solver(algorithm, grid))} == best
    assert len(winners(tune_solver(algorithm, grid))) == len(DEPTHS)
    assert len({tuple(chosen.items()) for chosen in best.values()}) > 1, "one candidate wins everywhere"


def test_equal_scores_go_to_the_first_of_the_grid():
    """The same factor twice, and once more as a whole number."""
    rows = tune_solver("fista", {"penalty_factor": [16.0, 1, 1.0, 1]}, depths=[5])
    assert [row["chosen"] for row in rows] == [False, True, False, False]
    assert len({row["score"] for row in rows[1:]}) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_step_far_too_large_never_wins_and_is_called_diverged(dtype, position):
    """Each place in the grid; after one step the codes are still finite, but far beyond any code."""
    steps = [None, 0.1]
    steps.insert(position, 1e3)
    rows = tune_solver("ista", {"step_size": steps}, depths=[1, 300], task=make_task(dtype=dtype))
    found = {(row["step_size"], row["depth"]): row for row in rows}
    assert np.isfinite(found[1e3, 1]["score"]) and not np.isfinite(found[1e3, 300]["score"])
    assert all(row["status"] == ("diverged" if key[0] == 1e3 else "ok") for key, row in found.items())
    assert sorted(row["depth"] for row in winners(rows)) == [1, 300]
    assert all(row["step_size"] != 1e3 for row in winners(rows))


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_step_far_too_large_is_no_reason_for_a_warning():
    """After sixty steps the codes are finite in float64, and their squares are not."""
    rows = tune_solver("ista", {"step_size": [1e3, None]}, depths=[60])
    assert [row["status"] for row in rows] == ["diverged", "ok"]


def test_where_every_candidate_diverges_the_first_is_chosen_and_says_so():
    rows = tune_solver("fista", {"step_size": [1e3, 1e4]}, depths=[300])
    assert [(row["chosen"], row["status"]) for row in rows] == [(True, "diverged"), (False, "diverged")]


def test_without_a_grid_the_solver_has_the_penalties_of_the_task():
    rows = tune_solver("salsa", {}, depths=[4, 2])
    signals, targets = TASK.validation
    expected = [rmse_of(solver_codes(TASK, signals, "salsa", depth), targets) for depth in (2, 4)]
    assert [row["score"] for row in rows] == pytest.approx(expected, rel=1e-9)
    assert all(row["chosen"] for row in rows)


def test_the_samples_of_the_validation_split_decide_and_are_left_as_they_were():
    """Codes that are optimal under four times the penalties are best met with four times the penalties."""
    signals, targets = (array.copy() for array in TASK.validation)
    harder = solver_codes(TASK, signals, "fista", 2000, penalty_factor=4.0)
    for codes, factor in ((targets, 1.0), (harder, 4.0)):
        given, grid = codes.copy(), {"penalty_factor": [1.0, 4.0]}
        rows = search_solver(TASK.problem, signals, given, algorithm="fista", depths=[100], grid=grid)
        assert [row["penalty_factor"] for row in winners(rows)] == [factor]
        assert np.array_equal(given, codes)
    assert np.array_equal(signals, TASK.validation[0])


def test_an_unknown_solver_or_an_empty_list_of_values_is_refused_by_name():
    with pytest.raises(ConfigError, match="did you mean ista"):
        tune_solver("istaa", {})
    with pytest.raises(ConfigError, match="no value for mu"):
        tune_solver("salsa", {"mu": []})


# encoders


@every_encoder
def test_scores_of_a_search_are_those_of_training_by_hand(algorithm):
    """All samples in one batch, so that no order enters; slopes by differences. The better of two goes on."""
    factors, depth, rate, decay = [2.0, 0.5], 2, 0.005, 0.5
    grid = {"penalty_factor": factors, "learning_rate": [rate], "batch_size": [1000], "decay": [decay]}
    rows = tune(grid, algorithm=algorithm, depth=depth, task=TINY)
    signals, targets = TINY.validation

    def by_hand(factor, epochs):
        rates = [rate * decay**epoch for epoch in range(epochs)]
        states = trained_by_hand(TINY, algorithm, rates, depth=depth, penalty_factor=factor)
        return min(rmse_of(encoder_codes(algorithm, signals, arrays, depth), targets) for arrays in states)

    first = [by_hand(factor, 1) for factor in factors]
    winner = int(np.argmin(first))
    assert [row["chosen"] for row in rows] == [i == winner for i in (0, 1)]
    assert [row["epochs"] for row in rows] == [2 if i == winner else 1 for i in (0, 1)]
    assert rows[1 - winner]["score"] == pytest.approx(first[1 - winner], rel=1e-6)
    assert rows[winner]["score"] == pytest.approx(by_hand(factors[winner], 2), rel=1e-6)
    assert rows[winner]["score"] != pytest.approx(first[winner], rel=1e-4)


def test_every_candidate_is_a_row_with_its_depth_settings_and_status():
    grid = {"penalty_factor": [1.0, 2.0], "mu": [1.0, 3.0], "learning_rate": [1e-3], "batch_size": [10]}
    rows = tune(grid, depth=3, rungs=[1, 3])
    assert [settings_of(row, grid) for row in rows] == candidates_of(grid)
    assert {(row["depth"], row["status"]) for row in rows} == {(3, "epochs_used")}
    assert sorted(row["epochs"] for row in rows) == [1, 1, 3, 3]  # a third of four, rounded up
    assert len(winners(rows)) == 1 and winners(rows)[0]["epochs"] == 3


def test_neither_the_order_of_the_grid_nor_threads_change_a_score_or_the_winner():
    """Seeds belong to settings, not to places; batches of ten make the order of the samples matter."""
    grid = {"penalty_factor": [1.0, 2.0], "mu": [1.0, 3.0], "learning_rate": [1e-3, 1e-2], "batch_size": [10]}
    turned = {name: grid[name][::-1] for name in reversed(grid)}
    before = threads()
    found = []
    try:
        for count, given in ((1, grid), (1, turned), (2, turned)):
            set_threads(count)
            found.append(tune(given))
    finally:
        set_threads(before)
    for rows in found[1:]:
        assert scores_by_settings(rows, grid) == scores_by_settings(found[0], grid)
        assert settings_of(winners(rows)[0], grid) == settings_of(winners(found[0])[0], grid)


def test_candidates_see_the_samples_in_orders_of_their_own_that_the_seed_decides():
    """A decay that has no time to act makes another candidate of the same training, but for its order."""
    grid = {"learning_rate": [1e-2], "batch_size": [10], "decay": [1.0, 0.5]}
    own = [row["score"] for row in tune(grid, rungs=[1])]
    again = [row["score"] for row in tune(grid, rungs=[1])]
    other = [row["score"] for row in tune(grid, rungs=[1], seed=1)]
    assert own == again
    assert len({*own, *other}) == 4


def test_a_learning_rate_that_diverges_never_wins():
    for rates in ([1e8, 1e-3], [1e-3, 1e8]):
        rows = tune({"learning_rate": rates, "batch_size": [10]})
        found = {row["learning_rate"]: row for row in rows}
        assert (found[1e8]["status"], found[1e8]["score"], found[1e8]["epochs"]) == ("diverged", math.inf, 1)
        assert winners(rows) == [found[1e-3]]


def test_an_encoder_that_answers_nothing_never_wins():
    rows = tune({"penalty_factor": [1e4, 1.0], "learning_rate": [1e-3], "batch_size": [10]})
    assert [(row["status"], row["chosen"]) for row in rows] == [("collapsed", False), ("epochs_used", True)]
    assert rows[0]["score"] == math.inf


def test_where_every_candidate_fails_exactly_one_is_chosen_and_its_status_says_why():
    rows = tune({"learning_rate": [1e8, 1e9], "batch_size": [10]})
    assert [(row["chosen"], row["status"], row["score"]) for row in rows] == [
        (True, "diverged", math.inf),
        (False, "diverged", math.inf),
    ]


def test_a_training_that_has_ended_is_not_taken_up_again_by_the_next_rung(monkeypatch):
    """A rate that moves nothing: the loss stands still after two epochs."""
    epochs = []
    run_epoch = Training.run_epoch
    monkeypatch.setattr(Training, "run_epoch", lambda run: (epochs.append(run.epoch), run_epoch(run)))
    rows = tune({"learning_rate": [1e-13], "batch_size": [10]}, rungs=[1, 5, 9])
    assert epochs == [0, 1]
    assert (rows[0]["status"], rows[0]["chosen"]) == ("converged", True)


def test_samples_after_the_first_n_train_play_no_role():
    grid = {"learning_rate": [1e-2], "batch_size": [10]}
    signals, targets = TASK.training
    whole = tune(grid, n_train=25)
    assert tune(grid, training=(signals[:25], targets[:25]), n_train=1000) == whole
    assert tune(grid, n_train=26)[0]["score"] != whole[0]["score"]


def test_the_score_is_of_the_validation_samples():
    """Trained on either split, an encoder is scored on the other one."""
    grid = {"learning_rate": [1e-9], "batch_size": [100]}
    for training, validation in ((TASK.training, TASK.validation), (TASK.validation, TASK.training)):
        row = tune(grid, training=training, validation=validation)[0]
        codes = solver_codes(TASK, validation[0], "salsa", 2, read_out="softx")
        assert row["score"] == pytest.approx(rmse_of(codes, validation[1]), rel=1e-6)


def test_the_optimizer_asked_for_is_the_one_that_works():
    grid = {"learning_rate": [1e-2], "batch_size": [10]}
    assert tune(grid, optimizer="adam")[0]["score"] != tune(grid)[0]["score"]
    with pytest.raises(ConfigError, match="did you mean adam"):
        tune(grid, optimizer="adamm")


@pytest.mark.parametrize("rungs", [(), (0, 1), (2, 1), (1, 1)])
def test_rungs_that_do_not_rise_are_refused_with_their_values(rungs):
    with pytest.raises(ConfigError, match="rungs") as raised:
        tune({"learning_rate": [1e-3]}, rungs=rungs)
    assert str(list(rungs)) in str(raised.value)


def test_neither_the_problem_nor_the_samples_are_changed_by_a_search():
    problem = TASK.problem
    arrays = (problem.dictionary, *TASK.training, *TASK.validation)
    before = [array.copy() for array in arrays]
    settings = {"rungs": [1], "n_train": 40, "optimizer": "sgd", "seed": 0}
    grid = {"learning_rate": [0.1], "batch_size": [10]}
    for algorithm in ("lista", "lsalsa"):
        search_encoder(problem, TASK.training, TASK.validation, algorithm=algorithm, depth=2, grid=grid, **settings)
    assert all(np.array_equal(array, kept) for array, kept in zip(arrays, before, strict=True))


# the two criteria


def objective_of(task, signals, codes):
    """Mean of 1/2 |y - A x|^2 + sum of penalty |x|, sample by sample, under the task's penalties."""
    world = task.world
    rows = zip(signals.astype(float), codes.astype(float), strict=True)
    values = [((y - world.dictionary @ x) ** 2).sum() / 2 + (world.penalty_of_atom * abs(x)).sum() for y, x in rows]
    return sum(values) / len(values)


@pytest.mark.parametrize("choose_by", [None, "rmse", "objective"])
def test_a_solver_is_chosen_by_the_criterion_and_the_row_has_both_scores(choose_by):
    grid = SOLVER_GRIDS["salsa"]
    rows = search_solver(
        TASK.problem, *TASK.validation, algorithm="salsa", depths=DEPTHS, grid=grid, choose_by=choose_by
    )
    signals, targets = TASK.validation
    for row in rows:
        codes = solver_codes(TASK, signals, "salsa", row["depth"], **settings_of(row, grid))
        assert row["rmse"] == pytest.approx(rmse_of(codes, targets), rel=1e-9)
        assert row["objective"] == pytest.approx(objective_of(TASK, signals, codes), rel=1e-9)
    column = choose_by or "rmse"
    assert all(row["score"] == row[column] and row["chosen_by"] == column for row in rows)
    for depth in DEPTHS:
        at_depth = [row for row in rows if row["depth"] == depth]
        assert winners(at_depth) == [min(at_depth, key=lambda row: row[column])]


def test_the_two_criteria_choose_differently_where_penalties_are_searched():
    """Twice the penalty shrinks the codes: sometimes nearer to the optimal ones, but not of less objective."""
    grid = {"penalty_factor": [1.0, 1.5, 3.0], "mu": [0.3, 1.0, 3.0], "read_out": ["u", "softx"]}
    chosen = [
        [settings_of(row, grid) for row in winners(rows)]
        for rows in (
            search_solver(TASK.problem, *TASK.validation, algorithm="salsa", depths=DEPTHS, grid=grid, choose_by=by)
            for by in ("rmse", "objective")
        )
    ]
    assert chosen[0] != chosen[1]


@pytest.mark.parametrize("choose_by", [None, "objective"])
def test_candidates_and_their_epochs_are_compared_by_the_same_criterion(choose_by):
    """All samples in one batch, slopes by differences, every epoch scored under the task's own penalties."""
    factors, rate = [3.0, 1.0], 0.02
    grid = {"penalty_factor": factors, "learning_rate": [rate], "batch_size": [1000]}
    given = {"training": TINY.training, "validation": TINY.validation}
    settings = {"algorithm": "lsalsa", "depth": 2, "rungs": [3], "n_train": 40, "optimizer": "sgd", "seed": 0}
    rows = search_encoder(TINY.problem, **given, grid=grid, choose_by=choose_by, **settings)
    signals, targets = TINY.validation
    for factor, row in zip(factors, rows, strict=True):
        states = trained_by_hand(TINY, "lsalsa", [rate] * 3, depth=2, penalty_factor=factor)
        codes = [encoder_codes("lsalsa", signals, arrays, 2) for arrays in states]
        pairs = [(rmse_of(x, targets), objective_of(TINY, signals, x)) for x in codes]
        best = min(pairs, key=lambda pair: pair[choose_by == "objective"])
        assert (row["rmse"], row["objective"]) == pytest.approx(best, rel=1e-6)
        assert row["score"] == row[choose_by or "rmse"]
        assert row["chosen_by"] == (choose_by or "rmse")


def test_a_loss_without_optimal_codes_has_its_own_score_or_the_objective():
    grid = {"learning_rate": [1.0], "batch_size": [10], "start": ["dictionary"]}
    settings = {"algorithm": "slstm", "depth": 2, "rungs": [1], "n_train": 40, "optimizer": "adadelta", "seed": 0}
    given = {"training": TASK.training, "validation": TASK.validation, "grid": grid, "loss": "sc2net"}
    own, ours = (search_encoder(TASK.problem, **given, choose_by=by, **settings)[0] for by in (None, "objective"))
    assert (own["chosen_by"], own["rmse"], ours["chosen_by"]) == ("loss", None, "objective")
    assert ours["score"] == ours["objective"] <= own["objective"]
    with pytest.raises(ConfigError, match="choose_by is rmse, but the loss sc2net does not know"):
        search_encoder(TASK.problem, **given, choose_by="rmse", **settings)
    with pytest.raises(ConfigError, match="choose_by must be rmse or objective, found 'mse'"):
        search_encoder(TASK.problem, **given, choose_by="mse", **settings)


# steps beyond the grid, samples


def test_a_solver_leaves_the_grid_at_the_depths_whose_best_is_at_its_edge_and_at_no_other():
    """By brute force over the scale with its steps beyond."""
    grid, scale = {"mu": [1.0, 3.0]}, [0.11, 0.33, 1.0, 3.0, 9.0, 27.0]
    signals, targets = TASK.validation
    depths = (1, 5, 40)
    rows = search_solver(
        TASK.problem,
        signals,
        targets,
        algorithm="salsa",
        depths=depths,
        grid={**grid, "read_out": ["u"]},
        rounds=3,
        extend=2,
    )
    for depth in depths:
        score = {mu: rmse_of(solver_codes(TASK, signals, "salsa", depth, mu=mu, read_out="u"), targets) for mu in scale}
        at, (chosen,) = min((2, 3), key=lambda i: score[scale[i]]), winners([r for r in rows if r["depth"] == depth])
        step = 1 if at == 3 else -1
        while 0 <= at + step < len(scale) and score[scale[at + step]] < score[scale[at]]:
            at += step
        assert chosen["mu"] == pytest.approx(scale[at])
        assert chosen["beyond_grid"] == ("" if at in (2, 3) else "mu")
    assert len({row["mu"] for row in winners(rows)}) > 1


def test_an_encoder_leaves_the_grid_and_is_compared_after_the_same_epochs():
    """Each candidate beyond the grid has the score of a search of itself alone, up to its last rung."""
    grid = {"learning_rate": [1e-5, 1e-4], "batch_size": [10], "mu": [1.0], "decay": [0.5, 1.0]}
    settings = {"algorithm": "lsalsa", "depth": 2, "n_train": 40, "optimizer": "sgd", "seed": 0}
    given = {"training": TASK.training, "validation": TASK.validation}
    rows = search_encoder(TASK.problem, **given, grid=grid, rungs=[1, 3], rounds=4, extend=2, **settings)
    (chosen,) = winners(rows)
    assert (
        chosen["learning_rate"] == pytest.approx(1e-2) and chosen["beyond_grid"] == chosen["at_edge"] == "learning_rate"
    )
    assert chosen["epochs"] == 3
    assert chosen["score"] == min(row["score"] for row in rows if row["epochs"] == 3)
    assert all(row["decay"] <= 1 for row in rows)
    alone = {name: [chosen[name]] for name in grid}
    assert search_encoder(TASK.problem, **given, grid=alone, rungs=[1, 3], **settings)[0]["score"] == chosen["score"]


def test_penalty_and_mu_move_together_and_null_among_penalties_has_the_place_of_the_tasks_own():
    """The penalties of the task are about 0.1; each candidate of the rounds is named."""
    given = {"penalty": [0.01, None, 10.0], "mu": [0.5, 1.0, 2.0]}
    own = TASK.problem.penalties[0]
    assert 0.01 < own < 10
    grid = search_grid_of(TASK.problem.penalties, given, 0)
    near = grid.neighbours({"penalty": None, "mu": 1.0})
    assert [(one["penalty"], one["mu"]) for one in near] == [
        *((0.01, 1.0), (10.0, 1.0), (None, 0.5), (None, 2.0)),
        *((0.01, 0.5), (10.0, 2.0)),
    ]


def test_a_sampled_search_has_so_many_candidates_and_the_same_for_the_same_seed():
    grid = {"penalty_factor": [0.5, 1.0, 2.0], "mu": [0.3, 1.0, 3.0], "learning_rate": [1e-3, 1e-2], "batch_size": [10]}
    settings = {"algorithm": "lsalsa", "depth": 1, "n_train": 40, "optimizer": "sgd", "rungs": [1, 2]}
    given = {"training": TASK.training, "validation": TASK.validation, "grid": grid}

    def search(seed, **more):
        return search_encoder(TASK.problem, **given, seed=seed, **settings, **more)

    found = search(0, candidates=7)
    assert len(found) == 7 and found == search(0, candidates=7)
    assert [settings_of(row, grid) for row in found] != [settings_of(row, grid) for row in search(1, candidates=7)]
    whole = scores_by_settings(search(0), grid)
    for row in found:
        assert row["epochs"] == 2 or row["score"] == whole[tuple(sorted(settings_of(row, grid).items()))]
    refined = search(0, candidates=7, rounds=5)
    without = [[{**row, "chosen": None, "at_edge": None} for row in rows] for rows in (found, refined[:7])]
    assert without[0] == without[1]
    assert winners(refined)[0]["score"] <= winners(found)[0]["score"]


def test_a_loss_of_sources_is_searched_and_trained_under_its_options():
    """Without a weight on the sources it is twice the loss of codes, so its scores follow from theirs."""
    grid = {"mu": [1.0, 2.0], "learning_rate": [1e-2], "batch_size": [10]}
    options = {"source_weight": 0.0, "code_weight": 1.0}
    rows = tune(grid, loss="sources", loss_options=options, rungs=(1,), optimizer="adam")
    by_rmse = tune(grid, rungs=(1,), optimizer="adam")
    for row, other in zip(rows, by_rmse, strict=True):
        assert row["score"] == pytest.approx(other["score"] ** 2 * TASK.problem.n_atoms, rel=1e-6)
    weighed = tune(grid, loss="sources", rungs=(1,), optimizer="adam")
    assert all(row["score"] != pytest.approx(other["score"]) for row, other in zip(weighed, rows, strict=True))
    train = {"algorithm": "lsalsa", "depth": 2, "chosen": rows[0], "seeds": [1], "optimizer": "adam", "epochs": 1}
    data = (TASK.problem, TASK.training, TASK.validation)
    _, history = train_repetitions(*data, **train, loss="sources", loss_options=options)
    assert history[0]["validation_loss"] == pytest.approx(
        history[0]["validation_rmse"] ** 2 * TASK.problem.n_atoms, rel=1e-6
    )


# interrupted


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("step", [2, 14, 27])  # of 8 in each epoch: in the first rung, at its end, in the second
def test_an_interrupted_search_goes_on_where_it_was_and_finds_the_same(step, workers, monkeypatch, tmp_path):
    grid, more = {"mu": [0.5, 1.0], "learning_rate": [1e-2, 1e-3], "batch_size": [10]}, {"rungs": (1, 3)}
    straight = tune(grid, **more)
    monkeypatch.setenv(VARIABLE, "1e-9")
    before = threads()
    set_threads(workers)
    try:
        with asked_to_end(Training, "_step", step) as first:
            tune(grid, checkpoints=tmp_path, **more)
        with mock.patch.object(Training, "_step", autospec=True, side_effect=Training._step) as rest:
            assert tune(grid, checkpoints=tmp_path, **more) == straight
    finally:
        set_threads(before)
    assert len(first) + rest.call_count == 4 * 4 + 2 * 2 * 4  # no step is taken twice


@pytest.fixture
def together(monkeypatch):
    """Candidates as stacked products, as a GPU trains them."""
    monkeypatch.setattr(search, "advance_all", advance_together)


def as_compared(rows):
    return [{name: value for name, value in row.items() if not isinstance(value, float)} for row in rows]


@pytest.mark.parametrize("algorithm", ["lista", "lsalsa"])
def test_candidates_that_are_trained_together_are_compared_as_those_trained_alone(algorithm, monkeypatch):
    own = {"mu": [0.5, 2.0]} if algorithm == "lsalsa" else {"x0": ["soft", "zero"]}
    grid = {"penalty_factor": [0.5, 1.0], "learning_rate": [1e-2, 1e-3, 1e5], "batch_size": [10, 15], **own}
    alone = tune(grid, algorithm=algorithm, rungs=(1, 2, 4))
    monkeypatch.setattr(search, "advance_all", advance_together)
    rows = tune(grid, algorithm=algorithm, rungs=(1, 2, 4))
    assert as_compared(rows) == as_compared(alone)
    for row, other in zip(rows, alone, strict=True):
        assert row["score"] == pytest.approx(other["score"], rel=1e-5)


@pytest.mark.parametrize("epoch", [1, 4, 5, 7])  # of 4 in the first rung: at its start, at its end, in the second
def test_candidates_together_go_on_after_an_interruption_and_find_the_same(epoch, together, monkeypatch, tmp_path):
    grid, more = {"mu": [0.5, 1.0], "learning_rate": [1e-2, 1e-3], "batch_size": [10]}, {"rungs": (1, 3)}
    straight = tune(grid, **more)
    monkeypatch.setenv(VARIABLE, "1e-9")
    with asked_to_end(Training, "take_epoch", epoch) as first:
        tune(grid, checkpoints=tmp_path, **more)
    with mock.patch.object(Training, "take_epoch", autospec=True, side_effect=Training.take_epoch) as rest:
        assert tune(grid, checkpoints=tmp_path, **more) == straight
    assert len(first) + rest.call_count == 4 + 2 * 2  # no epoch is run twice


def test_a_state_that_cannot_be_used_costs_that_candidate_only(monkeypatch, tmp_path):
    grid = {"mu": [0.5, 1.0], "learning_rate": [1e-2], "batch_size": [10]}
    straight = tune(grid)
    monkeypatch.setenv(VARIABLE, "1e-9")
    assert tune(grid, checkpoints=tmp_path) == straight
    damaged = sorted(tmp_path.iterdir())[0].name.partition(".")[0]
    for path in tmp_path.glob(f"{damaged}*"):
        path.write_bytes(b"PK")
    with mock.patch.object(Training, "_step", autospec=True, side_effect=Training._step) as steps:
        assert tune(grid, checkpoints=tmp_path) == straight
    assert steps.call_count in (4, 8)  # one epoch or two: whether it reached the second rung
