"""Methods side by side: the rows against sums by hand, what is printed of them, and the budget of the zoo."""

import numpy as np
import pytest
import yaml
from pictures import words_of
from scipy import sparse
from studies import ROOT

from lsalsa.errors import DataError
from lsalsa.study import figures
from lsalsa.study.config import plugins
from lsalsa.study.config.job_settings import search_encoder, train_encoder
from lsalsa.study.figures.side_by_side import apart
from lsalsa.study.heading import Heading
from lsalsa.study.load import load_study
from lsalsa.study.pages.render import render
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.side_by_side import CERTIFIED, nearest, rows_of
from lsalsa.study.tables import make_table

LABELS = {"fista": "FISTA", "lista": "LISTA", "step_lista": "Step-LISTA"}
VALUES = {  # method, depth -> RMSE of its repetitions, learned numbers
    ("fista", 3): ([0.30], None),
    ("lista", 3): ([0.09, 0.11], 20000),
    ("step_lista", 3): ([0.20, 0.22], 3),
    ("fista", 10): ([0.05], None),
    ("lista", 10): ([0.08, 7.0], 20000),
}


def invented(**changes):
    """One task; the second repetition of LISTA at T = 10 diverged, and Step-LISTA was not run there."""
    rows = [
        {
            "task": "digits",
            "method": method,
            "depth": depth,
            "repetition": repetition,
            "component": "all",
            "rmse": rmse,
            "objective": 2.0 + rmse,
            "zero_share": 0.5,
            "support_f1": 1 - rmse,
            "n_learned": n_learned,
            "status": "diverged" if rmse > 1 else "ok",
        }
        for (method, depth), (values, n_learned) in VALUES.items()
        for repetition, rmse in enumerate(values)
    ]
    time = [
        {"task": "digits", "method": m, "depth": d, "seconds_per_sample": d * 1e-6, "status": "ok"} for m, d in VALUES
    ]
    exact = {"task": "digits", "method": CERTIFIED, "rmse": 1e-7, "seconds_per_sample": 3e-5, "status": "ok"}
    codes = {"codes": sparse.csr_matrix(np.eye(4)), "objective": np.array([1.0, 3.0])}
    return {"evaluation": rows, "timing": time, "exact": [exact], "codes": {"digits": codes}} | changes


def shown(depths=(3, 10)):
    return Shown(
        "zoo",
        Heading("The zoo"),
        tasks={"digits": {"title": "Digits", "components": ["part"], "n_atoms": [4]}},
        components={"part": "Part"},
        labels=LABELS,
        algorithms={name: name for name in LABELS},
        depths=depths,
    )


def test_rows_hold_means_of_finished_runs_and_the_objective_against_the_optimum():
    rows = {(row["method"], row["depth"]): row for row in rows_of(invented(), shown())}
    assert list(rows) == [*sorted(VALUES, key=lambda key: key[1]), (CERTIFIED, None)]
    lista = rows["lista", 3]
    assert lista["rmse"] == pytest.approx(0.10)
    assert lista["rmse_std"] == pytest.approx(0.02 / 2**0.5)
    assert lista["objective_excess_percent"] == pytest.approx(5.0)  # 2.1 over 2
    assert (lista["support_f1"], lista["microseconds"]) == (pytest.approx(0.9), pytest.approx(3.0))
    assert (lista["n_learned"], rows["fista", 3]["n_learned"], lista["n_repetitions"]) == (20000, None, 2)
    failed = rows["lista", 10]
    assert (failed["rmse"], failed["n_repetitions"], failed["status"]) == (0.08, 1, "diverged (repetition 1)")
    certified = rows[CERTIFIED, None]
    assert (certified["rmse"], certified["zero_share"], certified["objective_excess_percent"]) == (1e-7, 0.75, 0.0)


def test_a_solver_that_could_not_certify_leaves_no_row():
    data = invented(exact=[{"task": "digits", "method": CERTIFIED, "status": "skipped"}])
    assert CERTIFIED not in {row["method"] for row in rows_of(data, shown())}


def test_a_result_that_was_not_timed_is_refused():
    with pytest.raises(DataError, match="fista at depth 3 has a result, but no row in the timing"):
        rows_of(invented(timing=[]), shown())


def test_the_nearest_learned_method_is_found_among_all_and_among_small_ones():
    rows = rows_of(invented(), shown())
    assert nearest(rows, "digits", 3)["method"] == "lista"
    assert nearest(rows, "digits", 3, learned_at_most=3)["method"] == "step_lista"
    assert nearest(rows, "digits", 10, learned_at_most=3) is None


def test_the_table_says_what_is_nearest_what_failed_and_what_is_certified():
    table = make_table("side_by_side", invented(), shown())
    text = render(table, "zoo")["markdown"]
    assert "Digits, T = 3: of the learned methods LISTA (RMSE 0.1000, 20,000 learned numbers) comes nearest" in text
    assert "at most 20 numbers Step-LISTA (RMSE 0.2100, 3 learned numbers)." in text
    assert "Digits, LISTA at T = 10: diverged (repetition 1)." in text
    (grid,) = table.grids
    assert grid.lines[0][:3] == ["FISTA", "3", "0.3000"]
    assert grid.lines[1][2] == "**0.1000 ± 0.0141**"
    assert grid.lines[-1] == ["certified (active set)", "", "0.0000", "0.00", "0.750", "1.000", "30.0", "–"]


def test_the_figure_sorts_methods_by_their_distance_and_marks_the_time_of_the_certified_codes():
    figure = figures.plot("side_by_side", invented(), shown())
    first = figure.axes[0]
    assert [label.get_text() for label in first.get_yticklabels()] == ["Step-LISTA", "LISTA", "FISTA"]
    points = {(round(x, 9), y) for marks in first.collections for x, y in marks.get_offsets()}
    assert points == {(0.3, 2), (0.1, 1), (0.21, 0), (0.05, 2), (0.08, 1)}
    (line,) = (line for line in figure.axes[3].get_lines() if line.get_label() == "certified codes")
    assert line.get_xdata()[0] == pytest.approx(30)
    assert "LISTA (digits, RMSE 0.080)" in " ".join(words_of(figure).split())


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(2.5, 3e5, [10, 100, 1e3, 1e4, 1e5]), (0.085, 0.21, [0.1, 0.15, 0.2]), (0.9, 10.2, [1, 2, 5, 10])],
)
def test_ticks_of_a_narrow_axis_are_round_and_apart(low, high, ticks):
    assert apart(low, high) == pytest.approx(ticks)


def test_every_encoder_of_the_zoo_has_the_same_budget():
    study = load_study(yaml.safe_load((ROOT / "workflow" / "presets" / "zoo.yaml").read_text()), root=ROOT)
    encoders = [name for name in study.methods if plugins.is_learned(study.algorithm_of(name))]
    assert {"lista", "lsalsa", "alista", "lista_cp", "lista_cpss", "step_lista", "untied_lista"} <= set(encoders)
    for task in study.tasks:
        budgets = set()
        for name in encoders:
            search, training = search_encoder(study, task, name, "3"), train_encoder(study, task, name, "3")
            grid = search.pop("grid")
            assert np.prod([len(values) for values in grid.values()]) >= search["candidates"]
            assert (search["rounds"], search["extend"]) == (0, 0)  # nobody tries more
            kept = (*grid["batch_size"], *grid["decay"], *grid["penalty_factor"], *grid["learning_rate"])
            budgets.add(str(({**search, "algorithm": ""}, {**training, "algorithm": ""}, kept)))
        assert len(budgets) == 1
