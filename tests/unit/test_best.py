"""The best variant of an algorithm: chosen on validation signals, never on test ones; judged beside the printed one."""

import itertools

import pytest
from judged import SHARED, claim_of, evaluations, timings

from lsalsa.study.claims import Facts, judge
from lsalsa.study.summaries.best import at_best, chosen, printed

FAMILIES = {"fista": "fista", "salsa": "salsa", "lsalsa": "lsalsa", "deep": "lsalsa", "lsalsa_u": "lsalsa"}


def row(method, depth, validation, test, repetition=0, status="ok", component="all"):
    names = {"task": "digits", "method": method, "depth": depth, "repetition": repetition, "component": component}
    return names | {"validation_rmse": validation, "rmse": test, "status": status, "zero_share": 0.5}


def rows_with(validation):
    """Two repetitions of each method, whose test errors run against the validation errors."""
    return [
        row(method, depth, value + offset, 1 - value, repetition)
        for (method, depth), value in validation.items()
        for repetition, offset in enumerate((-0.01, 0.01))
    ]


def test_the_variant_with_the_lowest_validation_error_is_chosen_whatever_its_test_error():
    """Every order of three variants; the test errors run the other way, so that a choice by them would fail."""
    for order in itertools.permutations(("lsalsa", "deep", "lsalsa_u")):
        found = chosen(rows_with({(m, 5): 0.1 * (i + 1) for i, m in enumerate(order)}), FAMILIES)
        assert found == {("digits", "lsalsa", 5): order[0]}


def test_each_depth_has_its_own_variant_and_a_lone_method_stands_for_itself():
    found = chosen(rows_with({("lsalsa", 1): 0.3, ("deep", 1): 0.2, ("lsalsa", 5): 0.1, ("salsa", 5): 0.4}), FAMILIES)
    assert found == {
        ("digits", "lsalsa", 1): "deep",
        ("digits", "lsalsa", 5): "lsalsa",
        ("digits", "salsa", 5): "salsa",
    }


def test_of_equal_variants_the_printed_one_is_taken_and_failed_runs_do_not_count():
    rows = [row("deep", 1, 0.2, 0.1), row("lsalsa", 1, 0.2, 0.3), row("lsalsa_u", 1, 0.1, 0.1, status="diverged")]
    assert chosen(rows, FAMILIES) == {("digits", "lsalsa", 1): "lsalsa"}


def test_a_variant_without_a_validation_error_is_taken_only_where_no_other_was_run():
    blind = [row("deep", depth, None, 0.1) for depth in (1, 5)]
    found = chosen([*blind, row("lsalsa", 1, 0.9, 0.9)], FAMILIES)
    assert found == {("digits", "lsalsa", 1): "lsalsa", ("digits", "lsalsa", 5): "deep"}


def test_the_printed_method_has_the_name_of_its_family_else_it_is_the_first():
    assert printed({"b": "one", "a": "one", "two": "two", "x": "two"}) == {"one": "b", "two": "two"}
    assert printed({"x": "two", "two": "two"}) == {"two": "two"}


def test_rows_of_the_chosen_variant_stand_under_the_printed_name_and_variants_stay_as_they_are():
    rows = [
        *[row(m, 5, v, v, component=part) for m, v in (("lsalsa", 0.3), ("deep", 0.2)) for part in ("all", "digits")],
        row("lsalsa", 7, None, 0.9, status="diverged"),
        row("other", 5, 0.5, 0.5),
    ]
    found = at_best(rows, chosen(rows, FAMILIES), FAMILIES)
    named = sorted((one["method"], one["depth"], one["component"], one["rmse"]) for one in found)
    assert named == [
        ("deep", 5, "all", 0.2),
        ("deep", 5, "digits", 0.2),
        ("lsalsa", 5, "all", 0.2),
        ("lsalsa", 5, "digits", 0.2),
        ("lsalsa", 7, "all", 0.9),
        ("other", 5, "all", 0.5),
    ]


# --- claims ------------------------------------------------------------------------------------------------------

CURVES = {"salsa": {5: 0.2, 20: 0.05}, "lsalsa": {5: 0.3, 20: 0.1}, "deep": {5: 0.1}}


def facts(families=FAMILIES):
    rows = [one | {"validation_rmse": one["rmse"]} for one in evaluations(CURVES)]
    return Facts(rows, timings(CURVES), labels={"lsalsa": "LSALSA", "deep": "Deep LSALSA"}, families=families)


def judged(known, kind="best", **parameters):
    settings = {"task": "digits", "methods": ["salsa", "lsalsa"], "best": ["lsalsa"], "depths": [5, 20]}
    (found,) = judge([claim_of(kind, **(parameters or settings))], known)
    return found


def test_a_claim_is_judged_as_printed_and_with_each_method_at_its_best():
    found = judged(facts())
    assert (found["verdict"], found["verdict_at_best"]) == ("not reproduced", "partly")
    assert found["measured"] == pytest.approx(0.3) and found["measured_at_best"] == pytest.approx(0.1)
    assert found["reason_at_best"] == (
        "At T = 5: SALSA 0.2000, LSALSA 0.1000; at T = 20: SALSA 0.0500, LSALSA 0.1000 ± 0.0100. Chosen for LSALSA:"
        " Deep LSALSA (1), LSALSA (1)."
    )


def test_time_at_best_is_that_of_the_chosen_variant():
    slow = [t | {"seconds_per_sample": 1.0} if t["method"] == "deep" else t for t in timings(CURVES)]
    rows = [one | {"validation_rmse": one["rmse"]} for one in evaluations(CURVES)]
    best = Facts(rows, slow, families=FAMILIES).at_best()
    assert best.seconds("digits", "lsalsa", 5) == 1.0
    assert best.seconds("digits", "lsalsa", 20) == pytest.approx(20e-6)


def test_without_variants_both_verdicts_are_the_same_and_nothing_more_is_said():
    for families in ({}, {"salsa": "salsa", "lsalsa": "lsalsa"}):
        found = judged(facts(families))
        assert found["verdict_at_best"] == found["verdict"] == "not reproduced"
        assert found["reason_at_best"] is None


def test_a_claim_about_no_method_or_with_the_option_off_has_one_verdict():
    zeros = {"quantity": "zero_share", "places": [{"task": "digits"}], "at_least": 0.8}
    assert judged(facts(), "optimal", **zeros)["verdict_at_best"] is None
    off = {"task": "digits", "methods": ["salsa"], "best": ["salsa"], "depths": [5], "at_best": False}
    assert judged(facts(), **off)["verdict_at_best"] is None
    assert SHARED["id"] == judged(facts())["id"]
