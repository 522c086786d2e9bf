"""Tables of one quantity by depth and method: their rows, and what a reader sees of them."""

import math
from dataclasses import replace

import pytest
from runs_by_hand import hand_made_runs, results, run, shown

from lsalsa.errors import ConfigError, DataError
from lsalsa.study.config import plugins
from lsalsa.study.csv_rows import read_csv, to_csv
from lsalsa.study.needs import need
from lsalsa.study.pages.render import render
from lsalsa.study.pages.table import DASH, Table
from lsalsa.study.summaries.findings import unfinished
from lsalsa.study.summaries.quantities import QUANTITIES, column_of, quantity_of
from lsalsa.study.tables import make_table

COLUMNS = ["depth", "method", "error_percent", "error_percent_std", "n_repetitions", "paper_error_percent", "status"]


def hand_made_table(**changes):
    more = {name: changes.pop(name) for name in ("published",) if name in changes}
    return make_table("classification", results(**more), shown(**changes))


def cell(rows, method, depth):
    return next(row for row in rows if (row["method"], row["depth"]) == (method, depth))


# --- rows ----------------------------------------------------------------------------------------------------


def test_columns_and_order_are_those_promised():
    rows = hand_made_table().rows
    assert all(list(row) == COLUMNS for row in rows)
    assert [(row["depth"], row["method"]) for row in rows] == [
        (depth, method) for depth in (1, 5, 10) for method in ("fista", "lsalsa")
    ]


def test_mean_and_spread_are_those_of_the_finished_repetitions():
    whole = cell(hand_made_table().rows, "lsalsa", 1)
    assert (whole["error_percent"], whole["error_percent_std"], whole["n_repetitions"]) == (3.0, 1.0, 3)
    partly = cell(hand_made_table().rows, "lsalsa", 5)
    assert partly["error_percent"] == 1.25
    assert partly["error_percent_std"] == pytest.approx(0.5**0.5 / 2)
    assert partly["n_repetitions"] == 2


def test_one_run_has_no_spread():
    once = cell(hand_made_table().rows, "fista", 1)
    assert (once["error_percent"], once["error_percent_std"], once["n_repetitions"]) == (40.0, None, 1)


def test_failed_runs_are_named_and_missing_cells_are_rows():
    rows = hand_made_table().rows
    assert cell(rows, "lsalsa", 5)["status"] == "diverged (repetition 2)"
    assert cell(rows, "lsalsa", 10)["status"] == "collapsed (repetition 0, 1, 2)"
    assert cell(rows, "lsalsa", 10)["error_percent"] is None
    assert cell(rows, "lsalsa", 10)["n_repetitions"] == 0
    assert cell(rows, "fista", 10)["status"] == "skipped"
    assert cell(rows, "fista", 5)["status"] == "ok"


def test_cells_that_a_code_of_zeros_would_beat_are_named():
    runs = [
        run("fista", depth, 1.0, rmse=value) | {"rmse_of_zeros": 0.2}
        for depth, value in ((1, 8.24), (5, 0.3), (10, 0.1))
    ]
    runs += [
        run("lsalsa", 1, 1.0, repetition=r, rmse=value) | {"rmse_of_zeros": 0.2} for r, value in enumerate((0.1, 0.2))
    ]
    table = make_table("rmse", results(runs), shown())
    assert "Worse than a code of zeros, whose RMSE is 0.2000: FISTA at T = 1, 5." in table.notes
    assert not any("zeros" in note for note in make_table("rmse", results(runs[2:]), shown()).notes)


def test_the_other_protocol_reads_its_own_column():
    assert cell(hand_made_table(protocol="fitted_on_train").rows, "lsalsa", 1)["error_percent"] == 13.0


def test_the_papers_numbers_stand_beside_ours():
    rows = hand_made_table(published=[{"depth": 1, "method": "lsalsa", "error_percent": 1.91}]).rows
    assert cell(rows, "lsalsa", 1)["paper_error_percent"] == 1.91
    assert cell(rows, "fista", 1)["paper_error_percent"] is None


def test_a_table_of_rmse_takes_the_whole_code_without_a_component():
    table = make_table("rmse", {"evaluation": hand_made_runs()}, shown(["lsalsa"], [1], component=None))
    assert list(table.rows[0]) == ["depth", "method", "rmse", "rmse_std", "n_repetitions", "paper_rmse", "status"]
    assert table.rows[0]["rmse"] == 0.25


def test_a_classification_table_without_its_component_is_refused():
    with pytest.raises(DataError, match="lsalsa at depth 1 has no error_percent_fitted_on_test for component all"):
        hand_made_table(component=None)


def test_a_table_read_back_has_its_numbers_again(tmp_path):
    path, rows = tmp_path / "table.csv", hand_made_table().rows
    path.write_text(to_csv(rows))
    for read, made in zip(read_csv(path), rows, strict=True):
        assert list(read) == list(made)
        for name, value in made.items():
            assert read[name] == (pytest.approx(value, rel=1e-5) if isinstance(value, float) else value)


# --- cells that were left out --------------------------------------------------------------------------------


def learned_runs():
    """LISTA trained at T = 1 and 10, twice each; at T = 10 for 100 and 140 seconds."""
    seconds = {1: (30.0, 34.0), 10: (100.0, 140.0)}
    rows = [(depth, repetition, spent) for depth in seconds for repetition, spent in enumerate(seconds[depth])]
    return [run("lista", depth, 5.0, repetition=r) | {"training_seconds": spent} for depth, r, spent in rows]


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
    (row,) = make_table("classification", results(learned_runs()), shown(["lista"], [depth])).rows
    assert (row["status"], row["error_percent"]) == (words, None)


def test_a_method_without_training_has_no_cost():
    runs = [run("fista", 1, 40.0) | {"training_seconds": 0.0}]
    (row,) = make_table("classification", results(runs), shown(["fista"], [5])).rows
    assert row["status"] == "skipped"


def test_cells_left_out_are_listed_below_the_table_but_are_no_failures():
    table = make_table("classification", results(learned_runs()), shown(["lista"], [10, 50]))
    assert table.grids[0].lines[1] == ["50", "–"]
    said = "– was not run: LISTA at T = 50. The CSV file says how long each training would take."
    assert said in table.sentences
    assert unfinished(table.rows, {"lista": "LISTA"}) == []


# --- what a reader sees --------------------------------------------------------------------------------------


def test_grid_has_depths_down_methods_across_and_the_best_in_bold():
    (grid,) = hand_made_table().grids
    assert grid.head == ["T", "FISTA", "LSALSA"]
    assert grid.n_words == 0
    assert grid.lines == [
        ["1", "40.00", "**3.00 ± 1.00**"],
        ["5", "6.00", "**1.25 ± 0.35** [1]"],
        ["10", "–", "– [2]"],
    ]


def test_equals_are_best_together():
    runs = [run("fista", 1, 4.0), run("lsalsa", 1, 4.0)]
    (grid,) = make_table("classification", results(runs), shown(depths=[1])).grids
    assert grid.lines == [["1", "**4.00**", "**4.00**"]]


def test_sentences_explain_depths_spreads_gaps_and_what_failed():
    assert hand_made_table().sentences == [
        "T is the depth: iterations of ISTA, FISTA and SALSA, layers of a learned method. Each costs the same matrix"
        " product.",
        "± is one standard deviation over up to 3 repetitions that differ in their seed only.",
        "– was not run: FISTA at T = 10.",
        "[1] LSALSA at T = 5: diverged (repetition 2); mean over 2 repetitions.",
        "[2] LSALSA at T = 10: collapsed (repetition 0, 1, 2); no mean.",
    ]


def test_depths_are_not_called_equally_costly_where_they_are_not():
    runs = [run("fista", 1, 4.0), run("slstm", 1, 4.0)]
    (sentence,) = make_table("classification", results(runs), shown(["fista", "slstm"], [1])).sentences
    assert "same matrix product" not in sentence


def test_the_papers_grid_is_shown_when_it_has_any_number():
    published = [{"depth": 1, "method": "lsalsa", "error_percent": 1.91}]
    ours, paper = hand_made_table(published=published).grids
    assert paper.caption == "The paper's numbers:"
    assert paper.lines == [["1", "–", "1.91"], ["5", "–", "–"], ["10", "–", "–"]]
    assert ours == hand_made_table().grids[0]


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        ("fitted_on_test", ("the same test images", "Floor", "0.50 %")),
        ("fitted_on_train", ("never seen a test image", "To compare with", "12.50 %")),
    ],
)
def test_notes_name_quantity_protocol_floor_and_guess(protocol, words):
    first, *others = hand_made_table(protocol=protocol).notes
    assert first == "Classification error in percent of the component digits_10; smaller is better."
    assert all(word in " ".join(others) for word in words)
    assert others[-1] == "Always naming the most frequent class would miss 80.00 %."


def test_floor_of_a_task_of_one_component_needs_no_name():
    runs = [run("fista", 1, 40.0, component="all")]
    table = make_table("classification", results(runs), shown(["fista"], [1], component=None))
    assert "Floor, the error on the optimal codes themselves: 0.50 %." in table.notes
    assert table.notes[0] == "Classification error in percent; smaller is better."


def test_every_form_shows_the_best_and_the_remarks():
    texts = render(hand_made_table(), "table:table_digits")
    assert "**3.00 ± 1.00**" in texts["markdown"] and "\\textbf{3.00 $\\pm$ 1.00}" in texts["latex"]
    assert "<strong>3.00 ± 1.00</strong>" in texts["page"]
    assert all("[1] LSALSA at T = 5: diverged" in texts[form] for form in ("markdown", "latex", "page"))


# --- other quantities ----------------------------------------------------------------------------------------


def table_of(kind, **columns):
    runs = [run(method, 1, None, component="all") for method in ("fista", "slstm")]
    runs = [{**row, **{name: values[i] for name, values in columns.items()}} for i, row in enumerate(runs)]
    return make_table(kind, {"evaluation": runs}, shown(["fista", "slstm"], [1], component=None))


def test_the_least_objective_is_in_bold():
    table = table_of("objective", objective=(1.5, 1.25))
    assert table.grids[0].lines == [["1", "1.5000", "**1.2500**"]]
    assert table.notes[0].endswith("over the test signals; smaller is better.")


@pytest.mark.parametrize(
    ("kind", "column"), [("zeros", "zero_share"), ("near_zeros", "near_zero_share_0_01")], ids=["zeros", "near zeros"]
)
def test_a_share_of_zeros_has_no_best(kind, column):
    table = table_of(kind, **{column: (0.25, 0.5)})
    assert table.grids[0].lines == [["1", "0.250", "0.500"]]
    assert "better" not in table.notes[0]


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
def test_a_quantity_is_recognised_by_the_columns_of_its_table(quantity):
    row = {"depth": 1, "method": "fista", quantity.name: 0.5, f"{quantity.name}_std": 0.25, "status": "ok"}
    assert quantity_of([row]) is quantity
    assert column_of(quantity).text(row) == f"{0.5:{quantity.form}} ± {0.25:{quantity.form}}"


# --- kinds ---------------------------------------------------------------------------------------------------

KINDS = [kind for kind in plugins.kinds("tables") if "." not in kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_table_declares_what_it_needs_and_is_about(kind):
    assert [need(word) for word in plugins.declared("tables", kind, "needs")]
    assert plugins.declared("tables", kind, "subject") in ("task", "tasks", "all tasks")
    assert plugins.declared("tables", kind, "caption").endswith(".")


def test_kinds_are_the_files_of_the_folder():
    kinds = ["at_best", "chosen", "claims", "classification", "energy_share", "near_zeros", "objective", "rmse"]
    assert [*kinds, "side_by_side", "source_psnr", "source_si_sdr", "zeros"] == KINDS
    assert isinstance(hand_made_table(), Table)


def test_a_kind_that_declares_nothing_is_refused_by_its_file():
    with pytest.raises(ConfigError, match=r"rmse.py does not declare its colour: colour = \.\.\."):
        plugins.declared("tables", "rmse", "colour")


# --- sources -------------------------------------------------------------------------------------------------

LEVELS = {"source_psnr_of_optimal": 23.0, "source_psnr_of_zeros": 5.0, "source_psnr_of_grey": 12.0}


def source_runs(values, rmse):
    """Rows of T = 1: method -> PSNR of each repetition, of the whole code and of both components."""
    return [
        run(method, 1, None, repetition=r, component=name, rmse=rmse[method])
        | {"source_psnr": value + (name == "photos"), **LEVELS}
        for method, repetitions in values.items()
        for r, value in enumerate(repetitions)
        for name in ("all", "digits_10", "photos")
    ]


def of_two(methods=("fista", "lsalsa"), component=None):
    one = shown(methods, [1], component)
    return replace(one, components={"digits_10": "Handwriting", "photos": "Photographs"})


def test_sources_have_a_grid_each_the_largest_in_bold_and_rows_that_name_their_component():
    runs = source_runs({"fista": [20.0], "lsalsa": [9.0, 11.0]}, {"fista": 0.2, "lsalsa": 0.1})
    table = make_table("source_psnr", {"evaluation": runs}, of_two())
    assert [(grid.caption, grid.lines) for grid in table.grids] == [
        ("Handwriting:", [["1", "**20.0**", "10.0 ± 1.4"]]),
        ("Photographs:", [["1", "**21.0**", "11.0 ± 1.4"]]),
    ]
    assert [(row["component"], row["method"], row["source_psnr"]) for row in table.rows] == [
        ("digits_10", "fista", 20.0),
        ("digits_10", "lsalsa", 10.0),
        ("photos", "fista", 21.0),
        ("photos", "lsalsa", 11.0),
    ]
    assert table.notes[0].endswith("for a peak of 1; larger is better.")
    (alone,) = make_table("source_psnr", {"evaluation": runs}, of_two(component="photos")).grids
    assert alone.lines == table.grids[1].lines and alone.caption == ""


def test_notes_of_sources_have_the_levels_and_name_what_a_grey_would_beat():
    runs = source_runs({"fista": [20.0], "lsalsa": [11.5]}, {"fista": 0.2, "lsalsa": 0.1})
    notes = make_table("source_psnr", {"evaluation": runs}, of_two()).notes
    levels = "the optimal code 23.0 dB, a code of zeros 5.0 dB, one constant grey 12.0 dB."
    assert f"Handwriting: {levels}" in notes and f"Photographs: {levels}" in notes
    assert "Handwriting, worse than one constant grey: LSALSA at T = 1." in notes
    assert not any(note.startswith("Photographs, worse") for note in notes)


DISAGREES = (
    "The nearest code is not the best source, Handwriting (RMSE of the code, PSNR of the source): at T = 1 LSALSA"
    " (0.1000, 10.0 dB) against FISTA (0.2000, 20.0 dB)."
)


@pytest.mark.parametrize("kind", ["rmse", "source_psnr"])
def test_where_the_nearest_code_is_not_the_best_source_a_sentence_says_so(kind):
    runs = source_runs({"fista": [20.0], "lsalsa": [10.0]}, {"fista": 0.2, "lsalsa": 0.1})
    assert DISAGREES in make_table(kind, {"evaluation": runs}, of_two()).sentences


@pytest.mark.parametrize(
    ("values", "rmse"),
    [
        ({"fista": [10.0], "lsalsa": [20.0]}, {"fista": 0.2, "lsalsa": 0.1}),
        ({"fista": [10.4], "lsalsa": [10.0]}, {"fista": 0.2, "lsalsa": 0.1}),
        ({"fista": [12.0], "lsalsa": [8.0, 12.0, 13.0]}, {"fista": 0.2, "lsalsa": 0.1}),
        ({"fista": [20.0], "lsalsa": [10.0]}, {"fista": 0.1, "lsalsa": 0.1}),
    ],
    ids=["one order", "equal sources", "within the spread", "equal codes"],
)
def test_orders_that_agree_or_nearly_so_are_no_contradiction(values, rmse):
    table = make_table("rmse", {"evaluation": source_runs(values, rmse)}, of_two())
    assert not any("best source" in sentence for sentence in table.sentences)


def test_a_source_without_anything_of_the_true_one_has_no_spread_and_stands_in_every_form():
    runs = [
        run("lsalsa", 1, None, repetition=r, component=name) | {"source_si_sdr": value, "source_si_sdr_of_optimal": 9.0}
        for r, value in enumerate((-math.inf, -math.inf))
        for name in ("all", "digits_10")
    ]
    table = make_table("source_si_sdr", {"evaluation": runs}, shown(["lsalsa"], [1], None))
    assert table.grids[0].lines == [["1", "**-inf**"]]
    assert "Handwriting: the optimal code 9.0 dB." in table.notes
    assert all("-inf" in text for text in render(table, "table:x").values())


def test_an_objective_has_the_levels_of_the_optimal_codes_and_of_zeros():
    levels = {"objective_of_optimal": (4.7, 4.7), "objective_of_zeros": (68.5, 68.5)}
    table = table_of("objective", objective=(1913605.0, 5.0), **levels)
    assert "The optimal codes have 4.7000, a code of zeros 68.5000." in table.notes
    assert "Worse than a code of zeros: FISTA at T = 1." in table.notes


# --- each algorithm at its best ------------------------------------------------------------------------------


def judged_run(method, depth, validation, rmse, repetition=0, status="ok"):
    row = run(method, depth, None, repetition=repetition, status=status, component="all", rmse=rmse)
    return row | {"task": "digits", "validation_rmse": validation}


AT_BEST = [
    judged_run("fista", 1, 0.50, 0.50),
    judged_run("fista", 5, 0.10, 0.10),
    *(judged_run("lsalsa", 1, 0.30, 0.40 + o, r) for r, o in enumerate((-0.02, 0.0, 0.02))),
    judged_run("lsalsa", 5, 0.20, 0.20),
    judged_run("slstm", 1, 0.40, 0.10),
    judged_run("slstm", 5, 0.15, 0.16),
]
"""SLSTM plays a variant of LSALSA: at T = 1 better on test signals but not on validation signals, at T = 5 on both."""


def at_best(rows=AT_BEST, family="lsalsa"):
    families = {"fista": "fista", "lsalsa": "lsalsa", "slstm": family}
    shows = replace(shown(list(families), (1, 5), None), families=families)
    return make_table("at_best", {"evaluation": rows}, shows)


def test_the_variant_is_chosen_on_validation_signals_and_stands_beside_the_printed_form():
    table = at_best()
    assert [(row["depth"], row["method"], row["variant"], row["rmse"], row["printed_rmse"]) for row in table.rows] == [
        (1, "fista", "fista", 0.50, 0.50),
        (1, "lsalsa", "lsalsa", pytest.approx(0.40), pytest.approx(0.40)),
        (5, "fista", "fista", 0.10, 0.10),
        (5, "lsalsa", "slstm", 0.16, 0.20),
    ]
    all_of_them, lsalsa = table.grids
    assert all_of_them.lines[1] == ["5", "**0.1000**", "0.1600"]
    assert (lsalsa.caption, lsalsa.lines) == (
        "LSALSA:",
        [["1", "0.4000 ± 0.0200", "0.4000 ± 0.0200", "LSALSA"], ["5", "0.2000", "0.1600", "SLSTM"]],
    )
    assert "A variant of LSALSA was chosen at T = 5; at T = 5 its RMSE is 80 % of that of the printed form." in (
        table.sentences
    )
    assert "At best the nearest is LSALSA (T = 1); FISTA (T = 5)." in table.sentences


def test_without_variants_each_method_stands_for_itself():
    table = at_best(family="slstm")
    assert all(row["variant"] == row["method"] and row["rmse"] == row["printed_rmse"] for row in table.rows)
    assert len(table.grids) == 1


def test_a_printed_form_that_failed_is_a_dash_beside_its_variant():
    rows = [row | {"status": "diverged"} if row["method"] == "lsalsa" else row for row in AT_BEST]
    table = at_best(rows)
    assert table.grids[1].lines == [["1", DASH, "0.1000", "SLSTM"], ["5", DASH, "0.1600", "SLSTM"]]
