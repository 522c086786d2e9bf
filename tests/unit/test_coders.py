"""Algorithms and chosen settings become what makes codes: against the textbook, by hand, and repeated."""

from types import SimpleNamespace

import numpy as np
import pytest
from tasks import encoder_codes, make_task, rmse_of, solver_codes, start_arrays, trained_by_hand

from lsalsa.errors import ConfigError
from lsalsa.storage import read_rows, write_rows
from lsalsa.study.jobs.scratch import VARIABLE
from lsalsa.study.methods.coders import penalised, solver_coder, start_encoder, train_repetitions, training_settings
from lsalsa.training import Training

TASK = make_task()
TINY = make_task(n_features=5, n_atoms=4)
SOLVERS = (
    ("ista", {"penalty_factor": 2.0, "step_size": 0.2}),
    ("fista", {"penalty_factor": 0.5}),
    ("salsa", {"penalty_factor": 3.0, "mu": 2.0, "read_out": "softx"}),
    ("salsa", {}),
)
RESULTS = {"depth": 99, "score": 0.1, "epochs": 3, "zero_share": 0.5, "status": "epochs_used", "chosen": True}

every_encoder = pytest.mark.parametrize("algorithm", ["lista", "lsalsa"])


def repeat(algorithm="lsalsa", *, task=TASK, chosen=None, seeds=(5, 6), depth=2, **fixed):
    """`train_repetitions` in batches of ten, unless `chosen` says otherwise."""
    chosen = {"learning_rate": 1e-2, "batch_size": 10} if chosen is None else chosen
    given = {"algorithm": algorithm, "depth": depth, "chosen": chosen, "seeds": seeds, "epochs": 3, "optimizer": "sgd"}
    return train_repetitions(task.problem, task.training, task.validation, **given | fixed)


def bytes_of(encoder):
    return {name: array.tobytes() for name, array in encoder.arrays.items()}


def without_clock(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


# penalties


def test_an_absolute_penalty_takes_the_place_of_the_factor():
    problem = make_task(3).problem
    assert penalised(problem, {"penalty_factor": 9.0, "penalty": 0.25}).penalties == (0.25, 0.25, 0.25)
    assert penalised(problem, {"penalty": 0.25, "penalty_second": 2.5}).penalties == (0.25, 2.5, 2.5)
    first, *_ = problem.penalties
    assert penalised(problem, {"penalty_factor": 2.0, "penalty_second": 2.5}).penalties == (2 * first, 2.5, 2.5)
    assert penalised(problem, {"penalty_factor": 1.0, "penalty": None}).penalties == problem.penalties


@pytest.mark.parametrize("n_blocks", [1, 3])
def test_a_penalty_factor_multiplies_every_penalty_and_leaves_the_problem_as_it_was(n_blocks):
    problem = make_task(n_blocks).problem
    harder = penalised(problem, {"penalty_factor": 2.5, **RESULTS})
    assert harder.penalties == pytest.approx([2.5 * penalty for penalty in (0.1, 0.2, 0.15)[:n_blocks]])
    assert problem.penalties == (0.1, 0.2, 0.15)[:n_blocks]
    assert all(a is b for a, b in zip(harder.dictionaries, problem.dictionaries, strict=True))


def test_without_a_penalty_factor_the_penalties_are_those_of_the_task():
    assert penalised(TASK.problem, {"mu": 3.0}).penalties == TASK.problem.penalties


def test_a_null_of_a_table_leaves_the_penalties_of_the_task():
    assert penalised(TASK.problem, {"penalty_factor": None}).penalties == TASK.problem.penalties


# solvers


@pytest.mark.parametrize(("algorithm", "chosen"), SOLVERS)
def test_a_solver_with_its_chosen_settings_is_the_textbook_with_them(algorithm, chosen):
    """The row of a search brings its results along, a depth of its own among them."""
    encode = solver_coder(TASK.problem, algorithm, 7, {**chosen, **RESULTS})
    for signals in (TASK.test[0], TASK.validation[0], TASK.test[0][:1]):
        np.testing.assert_allclose(encode(signals), solver_codes(TASK, signals, algorithm, 7, **chosen), atol=1e-12)


@pytest.mark.parametrize(("algorithm", "nulls"), [("ista", ("step_size",)), ("salsa", ("mu", "read_out"))])
def test_a_null_of_a_table_leaves_a_solver_its_default(algorithm, nulls):
    signals = TASK.test[0]
    codes = solver_coder(TASK.problem, algorithm, 4, dict.fromkeys(nulls))(signals)
    np.testing.assert_allclose(codes, solver_codes(TASK, signals, algorithm, 4), atol=1e-12)


def test_codes_of_one_call_are_not_written_over_by_the_next():
    encode = solver_coder(TASK.problem, "fista", 3, {})
    first = encode(TASK.test[0])
    kept = first.copy()
    encode(TASK.validation[0])
    assert np.array_equal(first, kept)


# encoders before training


@every_encoder
def test_an_untrained_encoder_has_the_chosen_settings_and_the_depth_asked_for(algorithm):
    chosen = {"penalty_factor": 2.0, "learning_rate": 0.1, **RESULTS} | ({"mu": 3.0} if algorithm == "lsalsa" else {})
    encoder = start_encoder(TASK.problem, algorithm, 4, chosen)
    mu = chosen.get("mu", 1.0)
    assert encoder.depth == 4
    expected = start_arrays(TASK.under(2.0, TASK.test[0]), algorithm, mu)
    for name, array in expected.items():
        np.testing.assert_allclose(encoder.arrays[name], array, atol=1e-12)
    codes = encoder_codes(algorithm, TASK.test[0], expected, 4, mu)
    np.testing.assert_allclose(encoder.encode(TASK.test[0]), codes, atol=1e-12)


@pytest.mark.parametrize(
    ("algorithm", "settings"), [("lista", {"x0": "zero"}), ("lsalsa", {"mu": 2.0, "read_out": "u"}), ("lsalsa", {})]
)
def test_every_setting_of_its_own_reaches_an_encoder_and_a_null_leaves_the_default(algorithm, settings):
    of_each = {"lista": {"x0": "soft", "learn_thresholds": False}, "lsalsa": {"mu": 1.0, "read_out": "softx"}}
    defaults = of_each[algorithm]
    for nulls in ({}, dict.fromkeys(set(defaults) - set(settings))):
        encoder = start_encoder(TASK.problem, algorithm, 3, settings | nulls)
        assert encoder.settings == {"depth": 3, **defaults, **settings}


def test_training_settings_are_those_of_training_alone_and_without_nulls():
    chosen = {"mu": 2.0, "learning_rate": 0.1, "batch_size": None, "decay": 0.5, **RESULTS}
    assert training_settings(chosen) == {"learning_rate": 0.1, "decay": 0.5}


def test_a_zero_was_chosen_and_is_no_null():
    with pytest.raises(ConfigError, match="mu must be positive and finite, found 0"):
        start_encoder(TASK.problem, "lsalsa", 3, {"mu": 0})
    with pytest.raises(ConfigError, match="step_size must be positive and finite, found 0"):
        solver_coder(TASK.problem, "ista", 3, {"step_size": 0})


def test_an_unknown_algorithm_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean fista"):
        solver_coder(TASK.problem, "fist", 3, {})
    with pytest.raises(ConfigError, match="did you mean lsalsa"):
        start_encoder(TASK.problem, "lsals", 3, {})


# repetitions


@every_encoder
def test_repetitions_are_trained_as_by_hand(algorithm):
    """All samples in one batch: no order enters, so that both repetitions are the training by hand."""
    chosen = {"penalty_factor": 2.0, "learning_rate": 0.005, "batch_size": 1000, "decay": 0.5, **RESULTS}
    encoders, rows = repeat(algorithm, task=TINY, chosen=chosen, keep="last", epochs=2)
    states = trained_by_hand(TINY, algorithm, [0.005, 0.0025], depth=2, penalty_factor=2.0)
    for encoder in encoders:
        for name, array in states[-1].items():
            np.testing.assert_allclose(encoder.arrays[name], array, atol=1e-6)
    signals, targets = TINY.validation
    scores = [rmse_of(encoder_codes(algorithm, signals, arrays, 2), targets) for arrays in states]
    assert [row["validation_rmse"] for row in rows] == pytest.approx(2 * scores, rel=1e-6)


def test_every_epoch_of_every_repetition_is_a_row_with_seed_settings_and_outcome():
    chosen = {"mu": 2.0, "learning_rate": 1e-3, "batch_size": 10, "decay": 0.9, **RESULTS}
    encoders, rows = repeat(chosen=chosen, seeds=(5, 6, 7), keep="last", set_backs=1)
    assert len(encoders) == 3
    assert [(row["repetition"], row["seed"], row["epoch"]) for row in rows] == [
        (repetition, seed, epoch) for repetition, seed in enumerate((5, 6, 7)) for epoch in range(4)
    ]
    fixed = {"epochs": 3, "optimizer": "sgd", "keep": "last", "set_backs": 1, "batch_size": 10, "decay": 0.9}
    assert all(row.items() >= {**fixed, "outcome": "epochs_used"}.items() for row in rows)
    assert [row["learning_rate"] for row in rows[1:4]] == pytest.approx([1e-3, 9e-4, 8.1e-4])
    assert [row["status"] for row in rows] == 3 * [None, None, None, "epochs_used"]
    assert [row["kept"] for row in rows] == 3 * [False, False, False, True]
    assert all(row["seconds"] >= 0 for row in rows)


@every_encoder
def test_repetitions_differ_by_their_seeds_and_the_same_seed_gives_the_same_bytes(algorithm):
    """A repetition does not go on from the one before: alone, in the other order, or beside another it is the same."""
    (first, second), rows = repeat(algorithm, seeds=(5, 6))
    (second_again, first_again), _ = repeat(algorithm, seeds=(6, 5))
    (alone,), rows_alone = repeat(algorithm, seeds=(5,))
    assert bytes_of(first) == bytes_of(first_again) == bytes_of(alone)
    assert bytes_of(second) == bytes_of(second_again)
    assert bytes_of(first)["splitting"] != bytes_of(second)["splitting"]
    assert without_clock(rows[: len(rows_alone)]) == without_clock(rows_alone)


def test_training_leaves_the_problem_and_the_samples_as_they_were():
    task = make_task(1)
    problem = task.problem
    given = (*problem.dictionaries, problem.dictionary, *task.training, *task.validation)
    before = [array.copy() for array in given]
    settings = {"algorithm": "lsalsa", "depth": 2, "chosen": {"learning_rate": 0.1, "batch_size": 10}}
    train_repetitions(problem, task.training, task.validation, **settings, seeds=[1], epochs=1)
    assert all(np.array_equal(array, kept) for array, kept in zip(given, before, strict=True))


def test_a_row_with_nulls_trains_as_one_without_those_columns(tmp_path):
    """A table has a column for every setting of any row; where it was not searched, there is a null."""
    chosen = {"mu": 2.0, "learning_rate": 1e-2, "batch_size": 10}
    other = {"decay": 0.5, "read_out": "u"}
    write_rows(tmp_path / "search.parquet", [chosen | RESULTS, other])
    row = read_rows(tmp_path / "search.parquet")[0]
    assert row["decay"] is None and row["read_out"] is None
    encoders, rows = repeat(chosen=row)
    expected, expected_rows = repeat(chosen=chosen)
    assert [bytes_of(encoder) for encoder in encoders] == [bytes_of(encoder) for encoder in expected]
    assert without_clock(rows) == without_clock(expected_rows)


@every_encoder
def test_the_penalty_factor_of_the_chosen_row_multiplies_the_thresholds_of_every_repetition(algorithm):
    factors = (1.0, 3.0)
    pairs = [repeat(algorithm, chosen={"penalty_factor": f, "learning_rate": 1e-3}, epochs=1)[0] for f in factors]
    for plain, harder in zip(*pairs, strict=True):
        np.testing.assert_allclose(harder.arrays["thresholds"], 3 * plain.arrays["thresholds"], rtol=1e-12)


def test_a_repetition_that_diverges_says_so_in_every_row_and_leaves_finite_arrays():
    encoders, rows = repeat(chosen={"learning_rate": 1e8, "batch_size": 10})
    assert {row["outcome"] for row in rows} == {"diverged"}
    assert [(row["epoch"], row["status"]) for row in rows] == 2 * [(0, None), (1, "diverged")]
    assert all(np.isfinite(array).all() for encoder in encoders for array in encoder.arrays.values())


def test_epochs_that_were_undone_keep_their_status():
    rows = repeat(chosen={"learning_rate": 1e4, "batch_size": 40}, seeds=[1], epochs=20, set_backs=9)[1]
    statuses = [row["status"] for row in rows]
    assert "set back" in statuses
    assert set(statuses[:-1]) <= {None, "set back"}
    assert statuses[-1] == rows[0]["outcome"] in ("epochs_used", "converged")


# interruptions


class Interrupted(Exception):
    """Somebody ended the job."""


@pytest.fixture
def epochs(monkeypatch):
    """The epochs that are run, each with a checkpoint; `most` of them end a job."""
    run_epoch = Training.run_epoch
    ran = SimpleNamespace(most=99, seen=[])

    def counted(training):
        if len(ran.seen) == ran.most:
            raise Interrupted
        ran.seen.append(training.epoch)
        run_epoch(training)

    monkeypatch.setattr(Training, "run_epoch", counted)
    monkeypatch.setenv(VARIABLE, "1e-9")
    return ran


def interrupted_in_the_second_repetition(epochs, folder):
    epochs.most, epochs.seen = 5, []
    with pytest.raises(Interrupted):
        repeat(epochs=4, checkpoints=folder)
    epochs.most, epochs.seen = 99, []


def test_an_interrupted_job_goes_on_where_it_was_and_gives_the_same_bytes(epochs, tmp_path):
    expected, expected_rows = repeat(epochs=4)
    interrupted_in_the_second_repetition(epochs, tmp_path)
    found, rows = repeat(epochs=4, checkpoints=tmp_path)
    assert epochs.seen == [1, 2, 3]
    assert [bytes_of(encoder) for encoder in found] == [bytes_of(encoder) for encoder in expected]
    assert without_clock(rows) == without_clock(expected_rows)


@pytest.mark.parametrize("damage", ["cut", "another"])
def test_a_checkpoint_that_cannot_be_used_is_thrown_away_and_training_begins_anew(epochs, tmp_path, damage):
    chosen = {"learning_rate": 1e-2 if damage == "cut" else 1e-3, "batch_size": 10}
    expected, _ = repeat(epochs=4, chosen=chosen)
    interrupted_in_the_second_repetition(epochs, tmp_path)
    for path in tmp_path.iterdir() if damage == "cut" else ():
        path.write_bytes(path.read_bytes()[:100])
    found, _ = repeat(epochs=4, checkpoints=tmp_path, chosen=chosen)
    assert epochs.seen == 2 * [0, 1, 2, 3]
    assert [bytes_of(encoder) for encoder in found] == [bytes_of(encoder) for encoder in expected]


def test_a_short_training_leaves_no_checkpoint(tmp_path):
    repeat(epochs=2, checkpoints=tmp_path / "none")
    assert not (tmp_path / "none").exists()


# layer by layer


def test_layers_grow_one_by_one_and_a_damaged_file_of_one_depth_starts_anew(tmp_path):
    given = {"algorithm": "untied_lsalsa", "task": TINY, "seeds": (5,), "layer_wise": True, "optimizer": "adam"}
    (expected,), rows = repeat(**given)
    assert [row["layers"] for row in rows] == [2] + [1] * 2 + [2] * 4
    (all_at_once,), _ = repeat(**{**given, "layer_wise": False})
    assert bytes_of(expected) != bytes_of(all_at_once)
    (tmp_path / "repetition_0.layers_1.npz").write_bytes(b"no file of ours")
    (found,), again = repeat(**given, checkpoints=tmp_path)
    assert bytes_of(found) == bytes_of(expected)
    assert without_clock(again) == without_clock(rows)
