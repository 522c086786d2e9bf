"""Claims against results made up for the purpose: every kind, every verdict, whatever is missing."""

import csv

import numpy as np
import pytest
from judged import SHARED, best, claim_of, evaluations, thinned, timings, written
from judged import verdict as verdict_on
from pydantic import ValidationError
from scipy import sparse

from lsalsa.study.claims import VERDICTS, Facts, judge, kinds, optimal_facts, read_claims
from lsalsa.study.claims.base import references
from lsalsa.study.heading import Heading
from lsalsa.study.pages.render import render
from lsalsa.study.shown import Shown
from lsalsa.study.tables import make_table

KINDS = {name for name, kind in kinds().items() if kind.__module__.startswith("lsalsa.")}
"""Those of the engine; a paper tests its own."""

LABELS = {"lsalsa": "LSALSA", "fista": "Fast ISTA"}
PLACES = {"places": [{"task": "digits"}]}


def facts():
    rows = [*evaluations(), *evaluations(component="digits_10")]
    shares = {("a", "a"): 0.9, ("a", "b"): 0.6, ("b", "a"): 0.4, ("b", "b"): 0.9}
    overlaps = [
        {"task": "both", "dictionary": d, "component": c, "explained_share": share} for (d, c), share in shares.items()
    ]
    optimal = {("digits", "digits_10"): {"zero_share": 0.9, "error_percent": 0.0}}
    return Facts(rows, timings(), optimal, overlaps=overlaps)


def verdict(kind, known=None, **parameters):
    return verdict_on(kind, known or facts(), **parameters)


def catch(method, depth=1, **more):
    return {"task": "digits", "method": method, "target": "lsalsa", "target_depth": depth, **more}


def change(methods, start, end, **more):
    return {"task": "digits", "methods": methods, "start": start, "end": end, **more}


def source(methods, depths, **more):
    return {"task": "digits", "components": ["digits_10"], "methods": methods, "depths": depths, **more}


ON_DIGITS = {"task": "digits", "component": "digits_10"}
CASES = {
    "best": [
        (best(["lsalsa"]), "reproduced"),
        (best(["salsa"]), "not reproduced"),
        (best(["lsalsa"], [20], ["salsa", "lsalsa"]), "partly"),
        (best(["salsa", "lsalsa"], [20], ["fista", "salsa", "lsalsa"]), "reproduced"),
        (best(["fista", "salsa"], [20], ["fista", "salsa"]), "not reproduced"),
        (best(["fista"], [5], ["fista", "lista"], largest=True, measure="error_percent"), "reproduced"),
        (best(["lsalsa"], [5, 20], ["salsa", "lsalsa"]), "partly"),
        (best(["lsalsa"], [1, 3]), "partly"),
        (best(["salsa"], [1, 5, 20], ["fista", "salsa", "lista", "lsalsa"]), "not reproduced"),
        (best(["lsalsa"], [3]), "not testable here"),
        (best(["lista"], [20]), "not testable here"),
        (best(["fista"], [20]), "not reproduced"),
        (best(["lsalsa"], [5], measure="source_psnr"), "reproduced"),
        (best(["fista"], [5], measure="source_psnr"), "not reproduced"),
        (best(["lsalsa"], [20]), "not testable here"),
    ],
    "comparable": [
        ({"task": "digits", "methods": ["lista", "lsalsa"], "depths": [1], "within": 1.5}, "reproduced"),
        ({"task": "digits", "methods": ["lista", "lsalsa"], "depths": [1], "within": 1.2}, "not reproduced"),
        ({"task": "digits", "methods": ["lista", "lsalsa"], "depths": [1, 5], "within": 1.5}, "partly"),
        ({"task": "digits", "methods": ["lista", "lsalsa"], "depths": [20], "within": 1.5}, "not testable here"),
    ],
    "trade_off": [
        ({"task": "digits", "method": "lsalsa", "rivals": ["fista"], "depths": [1, 5]}, "reproduced"),
        ({"task": "digits", "method": "fista", "rivals": ["salsa"], "depths": [1]}, "not reproduced"),
        ({"task": "digits", "method": "lsalsa", "rivals": ["salsa"], "depths": [20]}, "partly"),
        ({"task": "digits", "method": "lsalsa", "rivals": ["salsa"], "depths": [100]}, "not testable here"),
    ],
    "overall": [
        ({**PLACES, "method": "lsalsa", "rivals": ["fista", "lista"]}, "reproduced"),
        ({**PLACES, "method": "lista", "rivals": ["lsalsa"]}, "not reproduced"),
        ({**PLACES, "method": "lsalsa", "rivals": ["fista"], "measure": "source_psnr"}, "reproduced"),
        ({**PLACES, "method": "fista", "rivals": ["lsalsa"], "measure": "source_psnr"}, "not reproduced"),
        ({"places": [{"task": "digits"}, {"task": "cars"}], "method": "lsalsa", "rivals": ["fista"]}, "partly"),
        ({"places": [{"task": "cars"}], "method": "lsalsa", "rivals": ["fista"]}, "not testable here"),
        ({"places": [{"task": "digits", "depths": [1, 5]}], "method": "lsalsa", "rivals": ["salsa"]}, "reproduced"),
        ({"places": [{"task": "digits", "depths": [20]}], "method": "lsalsa", "rivals": ["salsa"]}, "partly"),
        ({"places": [{"task": "digits", "depths": [1, 7]}], "method": "lsalsa", "rivals": ["salsa"]}, "partly"),
        ({**PLACES, "method": "lsalsa", "rivals": ["ista"]}, "not testable here"),
    ],
    "catch_up": [
        (catch("fista", after=5), "reproduced"),
        (catch("fista", after=10), "not testable here"),
        (catch("fista", after=20), "not reproduced"),
        (catch("fista", after=5, by=20), "reproduced"),
        (catch("fista", after=1, by=5), "partly"),
        (catch("salsa", after=5), "partly"),
        (catch("lista", after=3), "reproduced"),
        (catch("lista", after=15), "not testable here"),
        (catch("lista", by=5), "not reproduced"),
        (catch("salsa", None, after=5, by=20), "reproduced"),
        (catch("ista", after=5), "not testable here"),
        (catch("fista", after=5, by=20, measure="source_psnr"), "reproduced"),
        (catch("lista", by=5, measure="source_psnr"), "not reproduced"),
    ],
    "change": [
        (change(["fista"], 1, 100, at_most=0.1), "reproduced"),
        (change(["fista"], 1, 200, at_most=0.1), "reproduced"),
        (change(["fista"], 1, 200, at_most=0.01), "not testable here"),
        (change(["lista"], 1, 5, at_most=0.5), "not reproduced"),
        (change(["lista"], 1, 5, at_least=0.75), "reproduced"),
        (change(["fista"], 1, 200, at_least=0.75), "not reproduced"),
        (change(["lsalsa"], 1, 5, at_most=1 / 3), "partly"),
        (change(["fista", "lista"], 1, 5, at_most=0.7), "partly"),
        (change(["fista"], 2, 5, at_most=0.7), "not testable here"),
    ],
    "level": [
        (
            {"task": "digits", "measure": "error_percent", "methods": ["fista"], "depths": [100], "at_most": 2},
            "reproduced",
        ),
        ({"task": "digits", "measure": "rmse", "methods": ["lista"], "depths": [1], "at_most": 0.3}, "not reproduced"),
        ({"task": "digits", "measure": "rmse", "methods": ["lsalsa"], "depths": [1], "at_most": 0.3}, "partly"),
        ({"task": "digits", "measure": "rmse", "methods": ["lista"], "depths": [9], "at_most": 1}, "not testable here"),
    ],
    "sources": [
        (source(["lsalsa"], [1], at_least=18), "reproduced"),
        (source(["fista"], [1, 5], at_least=18), "not reproduced"),
        (source(["lsalsa", "fista"], [1], at_least=18), "partly"),
        (source(["lsalsa"], [1], at_least=19), "partly"),
        (source(["lsalsa"], [1], over="optimal", at_least=-7), "reproduced"),
        (source(["fista"], [1], over="optimal", at_most=-10), "reproduced"),
        (source(["fista"], [1], over="grey", at_least=0), "not reproduced"),
        (source(["lsalsa"], [1], over="zeros", at_least=0), "not testable here"),
        (source(["lista"], [1], measure="source_si_sdr", at_least=0), "not reproduced"),
        (source(["lsalsa"], [5], measure="source_leak", at_most=0.2), "reproduced"),
        (source(["lsalsa"], [5], measure="source_leak", over="optimal", at_most=0.01), "not reproduced"),
        (source(["lsalsa"], [3], at_least=0), "not testable here"),
        (source(["lsalsa"], [1], at_least=0) | {"components": ["photos"]}, "not testable here"),
    ],
    "overlap": [
        ({"tasks": ["both"], "at_least": 0.3}, "reproduced"),
        ({"tasks": ["both"], "at_least": 0.5}, "partly"),
        ({"tasks": ["both"], "at_least": 0.7}, "not reproduced"),
        ({"tasks": ["both", "cars"], "at_least": 0.3}, "partly"),
        ({"tasks": ["digits"], "at_least": 0.3}, "not testable here"),
    ],
    "speed": [
        ({"tasks": ["digits"], "method": "fista", "rival": "lsalsa", "factor": 20}, "reproduced"),
        ({"tasks": ["digits"], "method": "fista", "rival": "lsalsa", "factor": 30}, "not reproduced"),
        ({"tasks": ["digits"], "method": "lista", "rival": "lsalsa", "factor": 3}, "reproduced"),
        ({"tasks": ["digits"], "method": "lista", "rival": "lsalsa", "factor": 10}, "not testable here"),
        ({"tasks": ["digits"], "method": "lsalsa", "rival": "lista", "factor": 10}, "not reproduced"),
        ({"tasks": ["cars"], "method": "fista", "rival": "lsalsa", "factor": 1}, "not testable here"),
    ],
    "optimal": [
        ({"quantity": "zero_share", "places": [ON_DIGITS], "at_least": 0.89}, "reproduced"),
        ({"quantity": "zero_share", "places": [ON_DIGITS], "at_least": 0.93, "at_most": 0.97}, "not reproduced"),
        ({"quantity": "zero_share", "places": [ON_DIGITS, {"task": "cars"}], "at_least": 0.89}, "partly"),
        ({"quantity": "error_percent", "places": [{"task": "cars"}], "at_most": 0}, "not testable here"),
    ],
    "settled": [
        ({"tasks": ["digits"], "methods": ["lista", "lsalsa"]}, "reproduced"),
        ({"tasks": ["digits", "cars"], "methods": ["lista"]}, "partly"),
        ({"tasks": ["cars"], "methods": ["lista"]}, "not testable here"),
    ],
    "by_eye": [({"look_at": "the pictures"}, "not testable here")],
}


def test_every_kind_of_claim_has_cases():
    assert set(CASES) == KINDS


@pytest.mark.parametrize(("kind", "number"), [(kind, n) for kind, cases in CASES.items() for n in range(len(cases))])
def test_claim_gets_the_verdict_that_its_numbers_deserve(kind, number):
    parameters, expected = CASES[kind][number]
    row = verdict(kind, **parameters)
    assert row["verdict"] == expected, row["reason"]
    assert row["reason"].endswith(".")


def test_trainings_that_ran_out_of_epochs_have_not_settled():
    rows = [row | {"status": "epochs_used"} for row in evaluations()]
    assert verdict("settled", Facts(rows), tasks=["digits"], methods=["lsalsa"])["verdict"] == "not reproduced"


def test_reason_is_worded_from_the_numbers():
    row = verdict("catch_up", **catch("fista", after=5))
    assert row["reason"] == "FISTA first gets below LSALSA at T = 1 (RMSE 0.3000 ± 0.0100) at T = 20 (RMSE 0.2000)."
    assert (row["quantity"], row["measured"], row["n"]) == ("T at which FISTA has caught up", 20, 3)
    row = verdict("best", **best(["lsalsa"], [5], ["salsa", "lsalsa"]))
    assert row["reason"] == "At T = 5: SALSA 0.3050, LSALSA 0.1000 ± 0.0100."
    assert (row["measured"], row["n"]) == (pytest.approx(0.1), 3)
    assert row["spread"] == pytest.approx(0.01)


def test_reason_about_sources_has_decibels_and_says_what_is_larger():
    row = verdict("sources", **source(["fista"], [1], over="optimal", at_most=-3))
    assert row["reason"] == ("FISTA at T = 1, digits_10: 7.0 dB, 18.0 dB below the optimal code (at most -3 asked).")
    assert row["measured"] == pytest.approx(-18)
    row = verdict("catch_up", **catch("fista", after=5, measure="source_psnr"))
    assert row["reason"].startswith("FISTA first gets above LSALSA at T = 1 (source PSNR 19.0 ± 0.2 dB) at T = 20")
    row = verdict("overall", **PLACES, method="lsalsa", rivals=["fista"], measure="source_psnr")
    assert row["reason"] == "LSALSA has the highest source PSNR in 3 of 3 cells."


@pytest.mark.parametrize("kind", ["change", "comparable"])
def test_a_ratio_of_decibels_is_refused(kind):
    parameters = {"change": change(["fista"], 1, 5, at_most=0.5), "comparable": CASES["comparable"][0][0]}[kind]
    with pytest.raises(ValidationError, match="measure"):
        claim_of(kind, **parameters, measure="source_psnr")


def test_what_is_missing_is_named():
    assert verdict("best", **best(["lsalsa"], [3]))["reason"].startswith("FISTA at T = 3 was not run on digits")
    assert "task cars is not part of this study" in verdict("best", **best(["lsalsa"]) | {"task": "cars"})["reason"]
    assert "LISTA at T = 15 was not run" in verdict("catch_up", **catch("lista", after=15))["reason"]
    failed = [row | {"status": "diverged"} for row in evaluations()]
    assert "FISTA at T = 5 has no finished run" in verdict("best", Facts(failed), **best(["fista"]))["reason"]


def test_time_is_compared_at_the_same_nearness():
    row = verdict("speed", tasks=["digits"], method="fista", rival="lsalsa", factor=100)
    assert row["measured"] == pytest.approx(20)
    assert "(100 asked)" in row["reason"]
    assert "FISTA at T = 20 (20 microseconds per sample) is as near where LSALSA at T = 1" in row["reason"]


def test_time_of_who_never_arrives_is_a_lower_bound():
    row = verdict("speed", tasks=["digits"], method="lista", rival="lsalsa", factor=100)
    assert row["measured"] == pytest.approx(5)
    assert "more than 5 times as long" in row["reason"]


# --- what a kind names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_name_in_the_parameters_of_a_kind_is_a_reference(kind):
    """Whatever stands under the keys of names is checked, so that no kind of claim can forget to mark one."""
    keys = {"task": "tasks", "tasks": "tasks", "component": "components", "components": "components"}
    keys |= dict.fromkeys(("method", "methods", "best", "rival", "rivals", "target"), "methods")
    for parameters, _ in CASES[kind]:
        blocks = [parameters, *parameters.get("places", ())]
        named = [(keys[key], value) for block in blocks for key, value in block.items() if key in keys]
        expected = {(s, one) for s, value in named for one in (value if isinstance(value, list) else [value]) if one}
        assert set(references(claim_of(kind, **parameters))) == expected


# --- facts and texts -----------------------------------------------------------------------------------------


def test_zeros_of_optimal_codes_are_counted_for_each_component():
    codes = sparse.csr_array(np.array([[1.0, 0, 0, 0, 2], [0, 0, 0, 3, 0]]))
    found = optimal_facts(codes, {"a": 2, "b": 3}, {"a": {"fitted_on_test": 0.5, "fitted_on_train": 9.0}})
    assert found["a"] == {"zero_share": 0.75, "error_percent": 0.5}
    assert found["b"] == {"zero_share": pytest.approx(4 / 6)}


def every_claim():
    """A claim for every case above, each with a name of its own."""
    cases = [(kind, number, parameters) for kind in CASES for number, (parameters, _) in enumerate(CASES[kind])]
    return [SHARED | {"id": f"{kind}_{number}", "kind": kind, **parameters} for kind, number, parameters in cases]


def test_no_verdict_is_empty_whatever_rows_are_missing(tmp_path):
    claims, random = read_claims(written(tmp_path, *every_claim())), np.random.default_rng(0)
    for share in (0.0, 0.1, 0.5, 0.9, 1.0):
        for row in judge(claims, Facts(thinned(evaluations(), share, random), timings() if share else ())):
            assert row["verdict"] in VERDICTS
            assert len(row["reason"]) > 10


def table_of_claims(folder, *blocks):
    optimal = sparse.csr_array(np.array([[1.0, 0, 0], [0, 0, 0]]))
    data = {"evaluation": evaluations(), "overlap": [], "timing": timings(), "claims": [written(folder, *blocks)]}
    data |= {"codes": {"digits": {"codes": optimal}}}
    data |= {"classified": {"digits": {"floor_error_percent": {"digits_10": {"fitted_on_test": 1.5}}}}}
    task = {"title": "Digits", "components": ["digits_10"], "n_atoms": [3]}
    return make_table("claims", data, Shown("claims", Heading("Claims"), tasks={"digits": task}, labels=LABELS))


def test_table_counts_the_verdicts_of_each_part_of_a_paper(tmp_path):
    blocks = [
        SHARED | {"kind": "best", **best(["lsalsa"])},
        SHARED | {"id": "two", "kind": "best", **best(["salsa"])},
        SHARED | {"id": "three", "place": "Abstract", "kind": "by_eye", "look_at": "the pictures"},
    ]
    table = table_of_claims(tmp_path, *blocks)
    grid, twice = table.grids
    assert grid.head == ["Part of the paper", *VERDICTS]
    assert grid.lines == [["Section 1", "1", "0", "1", "0"], ["Abstract", "0", "0", "0", "1"]] + [
        ["All claims", "1", "0", "1", "1"],
        ["All claims, methods at their best", "1", "0", "1", "1"],
    ]
    assert [line[2:] for line in twice.lines] == [["reproduced"] * 2, ["not reproduced"] * 2]
    assert table.notes[0] == "Of 3 claims: 1 reproduced, 0 partly, 1 not reproduced, 1 not testable here."
    assert list(table.sections) == ["Section 1", "Abstract"]
    assert table.sections["Section 1"][0] == (
        "**reproduced.** (Figure 1) It is so. **Found:** At T = 5: Fast ISTA 0.6000, SALSA 0.3050, LISTA 0.3800, LSALSA"
        " 0.1000 ± 0.0100."
    )


def test_table_of_claims_knows_the_optimal_codes_and_what_a_classifier_makes_of_them(tmp_path):
    zeros = SHARED | {"kind": "optimal", "quantity": "zero_share", "places": [ON_DIGITS], "at_least": 0.8}
    error = zeros | {"id": "two", "quantity": "error_percent"}
    table = table_of_claims(tmp_path, zeros, error)
    assert [row["measured"] for row in table.rows] == [pytest.approx(5 / 6), 1.5]
    assert [row["verdict"] for row in table.rows] == ["reproduced", "reproduced"]


def test_every_form_holds_every_claim(tmp_path):
    table = table_of_claims(tmp_path, *every_claim())
    texts = render(table, "table:claims")
    count = sum(map(len, CASES.values()))
    assert len(table.rows) == count == len(list(csv.DictReader(texts["csv"].splitlines())))
    assert texts["markdown"].count("\n- **") == texts["latex"].count("\\item ") == texts["page"].count("<li>") == count
