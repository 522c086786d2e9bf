"""The table of chosen settings, from searches written by hand."""

from runs_by_hand import shown
from studies import small

from lsalsa.study.load import load_study
from lsalsa.study.needs import NEEDS
from lsalsa.study.pages.render import render
from lsalsa.study.tables import make_table


def candidate(method, depth, score, *, chosen=False, **settings):
    facts = {"task": "digits", "method": method, "depth": depth, "score": score, "rmse": score, "objective": 30 * score}
    marks = {"beyond_grid": "", "at_edge": "", "chosen_by": "rmse", "status": "ok"}
    return {**facts, **marks, "chosen": chosen, **settings}


SEARCHES = [
    candidate("fista", 1, 0.2, penalty=None, chosen=True),
    candidate("fista", 1, 0.3, penalty=1.0),
    candidate("fista", 5, 0.2, penalty=None),
    candidate("fista", 5, 0.1, penalty=4.0, chosen=True, beyond_grid="penalty", at_edge="penalty"),
    candidate("lsalsa", 5, 0.123456, penalty=1.0, mu=3.0, batch_size=100, learning_rate=3e-05, epochs=3, chosen=True),
    candidate("lsalsa", 5, 0.4, penalty=1.0, mu=1.0, batch_size=100, learning_rate=1e-3, epochs=1),
    candidate("lsalsa", 10, float("inf"), penalty=1.0, mu=1.0, batch_size=100, learning_rate=1.0, epochs=1)
    | {"chosen": True, "status": "diverged", "rmse": 9.0},
]


def table(searches=SEARCHES, **changes):
    return make_table("chosen", {"searches": searches}, shown(**changes))


def test_a_row_is_the_chosen_candidate_of_a_method_at_a_depth_with_all_that_is_known_of_it():
    rows = table().rows
    assert [(row["method"], row["depth"]) for row in rows] == [
        ("fista", 1),
        ("fista", 5),
        ("lsalsa", 5),
        ("lsalsa", 10),
    ]
    assert [row["n_candidates"] for row in rows] == [2, 2, 2, 1]
    assert [row["penalty"] for row in rows] == ["own", 4.0, 1.0, 1.0]
    assert rows[2] == {
        **{"method": "lsalsa", "depth": 5, "penalty": 1.0, "mu": 3.0, "learning_rate": 3e-05, "batch_size": 100},
        **{"epochs": 3, "n_candidates": 2, "beyond_grid": "", "at_edge": "", "chosen_by": "rmse"},
        **{"validation_rmse": 0.123456, "validation_objective": 30 * 0.123456, "status": "ok"},
    }
    assert len({tuple(row) for row in rows}) == 1, "columns differ"


def test_a_reader_sees_the_settings_that_were_searched_and_where_the_choice_lies():
    (grid,) = table().grids
    assert grid.head == ["method", "T", "penalty", "mu", "rate", "tried", "RMSE", "objective", "place in grid"]
    assert grid.lines == [
        ["FISTA", "1", "own", "–", "–", "2", "0.2", "6", "inside"],
        ["FISTA", "5", "4", "–", "–", "2", "0.1", "3", "penalty: beyond, last"],
        ["LSALSA", "5", "1", "3", "3e-05", "2", "0.1235", "3.704", "inside"],
        ["LSALSA", "10", "1", "1", "1", "1", "9", "inf", "diverged"],
    ]


def test_sentences_count_the_choices_and_name_the_cells_where_nothing_succeeded():
    assert table().sentences == [
        "Of 3 choices 1 lie beyond their grid, and 1 have a value behind which none was tried;"
        " 7 candidates were compared in all.",
        "LSALSA at T = 10: no candidate succeeded (diverged); the first of the grid stands for them.",
    ]


def test_two_criteria_have_a_column_and_methods_and_depths_can_be_left_out():
    other = [{**row, "chosen_by": "objective"} if row["method"] == "lsalsa" else row for row in SEARCHES]
    assert "chosen by" in table(other).grids[0].head
    assert "chosen by" not in table(other, methods=["lsalsa"]).grids[0].head
    assert [row["depth"] for row in table(depths=[5]).rows] == [5, 5]
    assert set(render(table(), "table:x")) == {"csv", "markdown", "latex", "page"}


def test_the_table_is_made_from_all_searches_of_the_shown_methods():
    tables = {"settings": {"title": "Settings", "kind": "chosen", "task": "digits"}}
    study = load_study(small(tables=tables))
    assert NEEDS["searches"].files(study, study.tables["settings"]) == [
        "search/digits/fista.parquet",
        "search/digits/lsalsa/depth_1.parquet",
    ]
