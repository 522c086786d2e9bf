"""Images without labels are images: read, stored, cut and mixed; only a classifier needs labels, and says so."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lsalsa.data import ImageSet, component_patches, load_images, make_signals
from lsalsa.data.images import labels_of
from lsalsa.errors import DataError
from lsalsa.storage import read_arrays, write_arrays
from lsalsa.study.scoring.classification import train_classifiers

SPLITS = ("train", "validation", "labelled", "test")
COUNTS = {"n_train": 20, "n_validation": 10, "n_test_images": 3, "n_labelled_images": 3}
PIXELS = np.random.default_rng(4).integers(0, 256, (20, 8, 8), dtype=np.uint8)


def folder_of(path, names):
    for name, pixels in zip(names, PIXELS, strict=False):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path / name)
    return path


def load_folder(path, seed=1, **settings):
    return load_images("image_files", seed=seed, settings={"path": str(path)} | settings)


def load_npz(path, **arrays):
    np.savez(path, **arrays)
    return load_images("npz_images", seed=1, settings={"path": str(path)})


@pytest.fixture
def unlabelled(tmp_path):
    """Twenty images of a folder without folders of classes, a fifth of them for the test."""
    return load_folder(folder_of(tmp_path / "own", [f"{i}.png" for i in range(20)]))


@pytest.fixture
def labelled(unlabelled):
    """The same images with labels."""
    return replace(unlabelled, labels=np.arange(20) % 2, class_names=["even", "odd"])


def cut(images, patch_size=4):
    return component_patches(images, image_size=8, resize="none", patch_size=patch_size, min_std=0.0, seed=1)


# --- reading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        [f"{i}.png" for i in range(20)],
        [f"IMG_{i}.png" for i in range(20)],
        [f"holiday/{i}.png" for i in range(20)],
        [f"{i}/image.png" for i in range(20)],
    ],
    ids=["numbers", "one beginning", "one folder", "folder of its own"],
)
def test_image_files_whose_names_tell_no_classes_apart_have_no_labels(tmp_path, names):
    images = load_folder(folder_of(tmp_path / "own", names))
    assert (images.labels, images.class_names) == (None, [])
    found = np.rint(images.images * 255).astype(np.uint8)
    assert {image.tobytes() for image in found} == {image.tobytes() for image in PIXELS}
    assert images.is_test.sum() == 4


def test_other_seed_draws_another_test_side_of_unlabelled_files(tmp_path):
    path = folder_of(tmp_path / "own", [f"{i}.png" for i in range(20)])
    first, again, other = (load_folder(path, seed=seed) for seed in (1, 1, 2))

    def test_side(images):
        return {image.tobytes() for image in images.images[images.is_test]}

    assert test_side(first) == test_side(again) != test_side(other)


def test_unlabelled_files_keep_the_sides_of_their_folders(tmp_path):
    names = [f"{'train' if i < 15 else 'test'}/{i}.png" for i in range(20)]
    images = load_folder(folder_of(tmp_path / "own", names))
    assert images.labels is None
    test = {image.tobytes() for image in np.rint(images.images[images.is_test] * 255).astype(np.uint8)}
    assert test == {image.tobytes() for image in PIXELS[15:]}


def test_npz_file_with_images_alone_is_divided_by_seed(tmp_path):
    images = load_npz(tmp_path / "own.npz", images=PIXELS)
    assert (images.labels, images.class_names, int(images.is_test.sum())) == (None, [], 4)
    np.testing.assert_array_equal(images.images, PIXELS / np.float32(255))


def test_npz_file_with_images_of_two_sides_keeps_them(tmp_path):
    images = load_npz(tmp_path / "own.npz", train_images=PIXELS[:15], test_images=PIXELS[15:])
    assert images.labels is None
    assert images.is_test.tolist() == [False] * 15 + [True] * 5


def test_part_of_a_published_set_may_be_without_labels(tmp_path):
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "some.npz", images=PIXELS)
    images = load_images("mnist", seed=1, settings={"n_train": 10}, data_dir=tmp_path)
    assert (images.labels, images.class_names, int((~images.is_test).sum())) == (None, [], 10)
    assert images.source["extent"].startswith("partial: 10 of 60,000 train and 4 of 10,000 test images")


# --- the set ------------------------------------------------------------------------------------------------


def test_set_without_labels_comes_back_from_its_file(unlabelled, tmp_path):
    write_arrays(tmp_path / "images.npz", unlabelled.to_arrays())
    found = ImageSet.from_arrays(read_arrays(tmp_path / "images.npz"))
    found.validate()
    np.testing.assert_array_equal(found.images, unlabelled.images)
    assert (found.labels, found.class_names, found.source) == (None, [], unlabelled.source)


def test_names_of_classes_without_labels_are_refused(unlabelled):
    with pytest.raises(DataError, match="images without labels must have no class names, found 2"):
        replace(unlabelled, class_names=["cat", "dog"]).validate()


# --- patches and signals ------------------------------------------------------------------------------------


def test_folder_without_labels_becomes_patches_and_signals(unlabelled):
    patches = cut(unlabelled)
    assert set(patches) == {f"{split}{part}" for split in SPLITS for part in ("", "_image", "_position")}
    signals = make_signals([patches], seed=1, **COUNTS)
    assert {name for name in signals if "label_" in name} == set()
    for split in SPLITS:
        image, index = signals[f"{split}_image_0"], signals[f"{split}_index_0"]
        corner = 4 * np.stack(np.divmod(patches[f"{split}_position"][index], 2), axis=1)
        by_hand = [unlabelled.images[i, r : r + 4, c : c + 4].ravel() for i, (r, c) in zip(image, corner, strict=True)]
        np.testing.assert_array_equal(signals[split], by_hand)
    assert len(np.unique(signals["test_image_0"])) == 3


def test_images_are_the_same_patches_with_and_without_labels(unlabelled, labelled):
    with_labels, without = cut(labelled), cut(unlabelled)
    np.testing.assert_array_equal(with_labels["test"], without["test"])
    np.testing.assert_array_equal(with_labels["labelled_image"] % 2, with_labels["labelled_label"])


@pytest.mark.parametrize("position", [0, 1], ids=["unlabelled first", "labelled first"])
def test_labelled_and_unlabelled_components_are_mixed(unlabelled, labelled, position):
    sets = [cut(labelled, 4), cut(labelled, 4)]
    sets[position] = cut(unlabelled, 4)
    signals = make_signals(sets, seed=1, **COUNTS)
    for split in SPLITS:
        parts = [patches[split][signals[f"{split}_index_{i}"]] for i, patches in enumerate(sets)]
        np.testing.assert_array_equal(signals[split], parts[0] + parts[1])
        assert f"{split}_label_{position}" not in signals
        np.testing.assert_array_equal(
            signals[f"{split}_label_{1 - position}"], signals[f"{split}_image_{1 - position}"] % 2
        )


# --- who needs labels ---------------------------------------------------------------------------------------


def test_classifier_names_the_component_without_labels(unlabelled, labelled):
    signals = make_signals([cut(labelled), cut(unlabelled)], seed=1, **COUNTS)
    codes = {split: np.abs(np.hstack([signals[split]] * 2)) for split in ("test", "labelled")}
    blocks = {"digits": slice(0, 16), "photos": slice(16, 32)}
    with pytest.raises(
        DataError, match="^the images of photos have no labels, so no classifier can be trained on them$"
    ):
        train_classifiers(blocks, codes, signals)


def test_labels_that_are_there_are_given(labelled):
    np.testing.assert_array_equal(labels_of(labelled.to_arrays(), "labels", "photos"), np.arange(20) % 2)
