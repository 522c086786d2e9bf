"""Signals are the sums that their indices say, of complete images where needed, never mixed across splits."""

import numpy as np
import pytest

from lsalsa.data import make_signals
from lsalsa.errors import ConfigError, ShapeError

SPLITS = ("train", "validation", "labelled", "test")
COUNTS = {"n_train": 40, "n_validation": 20, "n_test_images": 6, "n_labelled_images": 4}


def component(n_positions, seed, n_images=12, n_classes=3, n_features=5):
    """Random patches in the layout of a file of patches; image numbers tell the split."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for first, split in enumerate(SPLITS):
        image = np.repeat(1000 * first + np.arange(n_images), n_positions)
        arrays[split] = rng.random((n_images * n_positions, n_features), dtype=np.float32)
        arrays[f"{split}_image"] = image
        arrays[f"{split}_position"] = np.tile(np.arange(n_positions), n_images)
        arrays[f"{split}_label"] = image % n_classes
    return arrays


@pytest.fixture
def digits():
    """Twelve images of one patch per split."""
    return component(1, seed=0)


@pytest.fixture
def photographs():
    """Twelve images of four patches per split."""
    return component(4, seed=1)


def signals_of(*patch_sets, seed=7, **changes):
    return make_signals(patch_sets, seed=seed, **(COUNTS | changes))


def test_signals_are_the_sums_of_the_patches_they_name(digits, photographs):
    arrays = signals_of(digits, photographs)
    for split in SPLITS:
        parts = [p[split][arrays[f"{split}_index_{i}"]] for i, p in enumerate((digits, photographs))]
        np.testing.assert_array_equal(arrays[split], parts[0] + parts[1])
        assert arrays[split].dtype == np.float32


@pytest.mark.parametrize("name", ["image", "label"])
def test_ids_are_those_of_the_patches(digits, photographs, name):
    arrays = signals_of(digits, photographs)
    for split in SPLITS:
        for i, patches in enumerate((digits, photographs)):
            expected = patches[f"{split}_{name}"][arrays[f"{split}_index_{i}"]]
            np.testing.assert_array_equal(arrays[f"{split}_{name}_{i}"], expected)


def test_patches_themselves_are_left_as_they_are(digits, photographs):
    before = {name: array.copy() for name, array in digits.items()}
    signals_of(digits, photographs)
    assert all(np.array_equal(before[name], digits[name]) for name in digits)


def test_one_component_gives_its_patches_without_repetition(photographs):
    arrays = signals_of(photographs, n_train=48)
    assert sorted(arrays["train_index_0"]) == list(range(48))
    assert arrays["train_index_0"].tolist() != list(range(48))  # in random order
    np.testing.assert_array_equal(arrays["train"], photographs["train"][arrays["train_index_0"]])
    assert "train_index_1" not in arrays


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["leader_last", "leader_first"])
@pytest.mark.parametrize(("split", "n_images"), [("test", 6), ("labelled", 4)])
def test_component_with_most_patches_leads_with_complete_images_in_order(digits, photographs, order, split, n_images):
    patch_sets = [(digits, photographs)[i] for i in order]
    lead = order.index(1)
    arrays = signals_of(*patch_sets)
    rows = arrays[f"{split}_index_{lead}"]
    assert len(rows) == n_images * 4 == len(np.unique(rows))
    assert photographs[f"{split}_position"][rows].tolist() == [0, 1, 2, 3] * n_images
    assert np.all(np.diff(arrays[f"{split}_image_{lead}"]) >= 0)


def test_last_component_leads_on_ties():
    arrays = signals_of(component(4, seed=0), component(4, seed=1))
    assert np.all(np.diff(arrays["test_index_1"]) > 0)
    assert not np.all(np.diff(arrays["test_index_0"]) > 0)


def test_chosen_images_are_spread_over_the_classes(photographs):
    arrays = signals_of(photographs)
    assert np.bincount(arrays["test_label_0"]).tolist() == [8, 8, 8]  # six images of four patches


def test_partners_are_used_equally_often(digits, photographs):
    arrays = signals_of(digits, photographs)
    for split in SPLITS:
        times = np.bincount(arrays[f"{split}_index_0"], minlength=12)
        assert times.max() - times.min() <= 1


def test_more_mixtures_than_patches_pair_them_again(digits, photographs):
    arrays = signals_of(digits, photographs, n_train=144)
    assert np.bincount(arrays["train_index_1"]).tolist() == [3] * 48


def test_three_components_add_up(digits, photographs):
    arrays = signals_of(digits, photographs, component(2, seed=3))
    assert arrays["test_index_2"].shape == (24,)


def test_splits_never_mix(digits, photographs):
    arrays = signals_of(digits, photographs)
    for number, split in enumerate(SPLITS):
        for i in (0, 1):
            assert set(arrays[f"{split}_image_{i}"] // 1000) == {number}


def test_same_seed_gives_the_same_bytes_and_another_seed_another_selection(digits, photographs):
    first, again, other = (signals_of(digits, photographs, seed=seed) for seed in (7, 7, 8))
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    for split in SPLITS:
        assert not np.array_equal(first[split], other[split])


def test_one_split_does_not_depend_on_the_size_of_another(digits, photographs):
    small, large = signals_of(digits, photographs), signals_of(digits, photographs, n_train=90)
    for split in ("validation", "labelled", "test"):
        np.testing.assert_array_equal(small[split], large[split])


@pytest.mark.parametrize(
    ("count", "split", "available"),
    [
        ("n_train", "train", 48),
        ("n_validation", "validation", 48),
        ("n_test_images", "test", 48),
        ("n_labelled_images", "labelled", 48),
    ],
)
def test_where_more_is_asked_for_than_there_is_all_are_taken_once(photographs, count, split, available):
    found = signals_of(photographs, **{count: 1000})
    assert len(np.unique(found[f"{split}_index_0"])) == len(found[split]) == available


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("value", [-1, 2.5])
def test_impossible_count_is_named(photographs, name, value):
    least = 0 if name == "n_labelled_images" else 1  # without classifiers there are none
    with pytest.raises(ConfigError, match=f"{name} must be a whole number of at least {least}, found {value}"):
        signals_of(photographs, **{name: value})


def test_patches_of_different_size_are_not_added(digits):
    with pytest.raises(ShapeError, match=r"one size, found \[5, 6\] pixels"):
        signals_of(digits, component(1, seed=1, n_features=6))
