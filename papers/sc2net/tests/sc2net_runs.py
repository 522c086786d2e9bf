"""Rows of variants written by hand: for the tests of tables, figures and claims."""

from lsalsa.study.heading import Heading
from lsalsa.study.shown import Shown
from papers.sc2net.tables._variants import GIVEN, MEANS

BASE = {"ista": 85.0, "fista": 86.0, "lista": 85.5, "lfista": 84.0}


def rows_of(accuracies, images="mnist_unit", data="MNIST", status="epochs_used", **facts):
    """Two repetitions of each variant, one point apart."""
    unknown = dict.fromkeys((*GIVEN, *MEANS, "tuned_c"))
    return [
        {
            **unknown,
            "images": images,
            "data": data,
            "variant": name,
            "method": name.partition("_")[0],
            "repetition": repetition,
            "status": status,
            **facts,
            "accuracy_percent": value + repetition - 0.5,
        }
        for name, value in accuracies.items()
        for repetition in (0, 1)
    ]


def shown(variants, title="The title"):
    """What a table or figure shows."""
    return Shown("sc2net", Heading(title), details={"variants": list(variants)})


def solver_rows(curves, images="mnist_unit", data="MNIST", status="ok"):
    """Two repetitions of each solver's objective over the iterations, 0.2 apart."""
    return [
        {"images": images, "data": data, "method": name, "depth": depth, "repetition": repetition, "status": status}
        | {"objective": value + 0.2 * repetition - 0.1}
        for name, curve in curves.items()
        for depth, value in curve.items()
        for repetition in (0, 1)
    ]


RECOVERED = [
    {"case": "decaying", "variant": variant, "n_nonzero": n, "recovered_percent": percent / n, "guess_percent": n}
    | {"status": "epochs_used", "repetition": 0}
    for variant, percent in {"ista": 50.0, "converged": 80.0, "lista_sc2net": 60.0, "slstm": 40.0}.items()
    for n in (1, 2)
]
