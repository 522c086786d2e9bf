"""From search to scores: what was chosen and trained, put on file and read again, is what is evaluated."""

import math

import numpy as np
import pytest
from tasks import encoder_codes, make_task, rmse_of, solver_codes, zero_share_of

from lsalsa.arrays import Device
from lsalsa.storage import read_arrays, read_rows, write_rows
from lsalsa.study.methods.coders import train_repetitions
from lsalsa.study.methods.search import search_encoder, search_solver
from lsalsa.study.scoring.evaluation import evaluate
from lsalsa.study.scoring.runs import encoder_runs, runs_of_task, solver_runs

CPU = Device("cpu")
TASK = make_task()
COMPONENTS = ("digits", "photos")
GRIDS = {
    "lista": {"penalty_factor": [0.5, 1.0], "learning_rate": [1e-2], "batch_size": [10]},
    "lsalsa": {"penalty_factor": [0.5, 1.0], "mu": [1.0, 3.0], "learning_rate": [1e-3, 1e-2], "batch_size": [10]},
}


class Nobody:
    """No classifiers: no class is known for these samples."""

    def errors(self, codes):
        return {name: {} for name in COMPONENTS}


JUDGED = {"components": COMPONENTS, "sources": [TASK.test[0]] * 2, "classifiers": Nobody()}


def through_a_file(rows, path):
    write_rows(path, rows)
    return read_rows(path)


def searched_solver(folder, algorithm="salsa", depths=(1, 4), **grid):
    rows = search_solver(TASK.problem, *TASK.validation, algorithm=algorithm, depths=depths, grid=grid)
    return through_a_file(rows, folder / f"{algorithm}.parquet")


class Trained:
    """An encoder searched and trained at some depths, with its files as the workflow leaves them."""

    def __init__(self, folder, algorithm="lsalsa", depths=(1, 2), n_repetitions=2):
        self.algorithm, self.searches, self.histories, self.paths = algorithm, [], [], []
        for depth in depths:
            self._add(folder, depth, range(n_repetitions))

    def _add(self, folder, depth, repetitions):
        splits = (TASK.problem, TASK.training, TASK.validation)
        settings = {"rungs": [1, 2], "n_train": 30, "optimizer": "adam", "seed": 0}
        rows = search_encoder(*splits, algorithm=self.algorithm, depth=depth, grid=GRIDS[self.algorithm], **settings)
        self.searches.append(through_a_file(rows, folder / f"search_{self.algorithm}_{depth}.parquet"))
        encoders, history = train_repetitions(
            *splits,
            algorithm=self.algorithm,
            depth=depth,
            chosen=next(row for row in self.searches[-1] if row["chosen"]),
            seeds=[10 * depth + repetition for repetition in repetitions],
            epochs=3,
            optimizer="adam",
        )
        self.histories.append(through_a_file(history, folder / f"history_{self.algorithm}_{depth}.parquet"))
        for repetition, encoder in zip(repetitions, encoders, strict=True):
            self.paths.append(str(folder / f"{self.algorithm}_{depth}_{repetition}.npz"))
            encoder.save(self.paths[-1])

    @property
    def files(self):
        return self.searches, self.histories, self.paths

    def chosen(self, i):
        return next(row for row in self.searches[i] if row["chosen"])


def codes_on_file(path, algorithm, signals, depth, mu):
    """Codes of an encoder on file, read and worked out without the library."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in ("filter", "splitting", "thresholds")}
    return encoder_codes(algorithm, signals, arrays, depth, mu)


# solvers


def test_a_solver_has_a_run_for_each_depth_with_the_settings_chosen_there(tmp_path):
    """Depths in rising order, whatever the order of the rows; settings of other depths are not mixed up."""
    rows = searched_solver(tmp_path, depths=(1, 4), penalty_factor=[1.0, 2.0], mu=[0.5, 2.0], read_out=["u", "softx"])
    names = ("penalty_factor", "mu", "read_out")
    chosen = {row["depth"]: {name: row[name] for name in names} for row in rows if row["chosen"]}
    assert chosen[1] != chosen[4]
    runs = solver_runs(TASK.problem, "salsa", rows[::-1])
    assert [(run.depth, run.repetition) for run in runs] == [(1, 0), (4, 0)]
    for run in runs:
        settings = chosen[run.depth]
        codes = solver_codes(TASK, TASK.test[0], "salsa", run.depth, **settings)
        np.testing.assert_allclose(run.encode(TASK.test[0]), codes, atol=1e-12)
        codes = solver_codes(TASK, TASK.validation[0], "salsa", run.depth, **settings)
        score = pytest.approx(rmse_of(codes, TASK.validation[1]), rel=1e-9)
        assert run.facts == {**settings, "training_seconds": 0.0, "status": "ok", "validation_rmse": score}


def test_the_run_of_a_solver_of_which_every_candidate_diverged_says_so(tmp_path):
    rows = searched_solver(tmp_path, "ista", depths=[300], step_size=[1e3, 1e4])
    (run,) = solver_runs(TASK.problem, "ista", rows)
    assert (run.facts["status"], run.facts["step_size"]) == ("diverged", 1e3)
    rows, _ = evaluate(TASK.problem, *TASK.test, [run], **JUDGED)
    assert [row["status"] for row in rows] == ["diverged"] * 3
    assert not any(math.isfinite(row["rmse"]) for row in rows)


# encoders


@pytest.mark.parametrize("algorithm", GRIDS)
def test_an_encoder_has_a_run_for_each_depth_and_repetition_each_with_its_own_file(algorithm, tmp_path):
    trained = Trained(tmp_path, algorithm)
    runs = encoder_runs(*trained.files, CPU)
    assert [(run.depth, run.repetition) for run in runs] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    signals, found = TASK.test[0], []
    for run, path in zip(runs, trained.paths, strict=True):
        found.append(run.encode(signals))
        codes = codes_on_file(path, algorithm, signals, run.depth, run.facts.get("mu"))
        np.testing.assert_allclose(found[-1], codes, atol=1e-12)
    assert not np.array_equal(found[0], found[1])


def test_the_facts_of_an_encoder_are_what_was_chosen_and_how_its_own_training_went(tmp_path):
    trained = Trained(tmp_path)
    for i, run in enumerate(encoder_runs(*trained.files, CPU)):
        depth = i // 2
        history = [row for row in trained.histories[depth] if row["repetition"] == i % 2]
        codes = codes_on_file(trained.paths[i], "lsalsa", TASK.validation[0], depth + 1, run.facts["mu"])
        assert run.facts == {
            **{name: trained.chosen(depth)[name] for name in GRIDS["lsalsa"]},
            "optimizer": "adam",
            "seed": 10 * (depth + 1) + i % 2,
            "training_seconds": pytest.approx(sum(row["seconds"] for row in history)),
            "status": "epochs_used",
            "worse_than_start": False,
            "n_learned": sum(read_arrays(trained.paths[i])[name].size for name in ("filter", "splitting")),
            "validation_rmse": pytest.approx(rmse_of(codes, TASK.validation[1]), rel=1e-9),
        }


def test_a_repetition_that_diverged_says_so_beside_one_that_did_not(tmp_path):
    trained = Trained(tmp_path, depths=[1])
    for row in trained.histories[0]:
        row["outcome"] = ("converged", "diverged")[row["repetition"]]
    assert [run.facts["status"] for run in encoder_runs(*trained.files, CPU)] == ["converged", "diverged"]


# all methods of a task


def test_files_of_a_task_go_to_the_methods_they_belong_to(tmp_path):
    """Solvers have one search, encoders one for each depth; files stand in a row, one method after the other."""
    salsa, lista = searched_solver(tmp_path), Trained(tmp_path, "lista", [3], n_repetitions=1)
    ista, lsalsa = searched_solver(tmp_path, "ista", depths=[5]), Trained(tmp_path, "lsalsa", [1, 2], n_repetitions=1)
    methods = {
        "salsa": {"algorithm": "salsa", "learned": False, "depths": [1, 4]},
        "ours": {"algorithm": "lista", "learned": True, "depths": [3]},
        "plain": {"algorithm": "ista", "learned": False, "depths": [5]},
        "theirs": {"algorithm": "lsalsa", "learned": True, "depths": [1, 2]},
    }
    searches = [salsa, *lista.searches, ista, *lsalsa.searches]
    files = (searches, lista.histories + lsalsa.histories, lista.paths + lsalsa.paths)
    runs = dict(runs_of_task(TASK.problem, methods, *files, CPU))
    assert {name: [run.depth for run in found] for name, found in runs.items()} == {
        "salsa": [1, 4],
        "ours": [3],
        "plain": [5],
        "theirs": [1, 2],
    }
    signals = TASK.test[0]
    for run in runs["salsa"] + runs["plain"]:
        algorithm = "salsa" if run in runs["salsa"] else "ista"
        np.testing.assert_allclose(run.encode(signals), solver_codes(TASK, signals, algorithm, run.depth), atol=1e-12)
    learned = zip(runs["ours"] + runs["theirs"], ("lista", "lsalsa", "lsalsa"), files[2], strict=True)
    for run, algorithm, path in learned:
        codes = codes_on_file(path, algorithm, signals, run.depth, run.facts.get("mu"))
        np.testing.assert_allclose(run.encode(signals), codes, atol=1e-12)


# from the grid to the scores


@pytest.mark.parametrize("algorithm", GRIDS)
def test_scores_of_a_study_are_those_of_the_encoders_on_file(algorithm, tmp_path):
    """Search, training, files, evaluation; then the files alone, without the library, give the same numbers."""
    trained = Trained(tmp_path, algorithm)
    runs = encoder_runs(*trained.files, CPU)
    signals, targets = TASK.test
    rows, samples = evaluate(TASK.problem, signals, targets, runs, **JUDGED)
    columns = {"all": slice(0, 13), "digits": slice(0, 7), "photos": slice(7, 13)}
    keys = [(run.depth, run.repetition, path) for run, path in zip(runs, trained.paths, strict=True)]
    expected = [(*key, name) for key in keys for name in columns]
    for row, (depth, repetition, path, name) in zip(rows, expected, strict=True):
        codes = codes_on_file(path, algorithm, signals, depth, trained.chosen(depth - 1).get("mu"))[:, columns[name]]
        assert (row["depth"], row["repetition"], row["component"]) == (depth, repetition, name)
        assert row["rmse"] == pytest.approx(rmse_of(codes, targets[:, columns[name]]), rel=1e-9)
        assert row["zero_share"] == pytest.approx(zero_share_of(codes))
    assert samples["depths"].tolist() == [1, 2]


def test_training_after_the_search_is_worth_it(tmp_path):
    """Of LSALSA on unseen samples: better than the solver it starts from, with the same settings at the same depth."""
    trained = Trained(tmp_path, depths=[2], n_repetitions=1)
    runs = encoder_runs(*trained.files, CPU)
    rows, _ = evaluate(TASK.problem, *TASK.test, runs, **JUDGED)
    settings = {name: trained.chosen(0)[name] for name in ("penalty_factor", "mu")}
    start = solver_codes(TASK, TASK.test[0], "salsa", 2, read_out="softx", **settings)
    assert rows[0]["rmse"] < 0.95 * rmse_of(start, TASK.test[1])
