"""Seconds per signal, on a clock that stands still unless the method at work moves it."""

import numpy as np
import pytest

from lsalsa.study.scoring import timing
from lsalsa.study.scoring.timing import time_coder

SIGNALS = np.zeros((4, 3))
WARM_UP = 1000.0


class Workshop:
    """A method that takes a scripted number of seconds each time, the clock beside it, and what it was given."""

    def __init__(self, *seconds):
        self.seconds, self.now, self.given = iter(seconds), 100.0, []

    def clock(self):
        return self.now

    def encode(self, signals):
        self.given.append(signals)
        self.now += next(self.seconds)
        return signals @ np.ones((3, 2))


def timed(*seconds, signals=SIGNALS, **settings):
    workshop = Workshop(WARM_UP, *seconds)
    row = time_coder(workshop.encode, signals, passes=len(seconds), clock=workshop.clock, **settings)
    return row, workshop


def test_median_least_and_most_are_those_of_the_passes_divided_by_the_signals():
    row, _ = timed(3.0, 1.0, 8.0, 2.0, 40.0)
    assert row == {
        "seconds_per_sample": 0.75,
        "seconds_per_sample_min": 0.25,
        "seconds_per_sample_max": 10.0,
        "n_passes": 5,
        "n_samples": 4,
    }


def test_no_pass_begins_after_the_budget_is_spent_and_one_is_made_in_any_case():
    made = [timed(2.0, 1.0, 9.0, 1.0, budget=budget)[0]["n_passes"] for budget in (0.0, 2.0, 2.5, 3.0, 12.0)]
    assert made == [1, 1, 2, 2, 3]


def test_of_an_even_number_of_passes_the_median_lies_between_the_two_in_the_middle():
    assert timed(8.0, 1.0, 2.0, 100.0)[0]["seconds_per_sample"] == pytest.approx(5.0 / 4)


def test_the_first_pass_warms_up_and_does_not_count():
    row, workshop = timed(1.0, 1.0)
    assert row["seconds_per_sample_max"] == 0.25
    assert workshop.now == 100.0 + WARM_UP + 2.0


@pytest.mark.parametrize("passes", [1, 7])
def test_every_pass_is_over_the_whole_batch(passes):
    _, workshop = timed(*[1.0] * passes)
    assert len(workshop.given) == passes + 1
    assert all(signals is SIGNALS for signals in workshop.given)


def test_twenty_passes_are_made_unless_another_number_is_asked_for():
    calls = []
    row = time_coder(lambda signals: calls.append(1) or signals, SIGNALS)
    assert (len(calls), row["n_passes"]) == (21, 20)
    assert 0 <= row["seconds_per_sample_min"] <= row["seconds_per_sample"] <= row["seconds_per_sample_max"] < 1


def test_the_clock_is_read_when_the_device_has_finished_with_the_codes(monkeypatch):
    """A device takes its time after the call has returned."""
    workshop, waited = Workshop(WARM_UP, 1.0, 1.0), []

    def wait(codes):
        waited.append(codes.shape)
        workshop.now += 7.0

    monkeypatch.setattr(timing, "synchronize", wait)
    row = time_coder(workshop.encode, SIGNALS, passes=2, clock=workshop.clock)
    assert row["seconds_per_sample_min"] == row["seconds_per_sample_max"] == 2.0
    assert waited == [(4, 2)] * 3
