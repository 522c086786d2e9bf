"""Claims about accuracies: their verdicts, names that no study has, and one verdict per claim."""

import pytest
from judged import claim_of, verdict
from sc2net_runs import BASE, rows_of, shown, solver_rows

from lsalsa.study.claims import Facts, kinds, read_claims
from lsalsa.study.claims.base import references
from lsalsa.study.papers import ROOT
from lsalsa.study.tables import make_table
from papers.sc2net.findings import METHODS


def accuracies():
    """MNIST above CIFAR-10; SLSTM ahead on the one, level on the other; its penalty varied on MNIST."""
    means = {("mnist", "fista", 0.1): 92.0, ("mnist", "slstm", 0.1): 94.0, ("cifar", "fista", 0.1): 37.0}
    means |= {("cifar", "slstm", 0.1): 37.2, ("mnist", "slstm", 0.01): 93.4, ("mnist", "slstm", 1.0): 80.0}
    rows = []
    for (images, method, penalty), mean in means.items():
        variant = method if penalty == 0.1 else f"{method}_penalty_{penalty:g}".replace(".", "_")
        row = {"images": images, "data": images.upper(), "variant": variant, "method": method, "penalty": penalty}
        rows += [{**row, "status": "epochs_used", "accuracy_percent": mean + offset} for offset in (-0.2, 0.0, 0.2)]
    return [*rows, {**rows[0], "variant": "lista", "method": "lista", "status": "diverged"}]


def codes():
    """SLSTM is as sparse as FISTA on MNIST alone; LISTA learned from poor codes; two networks over their steps."""
    rows = []
    for images, share in (("mnist", 0.30), ("cifar", 0.02)):
        rows += rows_of({"slstm_nogate": 90.0}, images, images.upper(), near_zero_share_0_01=share)
        rows += rows_of({"converged": 90.0}, images, images.upper(), near_zero_share_0_01=0.2)
        rows += rows_of({"lista_targets_3": 88.0}, images, images.upper(), objective=9.0)
        rows += rows_of({"lista": 90.0}, images, images.upper(), depth=10, objective=6.0, objective_unit_atoms=6.0)
        rows += rows_of({"lista_layers_3": 0.0}, images, images.upper(), depth=3, objective_unit_atoms=8.0)
        rows += rows_of({"ista": 0.0}, images, images.upper(), depth=100, objective_unit_atoms=99.0)  # followed anyway
        rows += rows_of({"lista_penalty_0_3": 0.0}, images, images.upper(), depth=3, objective_unit_atoms=99.0)
    return rows


def solvers():
    curves = {"ista": {3: 17.0, 10: 10.0, 100: 5.5}, "fista": {3: 17.0, 10: 7.0, 100: 5.4}}
    return [row for images in ("mnist", "cifar") for row in solver_rows(curves, images, images.upper())]


def facts():
    return Facts(rows={"sc2net.variants": accuracies()})


def facts_of_codes():
    return Facts(rows={"sc2net.variants": codes(), "sc2net.solvers": solvers()})


CASES = {
    "easier": [
        ({"easier": "mnist", "harder": "cifar", "variants": ["fista", "slstm"]}, "reproduced"),
        ({"easier": "cifar", "harder": "mnist", "variants": ["fista", "slstm"]}, "not reproduced"),
        ({"easier": "mnist", "harder": "cifar", "variants": ["fista", "lista"]}, "partly"),
        ({"easier": "mnist", "harder": "cifar", "variants": ["lista"]}, "not testable here"),
    ],
    "leads": [
        ({"images": ["mnist"], "variant": "slstm", "rivals": ["fista"]}, "reproduced"),
        ({"images": ["mnist"], "variant": "fista", "rivals": ["slstm"]}, "not reproduced"),
        ({"images": ["mnist", "cifar"], "variant": "slstm", "rivals": ["fista"]}, "partly"),
        ({"images": ["asirra"], "variant": "slstm", "rivals": ["fista"]}, "not testable here"),
    ],
    "steady": [
        ({"images": ["mnist"], "method": "slstm", "least": 0.01, "most": 0.1, "points": 1}, "reproduced"),
        ({"images": ["mnist"], "method": "slstm", "least": 0.01, "most": 0.1, "points": 0.5}, "not reproduced"),
        ({"images": ["mnist", "cifar"], "method": "slstm", "least": 0.01, "most": 0.1, "points": 1}, "partly"),
        ({"images": ["mnist"], "method": "fista", "least": 0.01, "most": 0.1, "points": 1}, "not testable here"),
    ],
}


BOTH = ["mnist", "cifar"]
LOWER = {"images": ["mnist"], "method": "lista", "rival": "ista"}
CASES_OF_CODES = {
    "sparser": [
        ({"images": ["mnist"], "variant": "slstm_nogate", "rivals": ["converged"]}, "reproduced"),
        ({"images": ["cifar"], "variant": "slstm_nogate", "rivals": ["converged"]}, "not reproduced"),
        ({"images": BOTH, "variant": "slstm_nogate", "rivals": ["converged"]}, "partly"),
        ({"images": ["mnist"], "variant": "slstm", "rivals": ["converged"]}, "not testable here"),
    ],
    "lower": [
        (LOWER | {"depths": [3, 10]}, "reproduced"),
        (LOWER | {"depths": [10], "rival_depth": 100}, "not reproduced"),
        ({"images": ["mnist"], "method": "fista", "rival": "ista", "depths": [10]}, "reproduced"),
        ({"images": ["mnist"], "method": "fista", "rival": "ista", "depths": [3, 10]}, "partly"),  # a tie at 3
        ({"images": BOTH, "method": "slstm", "rival": "lista", "depths": [3]}, "not testable here"),
    ],
    "depends": [
        ({"images": BOTH, "iterations": 3, "measure": "objective", "at_least": 49}, "reproduced"),
        ({"images": BOTH, "iterations": 3, "measure": "objective", "at_least": 51}, "not reproduced"),
        ({"images": BOTH, "iterations": 3, "measure": "accuracy_percent", "at_least": 1.9}, "reproduced"),
        ({"images": BOTH, "iterations": 3, "measure": "accuracy_percent", "at_least": 2.1}, "not reproduced"),
        ({"images": BOTH, "iterations": 1, "measure": "objective", "at_least": 1}, "not testable here"),
    ],
}
ALL_CASES = [
    (kind, world, *case)
    for world, cases in (("facts", CASES), ("facts_of_codes", CASES_OF_CODES))
    for kind, some in cases.items()
    for case in some
]


def test_every_kind_of_the_paper_has_cases():
    assert set(CASES | CASES_OF_CODES) == {
        name for name, kind in kinds().items() if kind.__module__.startswith("papers.sc2net.")
    }


@pytest.mark.parametrize(("kind", "world", "parameters", "expected"), ALL_CASES, ids=range(len(ALL_CASES)))
def test_claim_gets_the_verdict_that_its_numbers_deserve(kind, world, parameters, expected):
    row = verdict(kind, {"facts": facts, "facts_of_codes": facts_of_codes}[world](), **parameters)
    assert row["verdict"] == expected, row["reason"]
    assert row["reason"].endswith(".")


def test_a_lead_is_given_with_its_points_and_the_best_rival():
    row = verdict("leads", facts(), images=["mnist"], variant="slstm", rivals=["fista"])
    assert row["reason"] == "On MNIST SLSTM 94.00 ± 0.20 %, FISTA 92.00 ± 0.20 %."
    assert row["measured"] == pytest.approx(2.0)


def test_reasons_and_numbers_of_claims_about_codes():
    row = verdict("lower", facts_of_codes(), **LOWER | {"depths": [3]})
    assert row["reason"] == "On MNIST LISTA 8.00 ± 0.00 at T = 3, ISTA 17.00 ± 0.14 at T = 3."
    assert row["measured"] == pytest.approx(8 / 17)
    row = verdict("lower", facts_of_codes(), **LOWER | {"depths": [10], "rival_depth": 100})
    assert row["reason"] == "On MNIST LISTA 6.00 ± 0.00 at T = 10, ISTA 5.50 ± 0.14 at T = 100."
    row = verdict("sparser", facts_of_codes(), **CASES_OF_CODES["sparser"][1][0])
    assert row["reason"] == (
        "On CIFAR entries smaller than 0.01: SLSTM without gates 2.00 ± 0.00 %, converged codes 20.00 ± 0.00 %."
    )
    row = verdict("depends", facts_of_codes(), **CASES_OF_CODES["depends"][0][0] | {"images": ["cifar"]})
    assert row["reason"] == "On CIFAR 9.00 ± 0.00 from codes after 3 iterations, 6.00 ± 0.00 from converged ones."
    assert row["measured"] == pytest.approx(50)


@pytest.mark.parametrize("kind", CASES)
def test_study_without_the_paper_says_so(kind):
    row = verdict(kind, Facts(), **CASES[kind][0][0])
    assert row["reason"].startswith("This study has no results of sc2net.variants")


def test_a_lead_within_the_spread_has_one_verdict_and_that_in_the_claims_alone():
    """0.05 points ahead, with spreads of 0.7 each: the table gives the points, the claim calls it a tie."""
    rows = rows_of({**BASE, "slstm": 86.05})
    claim = {"images": ["mnist_unit"], "variant": "slstm", "rivals": list(BASE)}
    assert verdict("leads", Facts(rows={"sc2net.variants": rows}), **claim)["verdict"] == "partly"
    table = make_table("sc2net.table_1", {"sc2net.variants": rows}, shown([*BASE, "slstm"]))
    assert table.sentences == ["MNIST: SLSTM has +0.05 points against FISTA, the best of the other four."]


# --- names -------------------------------------------------------------------------------------------------------


def test_sets_of_images_that_a_claim_names_are_references():
    assert set(references(claim_of("easier", **CASES["easier"][0][0]))) == {("images", "mnist"), ("images", "cifar")}
    assert set(references(claim_of("leads", **CASES["leads"][2][0]))) == {("images", "mnist"), ("images", "cifar")}
    assert set(references(claim_of("steady", **CASES["steady"][0][0]))) == {("images", "mnist")}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("easier", {"variants": ["fista", "slsmt"]}),
        ("leads", {"variant": "slsmt"}),
        ("leads", {"rivals": ["fista", "slsmt"]}),
        ("steady", {"method": "slsmt"}),
        ("sparser", {"rivals": ["fista", "slsmt"]}),
        ("lower", {"depths": [1], "rival": "slsmt"}),
    ],
)
def test_misspelt_variant_is_a_fault_with_the_nearest_one(kind, changes):
    (fault,) = claim_of(kind, **(CASES | CASES_OF_CODES)[kind][0][0] | changes).unknown()
    assert fault.startswith("names slsmt, which is no variant of SC2Net; did you mean slstm")


def test_claims_as_they_are_kept_have_no_fault_and_speak_of_the_five_methods():
    claims = read_claims(ROOT / "papers" / "sc2net" / "claims.yaml")
    assert {claim.kind for claim in claims} == set(CASES | CASES_OF_CODES)
    assert [fault for claim in claims for fault in claim.unknown()] == []
    easier, leads, *_ = claims
    assert {leads.variant, *leads.rivals} == set(easier.variants) == set(METHODS)
