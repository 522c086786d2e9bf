"""A set of images refuses what no encoder can work with."""

from dataclasses import replace

import numpy as np
import pytest

from lsalsa.data.images import ImageSet
from lsalsa.errors import DataError, LsalsaError, ShapeError


@pytest.fixture
def images():
    """Six images of two classes, the last two on the test side."""
    pixels = np.random.default_rng(0).random((6, 4, 5), dtype=np.float32)
    is_test = np.arange(6) >= 4
    return ImageSet(pixels, np.arange(6) % 2, ["cat", "dog"], np.arange(6), is_test, {"name": "random"})


def with_pixel(images, value):
    pixels = images.images.copy()
    pixels[3, 1, 2] = value
    return replace(images, images=pixels)


def test_sound_set_is_accepted(images):
    images.validate()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_pixel_that_is_no_number_is_refused_with_its_image(images, value):
    with pytest.raises(DataError, match="images holds NaN or Inf in 1 of 6 rows, first in row 3"):
        with_pixel(images, value).validate()


@pytest.mark.parametrize("value", [-0.01, 255])
def test_grey_value_outside_0_and_1_is_refused(images, value):
    with pytest.raises(DataError, match=r"values in \[0, 1\], found values from"):
        with_pixel(images, value).validate()


@pytest.mark.parametrize("label", [-1, 2])
def test_image_without_a_label_is_refused(images, label):
    unlabelled = replace(images, labels=np.array([0, 1, label, 1, 0, 1]))
    with pytest.raises(DataError, match=f"1 of 6 have none; the first is image 2 with label {label}$"):
        unlabelled.validate()


@pytest.mark.parametrize("name", ["labels", "groups", "is_test"])
def test_array_of_the_wrong_length_is_named(images, name):
    with pytest.raises(ShapeError, match=rf"{name} must have one entry per image, shape \(6,\), found \(5,\)"):
        replace(images, **{name: getattr(images, name)[:5]}).validate()


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((6, 20), np.float32), np.zeros((6, 4, 5)), np.zeros((0, 4, 5), np.float32)],
    ids=["flat", "float64", "empty"],
)
def test_pixels_of_another_kind_are_refused(images, pixels):
    with pytest.raises(LsalsaError, match="^images must"):
        replace(images, images=pixels).validate()


@pytest.mark.parametrize(("value", "side"), [(True, "train"), (False, "test")])
def test_empty_side_is_refused(images, value, side):
    with pytest.raises(DataError, match=f"no {side} image"):
        replace(images, is_test=np.full(6, value)).validate()


def test_photograph_on_both_sides_is_refused(images):
    with pytest.raises(DataError, match="1 groups are on the train and the test side, the first is 9"):
        replace(images, groups=np.array([0, 9, 2, 3, 9, 5])).validate()


@pytest.mark.parametrize("source", [{"name": "random", "licence": "CC0"}, {}], ids=["named", "unnamed"])
def test_set_comes_back_from_its_arrays_without_pickle(images, source):
    arrays = replace(images, source=source).to_arrays()
    assert not any(array.dtype.hasobject for array in arrays.values())
    found = ImageSet.from_arrays(arrays)
    np.testing.assert_array_equal(found.images, images.images)
    assert (found.class_names, found.source) == (images.class_names, source)
