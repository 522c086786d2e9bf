"""Trainings run in step, as stacked products, against the same trainings run one by one."""

import logging
from unittest import mock

import numpy as np
import pytest
from worlds import make_world

from lsalsa import optimal_codes
from lsalsa.encoders import encoder_class
from lsalsa.encoders._ensemble import Ensemble
from lsalsa.training import Training, TrainingSettings, together
from lsalsa.training.together import run_together

WORLD = make_world(2, n_features=9, n_atoms=12, n_samples=50)
TARGETS = optimal_codes(WORLD.problem, WORLD.signals, 1e-6).codes
OWN = {
    "mu": (0.7, 1.0, 2.5),
    "factor": (0.5, 1.0, 2.0),
    "learning_rate": (3e-3, 1e-3, 6e-3),
    "decay": (1.0, 0.9, 0.8),
}
VARIANTS = [
    ("lista", {"x0": "soft"}),
    ("lista", {"x0": "filter", "learn_thresholds": True}),
    ("lista", {"x0": "zero"}),
    ("lsalsa", {"read_out": "softx"}),
    ("lsalsa", {"read_out": "u"}),
]


def trainings(name="lsalsa", own=None, problem=WORLD.problem, **more):
    """Three trainings, each with its penalties, mu, rate, decay and order of samples; the last batch is smaller."""
    found = []
    for number, (mu, factor, rate, decay) in enumerate(zip(*OWN.values(), strict=True)):
        settings = {"depth": 3, **(own or {}), **({"mu": mu} if name == "lsalsa" else {})}
        weighed = problem.with_penalties([factor * penalty for penalty in problem.penalties])
        encoder = encoder_class(name).from_problem(weighed, **settings)
        wanted = {"learning_rate": rate, "decay": decay, "seed": number, "batch_size": 12, "keep": "last", **more}
        found.append(Training(encoder, WORLD.signals, TARGETS, settings=TrainingSettings(**wanted)))
    return found


def run_alone(those, epochs):
    for one in those:
        one.run_to(epochs)


def assert_same(found, expected):
    """Histories and parameters agree to rounding."""
    for one, other in zip(found, expected, strict=True):
        mine, theirs = one.finish(), other.finish()
        assert mine.status == theirs.status
        for row, wanted in zip(mine.rows, theirs.rows, strict=True):
            numbers = {key: value for key, value in wanted.items() if isinstance(value, float) and key != "seconds"}
            assert {key: row[key] for key in numbers} == pytest.approx(numbers, rel=1e-9, nan_ok=True)
            words = wanted.keys() - numbers.keys() - {"seconds"}
            assert {key: row[key] for key in words} == {key: wanted[key] for key in words}
        for name, array in other.encoder.arrays.items():
            np.testing.assert_allclose(one.encoder.arrays[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.fixture
def sizes():
    """How many encoders there were in each ensemble."""
    found = []

    def counted(encoders):
        found.append(len(encoders))
        return Ensemble(encoders)

    with mock.patch.object(together, "Ensemble", counted):
        yield found


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adadelta"])
@pytest.mark.parametrize(("name", "own"), VARIANTS)
def test_each_finds_what_it_finds_alone(name, own, optimizer, sizes):
    more = {"optimizer": optimizer, **({"decay": 1.0} if optimizer == "adadelta" else {})}
    found, expected = trainings(name, own, **more), trainings(name, own, **more)
    run_together(found, 3)
    run_alone(expected, 3)
    assert sizes == [3, 3, 3]
    assert_same(found, expected)


def test_one_that_blows_up_ends_there_and_disturbs_nobody(sizes):
    found, expected = trainings(), trainings()
    for those in (found, expected):
        object.__setattr__(those[1].groups[0], "learning_rate", 1e3)
    with np.errstate(all="ignore"):
        run_together(found, 3)
        run_alone(expected, 3)
    assert [one.status for one in found] == [None, "diverged", None]
    assert sizes == [3, 2, 2]
    assert_same(found, expected)


def test_one_that_blew_up_goes_on_from_its_best_epoch_where_it_may(sizes):
    found, expected = trainings(set_backs=2, optimizer="adam"), trainings(set_backs=2, optimizer="adam")
    for those in (found, expected):
        object.__setattr__(those[1].groups[0], "learning_rate", 30.0)
    run_together(found, 4)
    run_alone(expected, 4)
    assert "set back" in [row["status"] for row in found[1].rows]
    assert min(sizes) == 2  # after that its averages are younger than those of the others
    assert_same(found, expected)


def test_who_does_not_fit_the_others_is_trained_beside_them(sizes):
    def those():
        odd = [trainings(batch_size=7), trainings(clip=0.1), trainings("lista"), trainings(own={"depth": 2})]
        return [*trainings(), *(one[0] for one in odd), trainings("untied_lsalsa")[0]]

    found, expected = those(), those()
    run_together(found, 2)
    run_alone(expected, 2)
    assert sizes == [3, 3]
    assert_same(found, expected)


def test_those_that_are_ahead_wait_for_the_others(sizes):
    found, expected = trainings(), trainings()
    found[2].run_to(2)
    seen = []
    run_together(found, 3, after_epoch=lambda: seen.append([one.epoch for one in found]))
    run_alone(expected, 3)
    assert seen == [[1, 1, 2], [2, 2, 2], [3, 3, 3]]
    assert sizes == [2, 2, 3]
    assert_same(found, expected)


def test_where_the_memory_does_not_hold_all_of_them_fewer_run_together(sizes, caplog):
    class OutOfMemoryError(MemoryError):
        """As CuPy's."""

    def scarce(self, *arguments):
        if len(self.encoders) > 1:
            raise OutOfMemoryError
        return whole(self, *arguments)

    whole = Ensemble.loss_and_gradient
    found, expected = trainings(), trainings()
    with mock.patch.object(Ensemble, "loss_and_gradient", scarce), caplog.at_level(logging.INFO):
        run_together(found, 2)
    run_alone(expected, 2)
    assert sizes == [3]  # then one by one
    assert "does not hold 3 trainings together; on with 1" in caplog.text
    assert_same(found, expected)


def test_memory_that_is_short_amid_an_epoch_leaves_no_trace_of_it():
    found, expected = trainings(optimizer="adam"), trainings(optimizer="adam")
    calls = []

    def fails_once(self, *arguments):
        calls.append(None)
        if len(calls) == 3:
            raise MemoryError
        return whole(self, *arguments)

    whole = Ensemble.loss_and_gradient
    with mock.patch.object(Ensemble, "loss_and_gradient", fails_once):
        run_together(found, 2)
    run_alone(expected, 2)
    assert_same(found, expected)
