"""The study of the theory: verdicts and words come from the numbers, and its configuration is checked."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from lsalsa.study.config.resolve import settings_of
from lsalsa.study.theory import bounds_figure, premise_figure
from lsalsa.study.theory.checks import Check, in_words, run_checks, summary
from lsalsa.study.theory.curves import curves
from lsalsa.study.theory.premise import premise_row, premise_story, premise_table
from lsalsa.study.theory.statements import CHECKS
from lsalsa.study.theory.story import about, contradicted
from worlds import make_world

from lsalsa.encoders.lsalsa import LSALSA
from lsalsa.errors import ConfigError, DataError
from lsalsa.study.config import load_study
from lsalsa.study.csv_rows import read_csv, to_csv
from lsalsa.study.figures import save_figure

SMOKE = Path(__file__).resolve().parents[2] / "workflow/presets/smoke.yaml"

WRONG = {
    ("Theorem 1, slope", "S not symmetric"),
    ("Theorem 1, minimum", "S symmetric, indefinite"),
    ("Equation 44", "S symmetric, positive definite"),
    ("Supplement B, sum", "any S, t = 1 to 8"),
    ("Supplement B, index", "any S, t = 1 to 8"),
    ("Lemma 1", "any alpha, beta"),
    ("Corollary 1", "alpha = 5 beta"),
    ("Theorem 3", "alpha = 10 beta"),
    ("Theorem 3", "alpha = 100 beta"),
    ("Theorem 4, from 77", "coupling at half of its limit"),
    ("Theorem 4, from 77", "coupling at 0.9 of its limit"),
    ("Theorem 4, first step", "alpha = 16 beta"),
}
"""What is known to be wrong in print."""


@pytest.fixture(scope="module")
def outcomes():
    return summary(CHECKS, run_checks(CHECKS, runs=15, seed=4))


def test_exactly_the_printed_statements_known_to_be_wrong_are_contradicted(outcomes):
    fallen = {(row["statement"], row["case"], row["form"]) for row in outcomes if row["violations"]}
    assert fallen == {(*known, "printed") for known in WRONG}


def test_every_check_has_a_name_of_its_own():
    names = [(check.statement, check.form, check.case) for check in CHECKS]
    assert len(set(names)) == len(names)


def made_up(form, run):
    return Check("Theorem 0", form, "any", "A number is below 1", "the number", 1.0, run)


def drawn(generator):
    return 2 * generator.random()


def test_both_forms_see_the_same_instances():
    rows = run_checks([made_up("printed", drawn), made_up("corrected", drawn)], runs=4, seed=1)
    values = [[row["value"] for row in rows if row["form"] == form] for form in ("printed", "corrected")]
    assert values[0] == values[1]
    assert len(set(values[0])) == 4
    assert values[0] != [row["value"] for row in run_checks([made_up("printed", drawn)], runs=4, seed=2)]


@pytest.mark.parametrize(
    ("run", "verdict", "words"),
    [
        (lambda g: 0.5, "holds", "contradicted by none of 40 random instances; the number is at most 0.5"),
        (lambda g: 3.0, "fails", "contradicted by 40 of 40 random instances; the number is at most 3"),
        (lambda g: float("nan"), "fails", "contradicted by 40 of 40 random instances; the number is at most nan"),
        (drawn, "fails in part", "of 40 random instances; the number is at most 1."),
    ],
    ids=["below", "above", "not a number", "both"],
)
def test_verdict_and_sentence_come_from_the_values(run, verdict, words):
    (row,) = summary([made_up("printed", run)], run_checks([made_up("printed", run)], 40, 1))
    assert row["verdict"] == verdict
    assert words in row["sentence"]
    assert row["sentence"].endswith("(the statement allows 1).")


@pytest.mark.parametrize(("value", "words"), [(1e-15, "0"), (1 + 1e-12, "1"), (1.00002, "1 + 2e-05"), (12.345, "12.3")])
def test_measure_is_told_in_three_digits_and_rounding_is_not(value, words):
    assert in_words(value) == words


def test_story_counts_what_the_table_says(outcomes, tmp_path):
    path = tmp_path / "theory.csv"
    path.write_text(to_csv(outcomes))
    rows = read_csv(path)
    text = about(rows, "Supplement B")
    assert text.startswith("As printed: contradicted by **30** of 30 instances (any S, t = 1 to 8).")
    assert "As corrected: contradicted by **none** of 30 instances." in text
    assert contradicted(rows).endswith("No corrected form was contradicted.")
    rows[-1] |= {"form": "corrected", "violations": 1}
    assert contradicted(rows).endswith("Contradicted even as corrected: Theorem 2, identity.")


# --- premise -----------------------------------------------------------------------------------------------------


def measured(change=0.0, **cell):
    world = make_world(dtype=np.float32)
    encoder = LSALSA.from_problem(world.problem, depth=2, mu=1.0)
    encoder.arrays["splitting"] = encoder.arrays["splitting"] * np.float32(1 + change)
    return {"task": "digits", "method": "lsalsa", "depth": 2, **cell, **premise_row(encoder, world.dictionary)}


def test_premise_of_theorem_2_is_met_above_the_start_values_only():
    same, steeper, flatter = (measured(change) for change in (0.0, -0.1, 0.1))
    assert [row["theorem_2"] for row in (same, steeper, flatter)] == [False, True, False]
    assert [row["theorem_1"] for row in (same, steeper, flatter)] == [True] * 3
    assert steeper["ratio"] == pytest.approx(1 / 0.9, rel=1e-5)


@pytest.mark.parametrize("value", [np.nan, 0.0], ids=["not finite", "singular"])
def test_matrix_that_cannot_be_measured_is_named_and_left_out(value):
    world = make_world(dtype=np.float32)
    encoder = LSALSA.from_problem(world.problem, depth=2, mu=1.0)
    encoder.arrays["splitting"][:] = value
    row = {"task": "digits", "method": "lsalsa", "depth": 2, **premise_row(encoder, world.dictionary)}
    assert row["status"] == "diverged"
    assert not (row["theorem_1"] or row["theorem_2"])
    (mean,) = premise_table([row, measured()])
    assert (mean["n_repetitions"], mean["status"]) == (1, "diverged")
    assert mean["ratio"] == pytest.approx(1, abs=1e-5)
    assert premise_story(premise_table([row])) == ["LSALSA on digits: no encoder could be measured."]
    with pytest.raises(DataError, match="none of the encoders"):
        premise_figure.draw([row])


def test_premises_are_averaged_and_told_by_task_and_method():
    rows = [measured(-0.1), measured(0.1), measured(0.0, depth=5)]
    table = premise_table(rows)
    assert [row["depth"] for row in table] == [2, 5]
    assert table[0]["ratio"] == pytest.approx((1 / 0.9 + 1 / 1.1) / 2, rel=1e-5)
    (sentence,) = premise_story(table)
    assert "in 1 of 3 encoders" in sentence
    assert "positive definite, as theorem 1 needs, in 3 of 3" in sentence


# --- figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bounds", "premise"])
def test_figure_is_drawn_with_the_same_bytes_each_time(kind, tmp_path):
    rows = curves(1) if kind == "bounds" else [measured(), measured(-0.1, depth=5)]
    draw = bounds_figure.draw if kind == "bounds" else premise_figure.draw
    paths = [tmp_path / name for name in ("a.png", "a.svg", "b.png", "b.svg")]
    save_figure(draw(rows), *paths[:2])
    save_figure(draw(rows), *paths[2:])
    assert paths[0].read_bytes() == paths[2].read_bytes()
    assert paths[1].read_bytes() == paths[3].read_bytes()


def test_words_of_the_bounds_follow_the_curves():
    rows = curves(1)
    words = [text.get_text() for text in bounds_figure.draw(rows).texts]
    assert "stays within" in " ".join(words)
    lifted = [row | {"y": 1e6 * row["y"]} if (row["panel"], row["line"]) == ("runs", "true") else row for row in rows]
    words = [text.get_text() for text in bounds_figure.draw(lifted).texts]
    assert "leaves it" in " ".join(words)


# --- configuration -----------------------------------------------------------------------------------------------


def smoke(**changes):
    return {**yaml.safe_load(SMOKE.read_text()), **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"theory": {"runs": 0}}, "theory.runs must be"),
        ({"theory": {"run": 5}}, "theory.run is not a setting of theory; did you mean runs?"),
        ({"theory": None}, "notebooks.02_theory.tables names theory, which is not a table"),
        (
            {"figures": {"theory_bounds": {"title": "t", "kind": "atoms", "task": "digits"}}},
            "figures.theory_bounds must",
        ),
    ],
    ids=["no runs", "unknown key", "notebook without theory", "name taken"],
)
def test_faulty_theory_is_refused_in_a_sentence(changes, message):
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        load_study(smoke(**changes))


def test_premise_is_measured_on_every_encoder_of_the_kind_and_no_other():
    methods = smoke()["methods"]
    methods["lsalsa_long"] = {**methods["lsalsa"], "kind": "lsalsa", "depths": [4]}
    cells = settings_of(load_study(smoke(methods=methods)), "measure_premise")["cells"]
    keys = {tuple(cell.values()) for cell in cells}
    both = {(task, "lsalsa", depth, r) for task in ("digits", "digits_photos") for depth in (1, 2) for r in (0, 1)}
    assert keys == both | {("digits", "lsalsa_long", 4, 0), ("digits", "lsalsa_long", 4, 1)}
