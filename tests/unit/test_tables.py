"""Tables from evaluation rows: means, spreads, failed and missing cells, the three texts."""

import csv
import io

import pytest

from lsalsa.errors import ConfigError, DataError
from lsalsa.study.csv_rows import read_csv, to_csv
from lsalsa.study.tables import (
    catching_up,
    comparison,
    followers,
    make_table,
    method_label,
    note,
    ranking,
    to_latex,
    to_markdown,
    unfinished,
    value_and_spread,
)

COLUMNS = ["depth", "method", "error_percent", "error_percent_std", "n_repetitions", "paper_error_percent", "status"]


def run(method, depth, error, *, repetition=0, status="done", component="digits_10", rmse=0.1, honest=None):
    """One row of an evaluation."""
    return {
        "method": method,
        "depth": depth,
        "repetition": repetition,
        "component": component,
        "rmse": rmse,
        "error_percent": error,
        "error_percent_honest": honest,
        "status": status,
    }


def hand_made_runs():
    """FISTA once per depth; LSALSA three times, of which one diverged at depth 5 and all collapsed at depth 10."""
    return [
        run("fista", 1, 40.0, honest=45.0),
        run("fista", 5, 6.0, honest=16.0, status="max_iterations"),
        *(run("lsalsa", 1, e, repetition=r, honest=e + 10) for r, e in enumerate((2.0, 3.0, 4.0))),
        *(
            run("lsalsa", 5, e, repetition=r, status=s, honest=e)
            for r, (e, s) in enumerate([(1.0, "done"), (1.5, "done"), (90.0, "diverged")])
        ),
        *(run("lsalsa", 10, 90.0, repetition=r, status="collapsed", honest=90.0) for r in range(3)),
        run("lsalsa", 1, 99.0, component="photos_16"),
        run("lsalsa", 1, None, component="all", rmse=0.25),
    ]


def hand_made_table(**changes):
    options = {"methods": ["fista", "lsalsa"], "depths": [1, 5, 10], "component": "digits_10"} | changes
    return make_table("classification", hand_made_runs(), **options)


def cell(rows, method, depth):
    return next(row for row in rows if (row["method"], row["depth"]) == (method, depth))


def test_columns_and_order_are_those_promised():
    rows = hand_made_table()
    assert all(list(row) == COLUMNS for row in rows)
    assert [(row["depth"], row["method"]) for row in rows] == [
        (depth, method) for depth in (1, 5, 10) for method in ("fista", "lsalsa")
    ]


def test_mean_and_spread_are_those_of_the_finished_repetitions():
    whole = cell(hand_made_table(), "lsalsa", 1)
    assert (whole["error_percent"], whole["error_percent_std"], whole["n_repetitions"]) == (3.0, 1.0, 3)
    partly = cell(hand_made_table(), "lsalsa", 5)
    assert partly["error_percent"] == 1.25
    assert partly["error_percent_std"] == pytest.approx(0.5**0.5 / 2)
    assert partly["n_repetitions"] == 2


def test_one_run_has_no_spread():
    once = cell(hand_made_table(), "fista", 1)
    assert (once["error_percent"], once["error_percent_std"], once["n_repetitions"]) == (40.0, None, 1)


def test_failed_runs_are_named_and_missing_cells_are_rows():
    rows = hand_made_table()
    assert cell(rows, "lsalsa", 5)["status"] == "diverged (repetition 2)"
    assert cell(rows, "lsalsa", 10)["status"] == "collapsed (repetition 0, 1, 2)"
    assert cell(rows, "lsalsa", 10)["error_percent"] is None
    assert cell(rows, "lsalsa", 10)["n_repetitions"] == 0
    assert cell(rows, "fista", 10)["status"] == "skipped"
    assert cell(rows, "fista", 5)["status"] == "done"


def test_the_honest_protocol_reads_its_own_column():
    assert cell(hand_made_table(protocol="honest"), "lsalsa", 1)["error_percent"] == 13.0


def test_the_papers_numbers_stand_beside_ours():
    paper = [{"depth": 1, "method": "lsalsa", "error_percent": 1.91}]
    rows = hand_made_table(paper_rows=paper)
    assert cell(rows, "lsalsa", 1)["paper_error_percent"] == 1.91
    assert cell(rows, "fista", 1)["paper_error_percent"] is None


def test_a_table_of_rmse_takes_the_whole_code_without_a_component():
    rows = make_table("rmse", hand_made_runs(), methods=["lsalsa"], depths=[1])
    assert list(rows[0]) == ["depth", "method", "rmse", "rmse_std", "n_repetitions", "paper_rmse", "status"]
    assert rows[0]["rmse"] == 0.25


def test_a_classification_table_without_its_component_is_refused():
    with pytest.raises(DataError, match="lsalsa at depth 1 has no error_percent for component all"):
        hand_made_table(component=None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"kind": "classificatoin"}, "did you mean classification"), ({"protocol": "fair"}, "protocol")],
)
def test_unknown_words_are_refused(changes, words):
    options = {"kind": "classification", "methods": ["fista"], "depths": [1]} | changes
    with pytest.raises(ConfigError, match=words):
        make_table(options.pop("kind"), [], **options)


def test_csv_holds_every_row_and_leaves_missing_numbers_empty():
    read = list(csv.DictReader(io.StringIO(to_csv(hand_made_table()))))
    assert list(read[0]) == COLUMNS
    assert len(read) == 6
    assert float(cell_of_text(read, "lsalsa", 5)["error_percent"]) == 1.25
    assert cell_of_text(read, "fista", 10)["error_percent"] == ""
    assert cell_of_text(read, "fista", 10)["status"] == "skipped"


def learned_runs():
    """LISTA trained at T = 1 and 10, twice each; at T = 10 for 100 and 140 seconds."""
    seconds = {1: (30.0, 34.0), 10: (100.0, 140.0)}
    return [run("lista", d, 5.0, repetition=r) | {"wall_time_s": s} for d in seconds for r, s in enumerate(seconds[d])]


@pytest.mark.parametrize(
    ("depth", "words"),
    [
        (50, "skipped (about 10 min of training at T = 50, estimated from T = 10)"),
        (5, "skipped (about 1 min of training at T = 5, estimated from T = 10)"),
        (1000, "skipped (about 3.3 h of training at T = 1000, estimated from T = 10)"),
        (50_000, "skipped (about 167 h of training at T = 50000, estimated from T = 10)"),
        (2, "skipped (about 24 s of training at T = 2, estimated from T = 10)"),
    ],
)
def test_a_training_left_out_is_a_row_with_its_cost_in_proportion_to_the_depth(depth, words):
    rows = make_table("classification", learned_runs(), methods=["lista"], depths=[depth], component="digits_10")
    assert (rows[0]["status"], rows[0]["error_percent"]) == (words, None)


def test_a_method_without_training_has_no_cost_to_tell():
    runs = [run("fista", 1, 40.0) | {"wall_time_s": 0.0}]
    rows = make_table("classification", runs, methods=["fista"], depths=[5], component="digits_10")
    assert rows[0]["status"] == "skipped"


def test_the_cost_of_a_cell_left_out_is_told_below_the_table_but_is_no_failure():
    rows = make_table("classification", learned_runs(), methods=["lista"], depths=[10, 50], component="digits_10")
    text = to_markdown(rows, "Digits", "A note.")
    assert "| 50 | – [1] |" in text
    assert "- [1] LISTA at T = 50: skipped (about 10 min of training at T = 50, estimated from T = 10).\n" in text
    assert "- – was not run." in text
    assert unfinished(rows) == []


def cell_of_text(read, method, depth):
    return next(row for row in read if (row["method"], row["depth"]) == (method, str(depth)))


def test_markdown_shows_a_grid_with_the_best_in_bold_and_what_failed():
    text = to_markdown(hand_made_table(), "Digits", "A note.")
    lines = text.splitlines()
    assert lines[0] == "## Digits"
    assert "A note." in lines
    assert "| T | FISTA | LSALSA |" in lines
    assert "| 1 | 40.00 | **3.00 ± 1.00** |" in lines
    assert "| 5 | 6.00 | **1.25 ± 0.35** [1] |" in lines
    assert "| 10 | – | – [2] |" in lines
    assert "[1] LSALSA at T = 5: diverged (repetition 2); mean over 2 repetitions." in text
    assert "[2] LSALSA at T = 10: collapsed (repetition 0, 1, 2); no mean." in text
    assert "The paper's numbers" not in text


def test_markdown_shows_the_papers_numbers_when_there_are_any():
    paper = [{"depth": 1, "method": "lsalsa", "error_percent": 1.91}]
    text = to_markdown(hand_made_table(paper_rows=paper), "Digits", "A note.")
    assert "| 1 | – | 1.91 |" in text[text.index("The paper's numbers") :]


def test_latex_escapes_and_balances():
    text = to_latex(hand_made_table(), "Digits & 100 % of digits_10", "Floor: 0.00 %.", "table_digits")
    assert "Digits \\& 100 \\% of digits\\_10. Floor: 0.00 \\%." in text
    assert "1 & 40.00 & \\textbf{3.00 $\\pm$ 1.00} \\\\" in text
    assert text.count("{") == text.count("}")
    assert text.count("\\begin") == text.count("\\end") == 2
    assert "\\label{table_digits}" in text


def test_the_note_names_protocol_and_floor():
    floors = {"digits_16": {"paper": 0.0, "honest": 12.5}, "photos_16": {"paper": 0.5, "honest": 30.0}}
    paper = note("classification", component="photos_16", protocol="paper", floors=floors)
    honest = note("classification", component="digits_16", protocol="honest", floors=floors)
    assert "very test images" in paper and "0.50 %" in paper
    assert "never saw a test image" in honest and "12.50 %" in honest
    assert "2.00 %" in note("classification", floors={"digits_10": {"paper": 2.0, "honest": 9.0}})
    assert "miss 80.00 %" in note("classification", component="photos_16", guesses={"photos_16": 80.0})
    assert note("rmse", floors=floors) == "RMSE of the code against the optimal code; smaller is better."


def test_curves_leave_out_depths_without_a_finished_run():
    assert value_and_spread(hand_made_runs(), "error_percent", method="lsalsa", component="digits_10") == [
        (1, 3.0, 1.0, 3),
        (5, 1.25, pytest.approx(0.3535534), 2),
    ]


def test_methods_are_named_in_print():
    labels = {"fista": "FISTA", "lsalsa_adam": "LSALSA (Adam)", "salsa_u": "SALSA (read-out u)"}
    labels["lista_long_run"] = "LISTA (long run)"
    assert {name: method_label(name) for name in labels} == labels


def test_a_table_read_back_has_its_numbers_again(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(to_csv(hand_made_table()))
    spread = hand_made_table()[3].pop("error_percent_std")
    for read, made in zip(read_csv(path), hand_made_table(), strict=True):
        if made["error_percent_std"] == spread:
            assert read.pop("error_percent_std") == pytest.approx(made.pop("error_percent_std"), rel=1e-5)
        assert read == made


def test_a_comparison_says_which_is_lower_and_by_which_numbers():
    sentence = comparison(hand_made_table(), ("lsalsa", 1), [("fista", 5), ("fista", 1), ("lista", 1)])
    assert sentence == (
        "LSALSA at T = 1 reaches 3.00 ± 1.00. That is **lower than** FISTA at T = 5 (6.00); and **lower than**"
        " FISTA at T = 1 (40.00); and not to be compared with LISTA at T = 1, which has no result."
    )
    assert "**not lower than** LSALSA at T = 1 (3.00" in comparison(hand_made_table(), ("fista", 1), [("lsalsa", 1)])
    assert comparison(hand_made_table(), ("lsalsa", 10), []).endswith("has no result, so it cannot be compared.")


def test_followers_are_those_who_get_as_low_and_those_who_do_not():
    curves = {"ista": [(1, 0.9), (50, 0.5)], "fista": [(1, 0.8), (5, 0.4), (50, 0.1)]}
    assert followers(curves, 0.4) == ("To get as near takes FISTA T = 5. Not as near at their deepest: ISTA (T = 50).")
    assert catching_up(hand_made_table(), ("fista", 5)) == "To get as near takes LSALSA T = 1."
    assert catching_up(hand_made_table(), ("lsalsa", 10)) == ""


def test_a_ranking_lists_the_best_first():
    assert ranking(hand_made_table(), 5) == "T = 5: LSALSA 1.25 ± 0.35, FISTA 6.00."
    assert ranking(hand_made_table(), 10) == "T = 10: no result."


def test_what_did_not_finish_is_listed():
    assert unfinished(hand_made_table()) == [
        "LSALSA at T = 5: diverged (repetition 2).",
        "LSALSA at T = 10: collapsed (repetition 0, 1, 2).",
    ]


# --- other measures -----------------------------------------------------------------------------------------


def measured_table(kind, **columns):
    runs = [run(method, 1, None, component="all") for method in ("fista", "slstm")]
    runs = [{**row, **{name: values[i] for name, values in columns.items()}} for i, row in enumerate(runs)]
    return make_table(kind, runs, methods=["fista", "slstm"], depths=[1])


def test_the_least_objective_is_in_bold():
    rows = measured_table("objective", objective=(1.5, 1.25))
    assert "| 1 | 1.5000 | **1.2500** |" in to_markdown(rows, "Objective", note("objective"))
    assert note("objective").endswith("over the test signals; smaller is better.")


@pytest.mark.parametrize(
    ("kind", "column"), [("zeros", "zero_share"), ("near_zeros", "near_zero_share_0_01")], ids=["zeros", "near zeros"]
)
def test_a_share_of_zeros_has_no_best(kind, column):
    text = to_markdown(measured_table(kind, **{column: (0.25, 0.5)}), "Zeros", note(kind))
    assert "| 1 | 0.250 | 0.500 |" in text
    assert "better" not in text
