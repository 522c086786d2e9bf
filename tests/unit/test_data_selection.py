"""Seeded choices: shares and counts spread over classes, and draws that use everything equally often."""

import numpy as np
import pytest

from lsalsa.data.selection import check_share, draw_evenly, share_of_classes, spread_over_classes
from lsalsa.errors import ConfigError
from lsalsa.seeds import generator

LABELS = np.repeat([0, 3, 1, 7], [50, 10, 2, 1])


@pytest.mark.parametrize(("count", "per_class"), [(4, [1, 1, 1, 1]), (13, [5, 2, 5, 1]), (63, [50, 2, 10, 1])])
def test_count_is_spread_as_evenly_as_the_classes_allow(count, per_class):
    chosen = spread_over_classes(LABELS, count, generator(1))
    assert np.all(np.diff(chosen) > 0)
    assert np.unique(LABELS[chosen], return_counts=True)[1].tolist() == per_class


def test_share_is_taken_of_every_class_and_leaves_some_of_every_class():
    chosen = share_of_classes(LABELS, 0.2, generator(1))
    assert {label: int(chosen[label == LABELS].sum()) for label in (0, 3, 1, 7)} == {0: 10, 3: 2, 1: 1, 7: 0}
    nearly_all = share_of_classes(LABELS, 0.99, generator(1))
    assert all((~nearly_all[label == LABELS]).any() for label in LABELS)


@pytest.mark.parametrize("count", [1, 7, 10, 25])
def test_draw_uses_every_item_equally_often(count):
    times = np.bincount(draw_evenly(10, count, generator(1)), minlength=10)
    assert times.sum() == count
    assert times.max() - times.min() <= 1


@pytest.mark.parametrize("choose", [spread_over_classes, share_of_classes], ids=lambda f: f.__name__)
def test_choice_depends_on_the_seed_alone(choose):
    amount = 20 if choose is spread_over_classes else 0.4
    first, again, other = (choose(LABELS, amount, generator(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("value", [0, 1, -0.1, float("nan"), "half", None])
def test_share_outside_0_and_1_is_refused(value):
    with pytest.raises(ConfigError, match="test_fraction must be between 0 and 1, found"):
        check_share("test_fraction", value)
