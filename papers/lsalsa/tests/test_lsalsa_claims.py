"""The paper's claims: readable, faithful to its printed tables, and statements of the theory judged by their checks."""

import csv

import numpy as np
import pytest
import yaml
from judged import evaluations, thinned, timings, verdict

from lsalsa.study.claims import VERDICTS, Facts, judge, kinds, read_claims
from lsalsa.study.claims.check import claim_faults
from lsalsa.study.load import load_study
from lsalsa.study.papers import ROOT
from papers.lsalsa.claims import counted, statements
from papers.lsalsa.theory.statements import CHECKS

FOLDER = ROOT / "papers" / "lsalsa"
METHODS = ("fista", "lista", "salsa", "lsalsa")


def claims():
    return read_claims(FOLDER / "claims.yaml")


# --- the theory --------------------------------------------------------------------------------------------------


def theory():
    """One row per instance of a few statements, some of which contradict them."""
    outcomes = {("Lemma 1", "printed"): (4, 10), ("Lemma 1", "corrected"): (0, 10), ("Remark 2", "printed"): (0, 10)}
    outcomes |= {("Theorem 1, slope", "printed"): (10, 10), ("Theorem 10", "printed"): (0, 10)}
    outcomes |= {("Equation 44", "printed"): (10, 10), ("Equation 44", "corrected"): (0, 10)}
    for (statement, form), (violations, runs) in outcomes.items():
        row = {"statement": statement, "form": form, "case": "any"}
        yield from ({**row, "violated": number < violations} for number in range(runs))


def encoders(meeting):
    """Trained encoders, and whether each meets the assumption of theorem 2; one more diverged."""
    row = {"task": "digits", "method": "lsalsa"}
    met = [{**row, "status": "ok", "theorem_2": meets} for meets in meeting]
    return [*met, {**row, "status": "diverged", "theorem_2": False}]


def facts(meeting=(True, False)):
    return Facts(rows={"lsalsa.checks": list(theory()), "lsalsa.assumptions": encoders(meeting)})


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("Remark 2", "reproduced"),
        ("Lemma 1", "not reproduced"),
        ("Theorem 1", "not reproduced"),
        ("Equation 44", "not reproduced"),
        ("Theorem 9", "not testable here"),
        ("Theorem 2, premise", "not reproduced"),
    ],
)
def test_statement_gets_the_verdict_that_its_instances_deserve(statement, expected):
    row = verdict("theory", facts(), statement=statement)
    assert row["verdict"] == expected, row["reason"]
    assert row["reason"].endswith(".")


def test_statement_is_judged_by_its_parts_and_not_by_others_of_a_longer_number():
    row = verdict("theory", facts(), statement="Theorem 1")
    assert "Theorem 1, slope, printed form (any): contradicted by 10 of 10 instances" in row["reason"]
    assert "Theorem 10" not in row["reason"]
    assert (row["measured"], row["n"]) == (1.0, 10)


def test_assumption_of_theorem_2_is_reproduced_only_where_every_encoder_meets_it():
    claim = {"statement": "Theorem 2, premise"}
    assert verdict("theory", facts([True, True]), **claim)["verdict"] == "reproduced"
    assert verdict("theory", facts([]), **claim)["verdict"] == "not testable here"
    without = Facts(rows={"lsalsa.checks": list(theory())})
    assert "have no run of Theorem 2, premise" in verdict("theory", without, **claim)["reason"]


def test_study_without_theory_says_so():
    row = verdict("theory", Facts(), statement="Lemma 1")
    assert (row["verdict"], row["reason"]) == ("not testable here", "This study has no results of lsalsa.checks.")


def test_checks_are_counted_by_form_and_case_and_only_measured_encoders_count():
    check = {"statement": "Lemma 1", "form": "printed", "case": "any"}
    found = counted([check | {"violated": v} for v in (True, False, True)], encoders([False]))
    assert [(row["statement"], row["runs"], row["violations"]) for row in found] == [
        ("Lemma 1", 3, 2),
        ("Theorem 2, premise", 1, 1),
    ]


# --- the claims as they are kept ---------------------------------------------------------------------------------


def test_claims_are_read_without_a_fault_and_use_every_kind():
    assert len(claims()) > 100
    known = {name for name, kind in kinds().items() if kind.__module__.startswith(("lsalsa.", "papers.lsalsa."))}
    assert {claim.kind for claim in claims()} == known - {"by_eye"}  # a number decides each


def test_claims_name_only_what_the_whole_study_has():
    study = load_study(yaml.safe_load((ROOT / "config.yaml").read_text()))
    assert claim_faults(study, ROOT) == []


def test_misspelt_statement_is_a_fault_with_the_nearest_one():
    known = next(claim for claim in claims() if claim.kind == "theory")
    assert list(known.unknown()) == []
    (fault,) = known.model_copy(update={"statement": "Theorme 4, first step"}).unknown()
    assert fault.startswith("names Theorme 4, first step, which is no statement of the theory; did you mean Theorem 4")
    assert set(statements()) == {check.statement for check in CHECKS} | {"Theorem 2, premise"}


def test_claims_repeat_the_winners_of_the_printed_tables():
    claimed = {claim.id: claim for claim in claims() if claim.place.startswith("Table")}
    count = 0
    for number in range(1, 9):
        with (FOLDER / "published" / f"table_{number}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        for depth in {row["depth"] for row in rows}:
            errors = {row["method"]: float(row["error_percent"]) for row in rows if row["depth"] == depth}
            claim = claimed[f"table_{number}_T{depth}"]
            assert set(claim.best) == {method for method in errors if errors[method] == min(errors.values())}
            assert (claim.depths, set(claim.methods)) == ([int(depth)], set(errors))
            assert f"({min(errors.values()):.2f} %)" in claim.sentence
            count += 1
    assert count == len(claimed) == 56


def test_claims_of_a_table_are_about_what_that_table_shows():
    tables = yaml.safe_load((FOLDER / "outputs.yaml").read_text())["tables"]
    for claim in claims():
        if claim.place.startswith("Table"):
            table = tables[claim.id.rpartition("_")[0]]
            assert claim.task == table["task"]
            assert claim.component == table.get("component", claim.component)
            assert set(claim.depths) <= set(table["depths"]) and set(claim.methods) == set(table["methods"])


def test_claim_about_all_tables_counts_their_printed_rows_and_no_others():
    claim = next(claim for claim in claims() if claim.id == "best_in_all_tables")
    tables = yaml.safe_load((FOLDER / "outputs.yaml").read_text())["tables"]
    for number, place in enumerate(claim.places, start=1):
        with (FOLDER / "published" / f"table_{number}.csv").open(newline="") as file:
            depths = sorted({int(row["depth"]) for row in csv.DictReader(file)})
        table = tables[f"table_{number}"]
        assert (place.task, place.depths) == (table["task"], depths)
        assert place.component == table.get("component", place.component)
    assert sum(len(place.depths) for place in claim.places) == 56


def parts_of(claim):
    """The components that a claim is about; None for the whole code."""
    return claim.components if hasattr(claim, "components") else [claim.component]


def test_no_verdict_is_empty_whatever_rows_are_missing():
    random = np.random.default_rng(0)
    curves = {method: dict.fromkeys((1, 5, 10, 20, 50, 100), 0.5) for method in METHODS}
    parts = [(c.task, part) for c in claims() if hasattr(c, "task") for part in parts_of(c)]
    rows = [row for task, part in parts for row in evaluations(curves, task, part or "all")]
    for share in (0.0, 0.1, 0.5, 0.9, 1.0):
        known = {"lsalsa.checks": list(theory())} if share else {}
        for row in judge(claims(), Facts(thinned(rows, share, random), timings() if share else (), {}, known)):
            assert row["verdict"] in VERDICTS
            assert len(row["reason"]) > 10
