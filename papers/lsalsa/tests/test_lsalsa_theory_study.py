"""The theory put to the test: verdicts and words come from the numbers, of random instances and of trained encoders."""

import numpy as np
import pytest
from worlds import make_world

from lsalsa.encoders.lsalsa import LSALSA
from lsalsa.study.csv_rows import read_csv, to_csv
from papers.lsalsa.findings import about, contradicted
from papers.lsalsa.theory.assumptions import least_curvature
from papers.lsalsa.theory.checks import Check, in_words, run_checks, summary
from papers.lsalsa.theory.statements import CHECKS
from papers.lsalsa.theory.trained import assumptions_of, findings, table_rows

LABELS = {"lsalsa": "LSALSA", "lsalsa_u": "LSALSA (read-out u)"}
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
def test_measure_is_written_in_three_digits_and_rounding_is_left_out(value, words):
    assert in_words(value) == words


def test_findings_count_what_the_table_says(outcomes, tmp_path):
    path = tmp_path / "theory.csv"
    path.write_text(to_csv(outcomes))
    rows = read_csv(path)
    text = about(rows, "Supplement B")
    assert text.startswith("As printed: contradicted by **30** of 30 instances (any S, t = 1 to 8).")
    assert "As corrected: contradicted by **none** of 30 instances." in text
    assert contradicted(rows).endswith("No corrected form was contradicted.")
    rows[-1] |= {"form": "corrected", "violations": 1}
    assert contradicted(rows).endswith("Contradicted even as corrected: Theorem 2, identity.")


# --- assumptions about trained encoders --------------------------------------------------------------------------


def measured(change=0.0, **cell):
    world = make_world(dtype=np.float32)
    encoder = LSALSA.from_problem(world.problem, depth=2, mu=1.0)
    encoder.arrays["splitting"] = encoder.arrays["splitting"] * np.float32(1 + change)
    named = {"task": "digits", "method": "lsalsa", "depth": 2, "repetition": 0, **cell}
    return {**named, **assumptions_of(encoder, least_curvature(world.dictionary))}


def broken(value):
    world = make_world(dtype=np.float32)
    encoder = LSALSA.from_problem(world.problem, depth=2, mu=1.0)
    encoder.arrays["splitting"][:] = value
    named = {"task": "digits", "method": "lsalsa", "depth": 2, "repetition": 1}
    return {**named, **assumptions_of(encoder, least_curvature(world.dictionary))}


def test_assumption_of_theorem_2_is_met_above_the_start_values_only():
    same, steeper, flatter = (measured(change) for change in (0.0, -0.1, 0.1))
    assert [row["theorem_2"] for row in (same, steeper, flatter)] == [False, True, False]
    assert [row["theorem_1"] for row in (same, steeper, flatter)] == [True] * 3
    assert steeper["ratio"] == pytest.approx(1 / 0.9, rel=1e-5)


@pytest.mark.parametrize("value", [np.nan, 0.0], ids=["not finite", "singular"])
def test_matrix_that_cannot_be_measured_is_named_and_left_out(value):
    row = broken(value)
    assert row["status"] == "diverged"
    assert not (row["theorem_1"] or row["theorem_2"])
    (mean,) = table_rows([row, measured()])
    assert (mean["n_repetitions"], mean["status"]) == (1, "diverged (repetition 1)")
    assert mean["ratio"] == pytest.approx(1, abs=1e-5)
    assert findings(table_rows([row]), LABELS) == ["LSALSA on digits: no encoder could be measured."]


def test_assumptions_are_averaged_by_depth_and_put_into_words_by_task_and_method():
    rows = [measured(-0.1), measured(0.1), measured(0.0, depth=5), measured(-0.1, method="lsalsa_u")]
    table = table_rows(rows)
    assert [(row["method"], row["depth"]) for row in table] == [("lsalsa", 2), ("lsalsa", 5), ("lsalsa_u", 2)]
    assert table[0]["ratio"] == pytest.approx((1 / 0.9 + 1 / 1.1) / 2, rel=1e-5)
    assert [row["theorem_2"] for row in table] == [1, 0, 1]
    sentence, other = findings(table, LABELS)
    assert "in 1 of 3 encoders" in sentence
    assert "positive definite, as theorem 1 needs, in 3 of 3" in sentence
    assert other.startswith("LSALSA (read-out u) on digits: ")
