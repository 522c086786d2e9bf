"""Claims of the abstract: their verdicts, and names that no study has."""

import pytest
from judged import claim_of, verdict

from lsalsa.study.claims import Facts, kinds, read_claims
from lsalsa.study.papers import ROOT

OFFSETS = (-0.1, 0.0, 0.1)


def denoised():
    """EM ahead of fixed penalties, level with those set by hand; free ones without a finished run."""
    means = {"em_unsupervised": 29.0, "fixed_unsupervised": 26.0, "hand_set_unsupervised": 29.05, "em_supervised": 29.0}
    facts = {"pictures": "set12", "kind": "arm", "picture": "01", "seconds": 1.0, "zero_share": 0.9, "status": "ok"}
    facts |= dict.fromkeys(("lambda_max", "penalty_min", "penalty_median", "penalty_max"), 1.0)
    rows = [
        {**facts, "method": arm, "repetition": seed, "psnr_db": mean + offset}
        for arm, mean in means.items()
        for seed, offset in enumerate(OFFSETS)
    ]
    return [*rows, {**rows[0], "method": "free_supervised", "psnr_db": None, "status": "diverged"}]


def gabors():
    """Medians of R^2 and selectivity: 0.9 and 0.6 for EM, 0.9 and 0.1 (round blobs) for fixed penalties."""
    banks = {"em_unsupervised": 0.6, "fixed_unsupervised": 0.1}
    return [
        {"bank": bank, "repetition": seed, "r2": r2, "selectivity": selectivity, "status": "ok"}
        for bank, selectivity in banks.items()
        for seed in range(2)
        for r2 in (0.2, 0.9, 0.95)
    ]


def simulated():
    """All layers find the filters on each seed, held codes on one of two, exact codes on none."""
    worst = {"layers": (0.01, 0.02), "decoder": (0.01, 0.2), "exact": (0.3, 0.2)}
    fixed = {"tangent": True, "start": "close", "status": "epochs_used"}
    rows = [{**fixed, "gradient": name, "worst_error": value} for name, values in worst.items() for value in values]
    return [*rows, {**rows[0], "tangent": False, "worst_error": 0.5}, {**rows[0], "start": "truth", "worst_error": 0.5}]


def sorted_spikes():
    """On the clear recording learning comes nearer; on the weak one it stays where it began, far away."""
    errors = {("clear", "kmeans"): 0.1, ("clear", "decoder_only"): 0.05}
    errors |= {("weak", "kmeans"): 0.35, ("weak", "decoder_only"): 0.35}
    facts = {"origin": "drawn", "missed_percent": 1.0, "false_percent": 1.0, "template": 0, "most_alike": 0.5}
    facts |= {"relative_gap": 1e-9, "unit": "cell 1", "n_true": 9, "status": "ok"}
    return [
        {
            **facts,
            **{"recording": recording, "method": method, "n_channels": channels, "repetition": seed},
            **{"template_error": error + offset / 100, "template_error_whole": error},
            "template_correlation": (1 - error**2) ** 0.5 if channels == 4 else 0.1,
        }
        for (recording, method), error in errors.items()
        for channels in (1, 4)
        for seed, offset in enumerate(OFFSETS)
    ]


def timed():
    """The exact coder takes 1 ms, the encoder 50, a general solver 1 s or 2 s, a banded one 0.1 s."""
    seconds = {"exact": 0.001, "fista": 0.05, "clarabel": 1.0, "ecos": 0.5, "interior_point": 0.1}
    rows = []
    for rate in (15.0, 68.0):
        for method, value in seconds.items():
            criterion, tolerance = ("excess", 1e-5) if method == "fista" else (None, 1e-5)
            row = {"rate": rate, "method": method, "tolerance": tolerance, "criterion": criterion, "depth": None}
            row |= {"n_iterations": 200, "relative_gap": 1e-6, "relative_excess": 1e-6, "status": "ok", "reason": None}
            rows.append({**row, "seconds": value * (2 if (method, rate) == ("ecos", 68.0) else 1)})
    return rows


WORDS = {
    "crsae.denoised": denoised,
    "crsae.denoising_gabor": gabors,
    "crsae.simulation_runs": simulated,
    "crsae.spikes": sorted_spikes,
    "crsae.window_times": timed,
}
SPIKES = {"method": "decoder_only", "rival": "kmeans", "correlation_at_least": 0.95}
CASES = {
    "denoises_better": [
        ({"arm": "em_unsupervised", "rivals": ["fixed_unsupervised"]}, "reproduced"),
        ({"arm": "fixed_unsupervised", "rivals": ["em_unsupervised"]}, "not reproduced"),
        ({"arm": "em_unsupervised", "rivals": ["hand_set_unsupervised"]}, "partly"),
        ({"arm": "em_supervised", "rivals": ["free_supervised"]}, "reproduced"),
        ({"arm": "free_supervised", "rivals": ["em_supervised"]}, "not testable here"),
        ({"arm": "em_supervised", "rivals": ["lcsc_supervised"]}, "not testable here"),
    ],
    "looks_like_gabor": [
        ({"arms": ["em_unsupervised"], "r2_at_least": 0.8, "selectivity_at_least": 0.5}, "reproduced"),
        ({"arms": ["fixed_unsupervised"], "r2_at_least": 0.8, "selectivity_at_least": 0.5}, "not reproduced"),
        ({"arms": ["em_unsupervised"], "r2_at_least": 0.92, "selectivity_at_least": 0.5}, "not reproduced"),
        ({"arms": ["em_supervised"], "r2_at_least": 0.8, "selectivity_at_least": 0.5}, "not testable here"),
    ],
    "finds_filters": [
        ({"gradients": ["layers"], "error_at_most": 0.03}, "reproduced"),
        ({"gradients": ["exact"], "error_at_most": 0.03}, "not reproduced"),
        ({"gradients": ["decoder"], "error_at_most": 0.03}, "partly"),
    ],
    "realistic_templates": [
        (SPIKES, "partly"),
        ({**SPIKES, "method": "kmeans", "rival": "decoder_only"}, "not reproduced"),
        ({**SPIKES, "method": "em"}, "not testable here"),
    ],
    "times_faster": [
        ({"coder": "exact", "rivals": ["clarabel"], "factor": 900}, "reproduced"),
        ({"coder": "exact", "rivals": ["interior_point"], "factor": 900}, "not reproduced"),
        ({"coder": "exact", "rivals": ["ecos"], "factor": 900}, "partly"),
        ({"coder": "fista", "rivals": ["clarabel", "ecos"], "factor": 10}, "reproduced"),
    ],
}


def facts():
    return Facts(rows={word: rows() for word, rows in WORDS.items()})


def test_every_kind_of_the_paper_has_cases():
    assert set(CASES) == {name for name, kind in kinds().items() if kind.__module__.startswith("papers.crsae.")}


@pytest.mark.parametrize(("kind", "number"), [(kind, n) for kind, cases in CASES.items() for n in range(len(cases))])
def test_claim_gets_the_verdict_that_its_numbers_deserve(kind, number):
    parameters, expected = CASES[kind][number]
    row = verdict(kind, facts(), **parameters)
    assert row["verdict"] == expected, row["reason"]
    assert row["reason"].endswith(".")


@pytest.mark.parametrize("kind", CASES)
def test_study_without_the_experiment_says_so(kind):
    row = verdict(kind, Facts(), **CASES[kind][0][0])
    assert row["verdict"] == "not testable here"
    assert row["reason"].startswith("This study has no results of crsae.")


@pytest.mark.parametrize(
    ("kind", "changes", "noun", "nearest"),
    [
        ("denoises_better", {"arm": "em_unsupervized"}, "arm of the denoising", "em_unsupervised"),
        ("looks_like_gabor", {"arms": ["em_supervized"]}, "arm of the denoising", "em_supervised"),
        ("finds_filters", {"gradients": ["layer"]}, "gradient of the simulation", "layers"),
        ("realistic_templates", {"rival": "kmean"}, "method of the spikes", "kmeans"),
        ("times_faster", {"rivals": ["clarabell"]}, "convex solver", "clarabel"),
    ],
)
def test_misspelt_name_is_a_fault_with_the_nearest_one(kind, changes, noun, nearest):
    (fault,) = claim_of(kind, **CASES[kind][0][0] | changes).unknown()
    assert f"which is no {noun}; did you mean {nearest}" in fault


def test_claims_as_they_are_kept_have_no_fault_and_use_every_kind():
    claims = read_claims(ROOT / "papers" / "crsae" / "claims.yaml")
    assert {claim.kind for claim in claims} == set(CASES)
    assert [fault for claim in claims for fault in claim.unknown()] == []
