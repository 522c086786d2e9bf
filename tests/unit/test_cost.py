"""The operations of a study, against counts by hand and against products that are counted while they happen."""

import numpy as np
import pytest
from click.testing import CliRunner
from encoder_worlds import has_filters, world_for
from studies import NOTHING, ROOT, small

from lsalsa.cli import main
from lsalsa.encoders import available, encoder_class
from lsalsa.study.costs.operations import Sizes, costs, encoded, halved, printed
from lsalsa.study.load import load_study
from lsalsa.training.grid import Grid

ENCODERS = [name for name in available() if not has_filters(name)]


def counted(study, rule, method):
    (found,) = (cost.operations for cost in costs(study) if (cost.rule, cost.method) == (rule, method))
    return found


def test_every_rule_of_a_small_study_costs_what_a_person_counts():
    """Patches of 10 x 10, 100 atoms, 9 patches per image: a filter and a product cost 20,000 operations each."""
    search = {"n_train": 80, "rungs": [1, 3], "candidates": "all", "rounds": 0}
    study = load_study(small(search=search, lsalsa=NOTHING))
    assert counted(study, "learn_dictionary", "digits_10") == 5 * 10_000 * (60 * 20_000 + 20_000 + 40_000)
    assert counted(study, "search_solver", "fista") == 10 * (20_000 + 3 * 20_000 + 2 * 20_000)
    one_epoch = 3 * 80 * 40_000 + 10 * 40_000 + 10 * 20_000  # two candidates, one goes on: four epochs
    assert counted(study, "search_encoder", "lsalsa") == 4 * one_epoch
    assert counted(study, "train_encoder", "lsalsa") == 3 * 10 * (3 * 100 * 40_000 + 10 * 40_000)
    assert counted(study, "evaluate", "lsalsa") == 3 * 90 * 40_000
    assert counted(study, "time_methods", "fista") == (40_000 + 80_000) * 90 * 21


class Watched(np.ndarray):
    """An array that counts the operations of the products that it is part of."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        plain = [np.asarray(one) for one in inputs]
        if ufunc is np.matmul:
            Watched.operations += 2 * plain[0].shape[0] * plain[0].shape[1] * plain[1].shape[-1]
        if out is not None:
            kwargs["out"] = tuple(None if one is None else np.asarray(one) for one in out)
        return getattr(ufunc, method)(*plain, **kwargs)


@pytest.mark.parametrize("depth", [3, 6])
@pytest.mark.parametrize("name", ENCODERS)
def test_the_forward_pass_of_an_encoder_costs_the_products_that_it_makes(name, depth):
    """All but the first layers, which can leave out a product with codes of zeros: by the difference of two depths."""
    world, made, expected = world_for(name, 2), [], []
    for layers in (depth, depth + 1):
        encoder = encoder_class(name).from_problem(world.problem, depth=layers)
        encoder.arrays.update({key: array.view(Watched) for key, array in encoder.arrays.items()})
        Watched.operations = 0
        encoder.codes_of(world.signals)
        made.append(Watched.operations / len(world.signals))
        sizes = Sizes(encoder.n_features, encoder.n_atoms, 1, 1, 1)
        expected.append(encoded(name, sizes, layers, {}))
    assert made[1] - made[0] == expected[1] - expected[0] > 0
    assert 0 <= expected[0] - made[0] <= 3 * (expected[1] - expected[0])


@pytest.mark.parametrize(
    ("candidates", "rounds", "epochs"),
    [
        (None, 0, 12 + 2 * 4 + 7 * 2),
        (5, 0, 5 + 2 * 2 + 7 * 1),
        (5, 2, 5 + 2 * 2 + 7 * 1 + 2 * (5 + 2 * 2 + 7 * 1)),
        (12, 2, 12 + 2 * 4 + 7 * 2 + (2 + 2 * 1 + 7 * 1) + (5 + 2 * 2 + 7 * 1)),
    ],
)
def test_the_epochs_of_a_search_are_those_of_its_rungs_and_rounds(candidates, rounds, epochs):
    """Two scales with steps beyond them and a pair of words: five neighbours; after the whole grid two beyond it."""
    grid = Grid({"mu": [0.1, 1.0, 10.0], "learning_rate": [1e-3, 1e-2], "read_out": ["u", "softx"]}, extend=2)
    assert halved({"candidates": candidates, "rounds": rounds, "rungs": [1, 3, 10]}, grid) == epochs


def test_settings_that_move_together_are_two_more_neighbours():
    grid = Grid({"mu": [0.1, 1.0, 10.0], "penalty": [0.1, 0.2]}, together=("penalty", "mu"))
    assert halved({"candidates": 2, "rounds": 3, "rungs": [1]}, grid) == 2 + 3 * (2 + 1 + 2)


def test_it_is_printed_in_hours_of_a_machine():
    study = load_study(small(lsalsa=NOTHING))
    found = costs(study)
    total = sum(cost.operations for cost in found)
    by_rule, by_task = printed(found, teraflops=1e-6)
    assert by_rule.lines[-1] == ["all", f"{total:.2e}", "100.0%", f"{total / 1e6 / 3600:.3g}"]
    assert sum(float(line[1]) for line in by_rule.lines[:-1]) == pytest.approx(total, rel=0.01)
    assert len(by_task.head) == len(by_task.lines[0]) == 5
    run = CliRunner().invoke(main, ["estimate", str(ROOT / "workflow/presets/smoke.yaml"), "--operations"])
    assert run.exit_code == 0 and "search_encoder" in run.output
