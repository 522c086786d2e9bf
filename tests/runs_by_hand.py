"""Evaluations written by hand, and the table that they make: for the tests of tables and of what is said about them."""

from lsalsa.study.heading import Heading
from lsalsa.study.shown import Shown

LABELS = {"fista": "FISTA", "lsalsa": "LSALSA", "lista": "LISTA", "slstm": "SLSTM"}


def run(method, depth, error, *, repetition=0, status="ok", component="digits_10", rmse=0.1, on_train=None):
    """One row of an evaluation."""
    return {
        "method": method,
        "depth": depth,
        "repetition": repetition,
        "component": component,
        "rmse": rmse,
        "error_percent_fitted_on_test": error,
        "error_percent_fitted_on_train": on_train,
        "status": status,
    }


def hand_made_runs():
    """FISTA once per depth; LSALSA three times, of which one diverged at depth 5 and all collapsed at depth 10."""
    return [
        run("fista", 1, 40.0, on_train=45.0),
        run("fista", 5, 6.0, on_train=16.0, status="max_iterations"),
        *(run("lsalsa", 1, e, repetition=r, on_train=e + 10) for r, e in enumerate((2.0, 3.0, 4.0))),
        *(
            run("lsalsa", 5, e, repetition=r, status=s, on_train=e)
            for r, (e, s) in enumerate([(1.0, "ok"), (1.5, "ok"), (90.0, "diverged")])
        ),
        *(run("lsalsa", 10, 90.0, repetition=r, status="collapsed", on_train=90.0) for r in range(3)),
        run("lsalsa", 1, 99.0, component="photos_16"),
        run("lsalsa", 1, None, component="all", rmse=0.25),
    ]


CLASSIFIERS = {
    "digits": {
        "floor_error_percent": {"digits_10": {"fitted_on_test": 0.5, "fitted_on_train": 12.5}},
        "guess_error_percent": {"digits_10": 80.0},
    }
}


def shown(methods=("fista", "lsalsa"), depths=(1, 5, 10), component="digits_10", **details):
    """What a table shows of the task `digits`."""
    return Shown(
        "table_digits",
        Heading("Digits"),
        tasks={"digits": {"title": "Digits", "components": ["digits_10"], "n_atoms": [100]}},
        components={"digits_10": "Handwriting"},
        component=component,
        labels={method: LABELS[method] for method in methods},
        algorithms={method: method for method in methods},
        depths=depths,
        details=details,
    )


def results(runs=None, **more):
    """What a table of classification errors is made from."""
    return {"evaluation": hand_made_runs() if runs is None else runs, "classifiers": CLASSIFIERS, **more}
