"""Pictures of several sizes: through their file and back, from published sets that are checked, from own files."""

import hashlib
import io
import struct
import zipfile
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lsalsa.data import Pictures, load_pictures
from lsalsa.data.picture_register import PICTURE_SETS, PictureSet
from lsalsa.data.picture_sources import set12
from lsalsa.data.pictures import available, files_of
from lsalsa.data.published_pictures import PublishedPictures
from lsalsa.data.register import PublishedFile
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError, StorageError
from lsalsa.storage import read_arrays, write_arrays

RNG = np.random.default_rng(11)
SOURCE = {"name": "drawn", "licence": "CC0", "citation": "none", "extent": "complete"}


def image_file(pixels, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def grey(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def in_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def in_folder(path, files):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


# --- the set ------------------------------------------------------------------------------------------------


@pytest.fixture
def pictures():
    """A wide and a high picture of whole 255ths."""
    return Pictures.from_bytes({"wide": grey(3, 7), "high": grey(8, 2)}, SOURCE)


@pytest.mark.parametrize(("factor", "dtype"), [(1, np.uint8), (0.3, np.float32)], ids=["255ths", "other values"])
def test_pictures_come_back_from_their_file_without_pickle_or_loss(pictures, tmp_path, factor, dtype):
    pictures = replace(pictures, images=[image * np.float32(factor) for image in pictures.images])
    pictures.validate()
    write_arrays(tmp_path / "pictures.npz", pictures.to_arrays())  # refuses arrays of objects
    arrays = read_arrays(tmp_path / "pictures.npz")
    found = Pictures.from_arrays(arrays)
    found.validate()
    assert arrays["pixels"].dtype == dtype
    assert (found.names, found.source) == (pictures.names, SOURCE)
    for image, expected in zip(found.images, pictures.images, strict=True):
        assert image.dtype == np.float32
        np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"images": []}, ShapeError, "names must have one entry per picture, 0 pictures, found 2"),
        ({"images": [], "names": []}, DataError, "the set has no picture"),
        ({"names": ["a", "a"]}, DataError, "a name of its own, found 'a' more than once"),
        ({"images": [np.zeros((2, 2), np.float32), np.zeros((0, 2), np.float32)]}, ShapeError, "picture high must be"),
        ({"images": [np.zeros((2, 2, 3), np.float32)] * 2}, ShapeError, r"found float32 of shape \(2, 2, 3\)"),
        ({"images": [np.zeros((2, 2))] * 2}, ShapeError, "picture wide must be float32"),
        ({"images": [np.full((2, 2), np.nan, np.float32)] * 2}, DataError, "picture wide holds NaN or Inf"),
        ({"images": [np.full((2, 2), 2, np.float32)] * 2}, DataError, r"picture wide must have values in \[0, 1\]"),
    ],
)
def test_pictures_that_cannot_be_worked_with_are_refused(pictures, changes, error, message):
    with pytest.raises(error, match=message):
        replace(pictures, **changes).validate()


# --- what comes with a package --------------------------------------------------------------------------------


def test_whole_photographs_of_scikit_image_are_read_on_two_sides():
    train, test = load_pictures("skimage_train"), load_pictures("skimage_test")
    assert (len(train.names), len(test.names)) == (10, 6)
    assert not set(train.names) & set(test.names)
    shapes = dict(zip(test.names, [image.shape for image in test.images], strict=True))
    assert shapes["chelsea"] == (300, 451)
    assert shapes["retina"] == (1411, 1411)


def test_camera_is_what_scikit_image_says_it_is():
    data = pytest.importorskip("skimage.data")
    train = load_pictures("skimage_train")
    np.testing.assert_array_equal(train.images[train.names.index("camera")], (data.camera() / 255).astype(np.float32))


# --- published sets -------------------------------------------------------------------------------------------


@pytest.fixture
def published(monkeypatch):
    """Three small files that the register expects as Set12, one of them in colour."""
    pixels = {"01.png": grey(6, 9), "02.png": grey(9, 6), "10.png": grey(5, 5, 3)}
    files = {name: image_file(array) for name, array in pixels.items()}
    entries = tuple(
        PublishedFile(name, len(content), hashlib.sha256(content).hexdigest(), (f"http://127.0.0.1:9/{name}",))
        for name, content in files.items()
    )
    register = PictureSet(**{name: getattr(PICTURE_SETS["set12"], name) for name in PictureSet.__dataclass_fields__})
    register.__dict__["files"] = entries
    source = PublishedPictures(register)
    monkeypatch.setattr(set12, "load", source.load)
    monkeypatch.setattr(set12, "own_files", source.own_files)
    return pixels, files


@pytest.mark.parametrize("place", ["set12.zip", "set12", "denoising/set12.zip", "denoising/set12"])
def test_a_set_is_found_at_each_of_its_places(published, tmp_path, place):
    pixels, files = published
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    inside = {f"set12/{name}": content for name, content in files.items()}
    in_zip(path, inside) if path.suffix else in_folder(path, inside)
    found = load_pictures("set12", data_dir=tmp_path)
    assert found.names == ["01", "02", "10"]
    assert found.source["extent"] == "complete"
    np.testing.assert_array_equal(found.images[0], pixels["01.png"].astype(np.float32) / np.float32(255))
    luma = pixels["10.png"] @ np.array([0.299, 0.587, 0.114]) / 255
    np.testing.assert_allclose(found.images[2], luma, atol=0.51 / 255)
    read = files_of("set12", settings={}, data_dir=tmp_path)
    assert [file.name for file in read] == (["set12.zip"] if path.suffix else list(files))


def test_a_part_of_a_set_says_so(published, tmp_path):
    _, files = published
    in_zip(tmp_path / "set12.zip", {"02.png": files["02.png"]})
    found = load_pictures("set12", data_dir=tmp_path)
    assert found.names == ["02"]
    assert found.source["extent"] == "partial: 1 of 3 pictures, from set12.zip"


def test_a_missing_set_is_refused_with_all_places(published, tmp_path):
    with pytest.raises(DataError) as caught:
        load_pictures("set12", data_dir=tmp_path)
    for place in ("set12.zip", "set12", "denoising/set12.zip", "denoising/set12"):
        assert str(tmp_path / place) in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda files: {**files, "01.png": files["01.png"] + b"x"},
            r"01.png of .* is not the published one: \d+ bytes",
        ),
        (
            lambda files: {**files, "01.png": files["01.png"][:-1] + b"x"},
            "01.png of .* is not the published one: sha256",
        ),
        (
            lambda files: {**files, "mine.png": files["01.png"]},
            "holds mine.png, which is no picture of Set12; load pict",
        ),
        (lambda files: {**files, "a/01.png": files["01.png"]}, "holds 01.png more than once"),
        (lambda files: {"readme.txt": b"x"}, "holds no picture of Set12"),
    ],
    ids=["longer", "other bytes", "foreign", "twice", "none"],
)
def test_what_is_not_the_published_set_is_refused(published, tmp_path, change, message):
    in_zip(tmp_path / "set12.zip", change(published[1]))
    with pytest.raises(DataError, match=message):
        load_pictures("set12", data_dir=tmp_path)


@pytest.mark.parametrize(("name", "count"), [("bsd68", 68), ("cbsd432", 432), ("set12", 12), ("crsae_test9", 9)])
def test_register_has_every_picture_at_an_address_that_never_changes(name, count):
    files = PICTURE_SETS[name].files
    assert len({file.name for file in files}) == len({file.sha256 for file in files}) == count
    assert all(f"/{file.name}" in file.urls[0] and len(file.urls[0].split("/")[5]) == 40 for file in files)


def test_offline_message_names_a_few_of_many_files(tmp_path, monkeypatch):
    monkeypatch.setenv("LSALSA_CACHE", str(tmp_path))
    monkeypatch.setenv("LSALSA_OFFLINE", "1")
    with pytest.raises(DataError, match="BSD68 is not in the cache .* test001.png, .* and 64 more into") as caught:
        load_pictures("bsd68")
    assert len(str(caught.value)) < 400


# --- own files ------------------------------------------------------------------------------------------------


def own(path):
    return load_pictures("picture_files", path=str(path))


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_own_pictures_keep_their_sizes_and_names(tmp_path, packed):
    pixels = {"a.png": grey(4, 9), "b/a.png": grey(7, 3), "b/10.png": grey(2, 2), "b/9.png": grey(1, 1)}
    files = {name: image_file(array) for name, array in pixels.items()}
    path = in_zip(tmp_path / "own.zip", files) if packed else in_folder(tmp_path / "own", files)
    found = own(path)
    assert found.names == ["a.png", "b/9.png", "b/10.png", "b/a.png"]
    for name, image in zip(found.names, found.images, strict=True):
        np.testing.assert_array_equal(image, pixels[name].astype(np.float32) / np.float32(255))
    facts = {"licence": "unknown", "citation": "unknown", "extent": "complete", "found": "4 pictures"}
    assert found.source == {"name": path.name, **facts}
    assert files_of("picture_files", settings={"path": str(path)}, data_dir=None)


def test_a_relative_path_starts_at_data_dir(tmp_path):
    in_folder(tmp_path / "mine", {"a.png": image_file(grey(2, 3))})
    assert load_pictures("picture_files", data_dir=tmp_path, path="mine").images[0].shape == (2, 3)


def empty_png():
    """A PNG file that says of itself to have no column."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 0, 5, 8, 0, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b""), b"IEND")
    body = b"".join(struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    "damaged",
    [image_file(grey(40, 40))[:300], b"", b"GIF89a", empty_png(), image_file(grey(40, 40), "JPEG")[:200]],
    ids=["truncated png", "empty", "no image", "no column", "truncated jpeg"],
)
def test_damaged_files_are_skipped_and_counted_and_alone_refused(tmp_path, damaged):
    path = in_zip(tmp_path / "own.zip", {"good.png": image_file(grey(3, 3)), "bad.png": damaged, "note.txt": b"x"})
    found = own(path)
    assert found.names == ["good.png"]
    assert found.source["skipped"] == "1 damaged images, 1 other files"
    with pytest.raises(DataError, match="holds 1 images, and none can be decoded"):
        own(in_zip(tmp_path / "bad.zip", {"bad.png": damaged}))


def over_white(pixels):
    share = pixels[..., 1] / 255
    return pixels[..., 0] * share + 255 * (1 - share)


@pytest.mark.parametrize(
    ("pixels", "grey_values"),
    [
        (COLOURED := grey(5, 4, 3), COLOURED @ np.array([0.299, 0.587, 0.114])),
        (VEILED := grey(5, 4, 2), over_white(VEILED)),
        (TWO_TONED := grey(5, 4) > 99, TWO_TONED * 255.0),
    ],
    ids=["colour", "transparent grey", "black and white"],
)
def test_colour_becomes_grey_and_what_is_transparent_shows_white(tmp_path, pixels, grey_values):
    (image,) = own(in_zip(tmp_path / "own.zip", {"a.png": image_file(pixels)})).images
    np.testing.assert_allclose(image, grey_values / 255, atol=1.01 / 255)


def test_a_photograph_is_turned_as_it_says(tmp_path):
    """A camera writes beside the pixels how it was held."""
    exif = Image.Exif()
    exif[0x0112] = 6
    content = image_file(grey(5, 4, 3), "JPEG", exif=exif)
    assert own(in_zip(tmp_path / "own.zip", {"a.jpg": content})).images[0].shape == (4, 5)


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({"a.png": image_file(np.ones((3, 3), np.uint16))}, DataError, "a.png must have 8 bits in a channel, found"),
        ({"a.tif": image_file(np.ones((3, 3), np.float32), "TIFF")}, DataError, "a.tif must have 8 bits in a channel"),
        ({"a.png": image_file(np.zeros((8000, 7000), np.uint8))}, DataError, "more than 50000000"),
        ({"../a.png": image_file(grey(3, 3))}, DataError, "holds a member outside of itself"),
        ({"a.txt": b"x"}, DataError, "holds no image file"),
    ],
    ids=["16 bits", "floats", "bomb", "outside", "no image"],
)
def test_hostile_pictures_are_refused_in_one_sentence(tmp_path, files, error, message):
    with pytest.raises(error, match=message) as caught:
        own(in_zip(tmp_path / "own.zip", files))
    assert isinstance(caught.value, LsalsaError)
    assert "\n" not in str(caught.value)


def test_a_damaged_zip_a_missing_path_and_unknown_names_are_refused(tmp_path):
    whole = in_zip(tmp_path / "own.zip", {"a.png": image_file(grey(30, 30))}).read_bytes()
    (tmp_path / "own.zip").write_bytes(whole[:200])
    with pytest.raises(StorageError, match="neither a folder nor a whole zip file"):
        own(tmp_path / "own.zip")
    with pytest.raises(ConfigError, match="pictures from picture_files need the setting path"):
        load_pictures("picture_files")
    with pytest.raises(ConfigError, match="did you mean bsd68"):
        load_pictures("bsd6")
    with pytest.raises(ConfigError, match="'size' is not a known setting of pictures from bsd68"):
        load_pictures("bsd68", size=3)


def test_every_source_is_known():
    assert {"bsd68", "cbsd432", "set12", "crsae_test9", "skimage_train", "skimage_test"} < set(available())
