"""Results made up for claims, and the verdict on one claim: for the tests of every kind of claim."""

import yaml

from lsalsa.study.claims import judge, kinds

SHARED = {"id": "one", "paper": "paper", "place": "Section 1, Figure 1", "sentence": "It is so."}

# RMSE over depth; LSALSA has three seeds 0.01 apart around the number given, the others are exact.
CURVES = {
    "fista": {1: 0.90, 5: 0.60, 20: 0.20, 100: 0.02},
    "salsa": {1: 0.70, 5: 0.305, 20: 0.10},
    "lista": {1: 0.40, 5: 0.38},
    "lsalsa": {1: 0.30, 5: 0.10, 20: 0.10},
}
SECONDS = 1e-6


def evaluations(curves=CURVES, task="digits", component="all"):
    """Rows of evaluations with these values of RMSE; errors in percent, shares of zeros and sources go with them."""
    rows = []
    for method, curve in curves.items():
        for depth, value in curve.items():
            for repetition, offset in enumerate((-0.01, 0.0, 0.01) if method == "lsalsa" else (0.0,)):
                row = {"task": task, "method": method, "depth": depth, "repetition": repetition, "component": component}
                row |= {"rmse": value + offset, "error_percent_fitted_on_test": 100 * value, "zero_share": 1 - value}
                row |= {"source_psnr": 25 - 20 * (value + offset), "source_si_sdr": -10 * value, "source_leak": value}
                row |= {"source_psnr_of_optimal": 25.0, "source_psnr_of_grey": 12.0, "source_leak_of_optimal": 0.05}
                rows.append(row | {"status": "converged"})
    return rows


def timings(curves=CURVES):
    """Every step of every method takes a microsecond."""
    cells = [(method, depth) for method, curve in curves.items() for depth in curve]
    return [{"task": "digits", "method": m, "depth": d, "seconds_per_sample": d * SECONDS} for m, d in cells]


def best(best, depths=(5,), methods=("fista", "salsa", "lista", "lsalsa"), **more):
    """Parameters of a claim of the kind `best`."""
    return {"task": "digits", "methods": list(methods), "best": best, "depths": list(depths), **more}


def claim_of(kind, **parameters):
    """One claim."""
    return kinds()[kind].model_validate({**SHARED, "kind": kind, **parameters})


def verdict(kind, facts, **parameters):
    """The row of one claim."""
    (row,) = judge([claim_of(kind, **parameters)], facts)
    return row


def written(folder, *blocks):
    """A file of claims."""
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({"claims": list(blocks)}))
    return path


def thinned(rows, share, random):
    """A share of some rows, of which half diverged."""
    kept = [row for row in rows if random.random() < share]
    return [row | {"status": random.choice(["converged", "diverged"])} for row in kept]
