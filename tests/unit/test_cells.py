"""From search to scores: what was chosen and trained, put on file and read again, is what is evaluated."""

import math

import numpy as np
import pytest
from lsalsa.study.cells import cells_of_task, encoder_cells, solver_cells
from lsalsa.study.estimators import train_repetitions
from tasks import encoder_codes, make_task, rmse_of, solver_codes, zero_share_of

from lsalsa.arrays import Device
from lsalsa.storage import read_rows, write_rows
from lsalsa.study.evaluation import evaluate
from lsalsa.study.search import search_encoder, search_solver

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


def through_a_file(rows, path):
    write_rows(path, rows)
    return read_rows(path)


def searched_solver(folder, kind="salsa", depths=(1, 4), **grid):
    rows = search_solver(TASK.problem, *TASK.validation, kind=kind, depths=depths, grid=grid)
    return through_a_file(rows, folder / f"{kind}.parquet")


class Trained:
    """An encoder searched and trained at some depths, with its files as the workflow leaves them."""

    def __init__(self, folder, kind="lsalsa", depths=(1, 2), n_repetitions=2):
        self.kind, self.searches, self.histories, self.paths = kind, [], [], []
        for depth in depths:
            self._add(folder, depth, range(n_repetitions))

    def _add(self, folder, depth, repetitions):
        splits = (TASK.problem, TASK.training, TASK.validation)
        settings = {"rungs": [1, 2], "n_train": 30, "optimizer": "adam", "seed": 0}
        rows = search_encoder(*splits, kind=self.kind, depth=depth, grid=GRIDS[self.kind], **settings)
        self.searches.append(through_a_file(rows, folder / f"search_{self.kind}_{depth}.parquet"))
        encoders, history = train_repetitions(
            *splits,
            kind=self.kind,
            depth=depth,
            chosen=next(row for row in self.searches[-1] if row["chosen"]),
            seeds=[10 * depth + repetition for repetition in repetitions],
            epochs=3,
            optimizer="adam",
        )
        self.histories.append(through_a_file(history, folder / f"history_{self.kind}_{depth}.parquet"))
        for repetition, encoder in zip(repetitions, encoders, strict=True):
            self.paths.append(str(folder / f"{self.kind}_{depth}_{repetition}.npz"))
            encoder.save(self.paths[-1])

    @property
    def files(self):
        return self.searches, self.histories, self.paths

    def chosen(self, i):
        return next(row for row in self.searches[i] if row["chosen"])


def codes_on_file(path, kind, signals, depth, mu):
    """Codes of an encoder on file, read and worked out without the library."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in ("filter", "splitting", "thresholds")}
    return encoder_codes(kind, signals, arrays, depth, mu)


# solvers


def test_a_solver_has_a_cell_for_each_depth_with_the_settings_chosen_there(tmp_path):
    """Depths in rising order, whatever the order of the rows; settings of other depths are not mixed up."""
    rows = searched_solver(tmp_path, depths=(1, 4), penalty_factor=[1.0, 2.0], mu=[0.5, 2.0], read_out=["u", "softx"])
    names = ("penalty_factor", "mu", "read_out")
    chosen = {row["depth"]: {name: row[name] for name in names} for row in rows if row["chosen"]}
    assert chosen[1] != chosen[4]
    cells = solver_cells(TASK.problem, "salsa", rows[::-1])
    assert [(cell.depth, cell.repetition) for cell in cells] == [(1, 0), (4, 0)]
    for cell in cells:
        settings = chosen[cell.depth]
        codes = solver_codes(TASK, TASK.test[0], "salsa", cell.depth, **settings)
        np.testing.assert_allclose(cell.estimate(TASK.test[0]), codes, atol=1e-12)
        assert cell.facts == {**settings, "wall_time_s": 0.0, "status": "done"}


def test_the_cell_of_a_solver_of_which_every_candidate_diverged_says_so(tmp_path):
    rows = searched_solver(tmp_path, "ista", depths=[300], step_size=[1e3, 1e4])
    (cell,) = solver_cells(TASK.problem, "ista", rows)
    assert (cell.facts["status"], cell.facts["step_size"]) == ("diverged", 1e3)
    rows, _ = evaluate(TASK.problem, *TASK.test, [cell], components=COMPONENTS, classifiers=Nobody())
    assert [row["status"] for row in rows] == ["diverged"] * 3
    assert not any(math.isfinite(row["rmse"]) for row in rows)


# encoders


@pytest.mark.parametrize("kind", GRIDS)
def test_an_encoder_has_a_cell_for_each_depth_and_repetition_each_with_its_own_file(kind, tmp_path):
    trained = Trained(tmp_path, kind)
    cells = encoder_cells(*trained.files, CPU)
    assert [(cell.depth, cell.repetition) for cell in cells] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    signals, found = TASK.test[0], []
    for cell, path in zip(cells, trained.paths, strict=True):
        found.append(cell.estimate(signals))
        codes = codes_on_file(path, kind, signals, cell.depth, cell.facts.get("mu"))
        np.testing.assert_allclose(found[-1], codes, atol=1e-12)
    assert not np.array_equal(found[0], found[1])


def test_the_facts_of_an_encoder_are_what_was_chosen_and_how_its_own_training_went(tmp_path):
    trained = Trained(tmp_path)
    for i, cell in enumerate(encoder_cells(*trained.files, CPU)):
        depth = i // 2
        history = [row for row in trained.histories[depth] if row["repetition"] == i % 2]
        assert cell.facts == {
            **{name: trained.chosen(depth)[name] for name in GRIDS["lsalsa"]},
            "optimizer": "adam",
            "seed": 10 * (depth + 1) + i % 2,
            "wall_time_s": pytest.approx(sum(row["seconds"] for row in history)),
            "status": "epochs_used",
        }


def test_a_repetition_that_diverged_says_so_beside_one_that_did_not(tmp_path):
    trained = Trained(tmp_path, depths=[1])
    for row in trained.histories[0]:
        row["outcome"] = ("done", "diverged")[row["repetition"]]
    assert [cell.facts["status"] for cell in encoder_cells(*trained.files, CPU)] == ["done", "diverged"]


# all methods of a task


def test_files_of_a_task_go_to_the_methods_they_belong_to(tmp_path):
    """Solvers have one search, encoders one for each depth; files stand in a row, one method after the other."""
    salsa, lista = searched_solver(tmp_path), Trained(tmp_path, "lista", [3], n_repetitions=1)
    ista, lsalsa = searched_solver(tmp_path, "ista", depths=[5]), Trained(tmp_path, "lsalsa", [1, 2], n_repetitions=1)
    methods = {
        "salsa": {"kind": "salsa", "learned": False, "depths": [1, 4]},
        "ours": {"kind": "lista", "learned": True, "depths": [3]},
        "plain": {"kind": "ista", "learned": False, "depths": [5]},
        "theirs": {"kind": "lsalsa", "learned": True, "depths": [1, 2]},
    }
    searches = [salsa, *lista.searches, ista, *lsalsa.searches]
    files = (searches, lista.histories + lsalsa.histories, lista.paths + lsalsa.paths)
    cells = dict(cells_of_task(TASK.problem, methods, *files, CPU))
    assert {name: [cell.depth for cell in found] for name, found in cells.items()} == {
        "salsa": [1, 4],
        "ours": [3],
        "plain": [5],
        "theirs": [1, 2],
    }
    signals = TASK.test[0]
    for cell in cells["salsa"] + cells["plain"]:
        kind = "salsa" if cell in cells["salsa"] else "ista"
        np.testing.assert_allclose(cell.estimate(signals), solver_codes(TASK, signals, kind, cell.depth), atol=1e-12)
    for cell, kind, path in zip(cells["ours"] + cells["theirs"], ("lista", "lsalsa", "lsalsa"), files[2], strict=True):
        codes = codes_on_file(path, kind, signals, cell.depth, cell.facts.get("mu"))
        np.testing.assert_allclose(cell.estimate(signals), codes, atol=1e-12)


# from the grid to the scores


@pytest.mark.parametrize("kind", GRIDS)
def test_scores_of_a_study_are_those_of_the_encoders_on_file(kind, tmp_path):
    """Search, training, files, evaluation; then the files alone, without the library, give the same numbers."""
    trained = Trained(tmp_path, kind)
    cells = encoder_cells(*trained.files, CPU)
    signals, targets = TASK.test
    rows, samples = evaluate(TASK.problem, signals, targets, cells, components=COMPONENTS, classifiers=Nobody())
    columns = {"all": slice(0, 13), "digits": slice(0, 7), "photos": slice(7, 13)}
    keys = [(cell.depth, cell.repetition, path) for cell, path in zip(cells, trained.paths, strict=True)]
    expected = [(*key, name) for key in keys for name in columns]
    for row, (depth, repetition, path, name) in zip(rows, expected, strict=True):
        codes = codes_on_file(path, kind, signals, depth, trained.chosen(depth - 1).get("mu"))[:, columns[name]]
        assert (row["depth"], row["repetition"], row["component"]) == (depth, repetition, name)
        assert row["rmse"] == pytest.approx(rmse_of(codes, targets[:, columns[name]]), rel=1e-9)
        assert row["zero_share"] == pytest.approx(zero_share_of(codes))
    assert samples["depths"].tolist() == [1, 2]


def test_training_after_the_search_is_worth_it(tmp_path):
    """Of LSALSA on unseen samples: better than the solver it starts from, with the same settings at the same depth."""
    trained = Trained(tmp_path, depths=[2], n_repetitions=1)
    cells = encoder_cells(*trained.files, CPU)
    rows, _ = evaluate(TASK.problem, *TASK.test, cells, components=COMPONENTS, classifiers=Nobody())
    settings = {name: trained.chosen(0)[name] for name in ("penalty_factor", "mu")}
    start = solver_codes(TASK, TASK.test[0], "salsa", 2, read_out="softx", **settings)
    assert rows[0]["rmse"] < 0.95 * rmse_of(start, TASK.test[1])
