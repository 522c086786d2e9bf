"""Sentences about a finished table: who is lower, who follows, who is best, what did not finish."""

from runs_by_hand import LABELS, results, shown

from lsalsa.study.pages.render import render
from lsalsa.study.summaries.findings import (
    by_component,
    by_depth,
    catching_up,
    comparison,
    failures,
    followers,
    ranking,
    read_page,
    unfinished,
)
from lsalsa.study.summaries.repetitions import Measured
from lsalsa.study.tables import make_table

TABLE = make_table("classification", results(), shown())
ROWS = TABLE.rows


def test_a_comparison_says_which_is_lower_and_by_which_numbers():
    sentence = comparison(ROWS, ("lsalsa", 1), [("fista", 5), ("fista", 1), ("lista", 1)], LABELS)
    assert sentence == (
        "LSALSA at T = 1 reaches 3.00 ± 1.00. That is **lower than** FISTA at T = 5 (6.00); and **lower than**"
        " FISTA at T = 1 (40.00); and not comparable with LISTA at T = 1, which has no result."
    )
    assert "**not lower than** LSALSA at T = 1 (3.00" in comparison(ROWS, ("fista", 1), [("lsalsa", 1)], LABELS)
    assert comparison(ROWS, ("lsalsa", 10), [], LABELS).endswith("has no result, so it cannot be compared.")


def test_a_difference_within_the_spreads_is_no_lead():
    row = {"depth": 1, "rmse": 0.3, "rmse_std": 0.03, "n_repetitions": 3, "paper_rmse": None, "status": "ok"}
    rows = [
        row | {"method": "lsalsa"},
        row | {"method": "fista", "rmse": 0.34},
        row | {"method": "lista", "rmse": 0.35},
    ]
    sentence = comparison(rows, ("lsalsa", 1), [("fista", 1), ("lista", 1)], LABELS)
    assert "That is **level with** FISTA at T = 1 (0.3400 ± 0.0300); and **lower than** LISTA" in sentence


def test_two_methods_are_compared_depth_by_depth_where_both_have_a_result():
    def row(method, depth, rmse):
        spread = {"rmse_std": 0.01, "n_repetitions": 3, "paper_rmse": None, "status": "ok"}
        return {"method": method, "depth": depth, "rmse": rmse} | spread

    rows = [row("lista", depth, 0.3) for depth in (1, 3, 5, 10)]
    rows += [row("lsalsa", 1, 0.2), row("lsalsa", 3, 0.301), row("lsalsa", 5, None), row("lsalsa", 10, 0.1)]
    said = "LSALSA is lower than LISTA at T = 1, 10; level with it at T = 3."
    assert by_depth(rows, "lsalsa", "lista", LABELS) == said
    assert by_depth(rows, "lista", "lsalsa", LABELS).endswith("not lower than it at T = 1, 10.")
    assert by_depth(rows, "lsalsa", "fista", LABELS) == ""


def test_a_method_that_the_study_does_not_have_is_named_all_the_same():
    assert comparison(ROWS, ("ista", 1), [], LABELS) == "ISTA at T = 1 has no result, so it cannot be compared."


def exact(curve):
    return {depth: Measured(value, None, 1) for depth, value in curve.items()}


def test_followers_are_those_who_get_as_low_and_those_who_do_not():
    curves = {"lista": exact({1: 0.9, 50: 0.5}), "fista": exact({1: 0.8, 5: 0.4, 50: 0.1})}
    expected = "To get as near takes FISTA T = 5. Not as near at their deepest: LISTA (T = 50)."
    assert followers(curves, Measured(0.4, None, 1), LABELS) == expected
    alone = followers({"fista": curves["fista"]}, Measured(0.1, None, 1), LABELS)
    assert alone == "To get as near takes FISTA T = 50."
    assert catching_up(ROWS, ("fista", 5), LABELS) == "To get as near takes LSALSA T = 1."
    assert catching_up(ROWS, ("lsalsa", 10), LABELS) == ""


def test_a_ranking_lists_the_best_first():
    assert ranking(ROWS, 5, LABELS) == "T = 5: LSALSA 1.25 ± 0.35, FISTA 6.00."
    assert ranking(ROWS, 10, LABELS) == "T = 10: no result."


def test_what_did_not_finish_is_listed_and_what_was_skipped_is_not():
    lines = ["LSALSA at T = 5: diverged (repetition 2).", "LSALSA at T = 10: collapsed (repetition 0, 1, 2)."]
    assert unfinished(ROWS, LABELS) == lines
    assert failures({"one": ROWS, "two": ROWS[:2]}, {"one": "First", "two": "Second"}, LABELS) == "\n".join(
        f"- First (`one`): {line}" for line in lines
    )
    assert failures({"two": ROWS[:2]}, {"two": "Second"}, LABELS).startswith("Every run")


def test_a_notebook_reads_rows_text_and_title_of_its_tables(tmp_path):
    texts = render(TABLE, "table:table_digits")
    (tmp_path / "table_digits.csv").write_text(texts["csv"])
    (tmp_path / "table_digits.md").write_text(texts["markdown"])
    rows, read, titles = read_page({"table_digits": str(tmp_path / "table_digits.csv")})
    assert ranking(rows["table_digits"], 1, LABELS) == ranking(ROWS, 1, LABELS)
    assert read == {"table_digits": texts["markdown"]}
    assert titles == {"table_digits": "Digits"}


def test_of_sources_the_larger_value_is_ahead():
    row = {"component": "digits", "depth": 1, "source_psnr_std": None, "n_repetitions": 1, "status": "ok"}
    values = {("lsalsa", 1): 20.0, ("fista", 1): 12.0, ("fista", 5): 21.0, ("lista", 1): 22.0, ("slstm", 1): 5.0}
    rows = [row | {"method": m, "depth": d, "source_psnr": value} for (m, d), value in values.items()]
    sentence = comparison(rows, ("lsalsa", 1), [("fista", 1), ("lista", 1)], LABELS)
    assert "**higher than** FISTA at T = 1 (12.0); and **not higher than** LISTA at T = 1 (22.0)" in sentence
    assert ranking(rows, 1, LABELS) == "T = 1: LISTA 22.0, LSALSA 20.0, FISTA 12.0, SLSTM 5.0."
    reached = catching_up(rows, ("lsalsa", 1), LABELS)
    assert reached == "To get as near takes FISTA T = 5, LISTA T = 1. Not as near at their deepest: SLSTM (T = 1)."


def test_a_table_of_several_components_is_split_by_them_and_another_is_one_part():
    rows = [{"component": name, "rmse": value} for name in ("digits", "photos") for value in (1, 2)]
    assert by_component(rows) == {"digits": rows[:2], "photos": rows[2:]}
    assert by_component([{"rmse": 1}]) == {"": [{"rmse": 1}]}
