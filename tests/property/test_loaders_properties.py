"""Loaders: files of any content give data that can be worked with, or one sentence, and never more than they hold."""

import io
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from fuzzing import SEEDS, ended, examples, laid_out, layouts
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, features

from lsalsa.data import load_images
from lsalsa.data.pictures import load_pictures
from lsalsa.data.recording_sources import load_recordings
from lsalsa.errors import StorageError

KINDS = ["u1", "f4", "f8", "f2", "g", "?", "i1", ">i2", "u2", "i4", "i8", "u8", ">f4", ">f8", "c8", "M8[s]", "m8[ms]"]
KINDS += ["S3", "U2", "V4", "O", [("r", "u1"), ("g", "f4")]]
SHAPES = st.lists(st.integers(0, 5), max_size=5).map(tuple)


@contextmanager
def folder():
    """An empty folder, for one example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def filled(kind, shape, seed, is_wild):
    """An array of a kind: fractions and small numbers, or whatever its bytes may mean."""
    rng, dtype = np.random.default_rng(seed), np.dtype(kind)
    if dtype.hasobject:
        return np.full(shape, None, object)
    if is_wild or dtype.kind in "VMm":
        return np.frombuffer(rng.bytes(int(np.prod(shape)) * dtype.itemsize), dtype).reshape(shape)
    if dtype.kind == "f":
        return rng.random(shape).astype(dtype)
    if dtype.kind in "SU":
        return rng.choice(["a", "bc", "ä"] if dtype.kind == "U" else [b"a", b"bc", b"d"], shape).astype(dtype)
    return rng.integers(0, 3, shape).astype(dtype)


def array_of(shapes):
    """An array of any kind."""
    return st.builds(filled, st.sampled_from(KINDS), shapes, SEEDS, st.booleans())


def arrays_of(names, shapes=SHAPES):
    """Some of the named arrays, each of any kind and shape."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, array_of(shapes)))


def packed(arrays, compressed):
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


DAMAGES = st.one_of(
    st.none(),
    st.tuples(st.just("cut"), st.floats(0, 1)),
    st.tuples(st.just("flip"), st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=4)),
    st.tuples(st.just("swap"), st.tuples(st.sampled_from(range(8)), st.sampled_from(range(8)))),
    st.tuples(st.just("other"), st.binary(max_size=40)),
)
WORDS = (b"'shape': (", b"'shape': (9999999999999, ", b"'<f8'", b"'|O8'", b"False", b"True,", bytes(3), b"PK\1\2")
"""What a hostile hand would put into a file; one takes the place of another."""


def damaged(content, damage):
    """The content cut off, with other bytes, with one word in the place of another, or other content."""
    kind, how = damage or (None, None)
    if kind == "cut":
        return content[: int(how * len(content))]
    if kind == "other":
        return how
    if kind == "swap":
        old, new = WORDS[how[0]], WORDS[how[1]]
        return content.replace(old, new)
    content = bytearray(content)
    for place, change in how or ():
        content[min(int(place**2 * len(content)), len(content) - 1)] ^= change  # most of them in the head
    return bytes(content)


def load_npz(loader, source, content, **settings):
    with folder() as place:
        (place / "own.npz").write_bytes(content)
        return ended(lambda: loader(source, seed=1, settings={"path": "own.npz", **settings}, data_dir=place))


def assert_images(images):
    assert images.images.dtype == np.float32 and images.images.size
    assert (images.images >= 0).all() and (images.images <= 1).all()
    assert images.is_test.any() and not images.is_test.all()
    assert (images.labels is None) == (not images.class_names)
    assert images.labels is None or (images.labels.min() >= 0 and images.labels.max() < len(images.class_names))


# --- images of an NPZ file ----------------------------------------------------------------------------------

IMAGE_ARRAYS = ("images", "labels", "is_test", "train_images", "test_images", "train_labels", "test_labels")


@examples(400)
@given(
    arrays=arrays_of(IMAGE_ARRAYS),
    compressed=st.booleans(),
    damage=DAMAGES,
    colour=st.booleans(),
    scaling=st.sampled_from(["unit", "minmax"]),
)
def test_images_of_any_file_are_whole_or_refused(arrays, compressed, damage, colour, scaling):
    content = damaged(packed(arrays, compressed), damage)
    found = load_npz(load_images, "npz_images", content, colour=colour, scaling=scaling)
    if not found.error:
        assert_images(found.result)


@examples(200)
@given(
    kind=st.sampled_from(["u1", "f2", "f4", ">f4", "f8", ">f8", "g"]),
    shape=st.tuples(st.integers(2, 5), st.integers(1, 4), st.integers(1, 4)),
    channels=st.sampled_from([(), (3,)]),
    layout=layouts,
    seed=SEEDS,
    label_kind=st.sampled_from([None, "i8", "u1", ">i2", "U2", "S2"]),
    scaling=st.sampled_from(["unit", "minmax"]),
)
def test_images_are_what_the_file_says(kind, shape, channels, layout, seed, label_kind, scaling):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (*shape, *channels))
    images = (images if kind == "u1" else images / 255).astype(kind)
    arrays = {"images": laid_out(layout, images)}
    if label_kind:
        arrays["labels"] = np.resize(filled(label_kind, max(1, shape[0] // 2), seed, is_wild=False), shape[0])
    found = load_npz(load_images, "npz_images", packed(arrays, True), colour=bool(channels), scaling=scaling)
    assert found.error is None
    assert_images(found.result)
    expected = images.astype(float) / (255 if kind == "u1" else 1)
    if scaling == "minmax":
        low, high = (edge(expected.reshape(len(expected), -1), axis=1) for edge in (np.min, np.max))
        low, span = (each.reshape(-1, *[1] * (expected.ndim - 1)) for each in (low, high - low))
        expected = (expected - low) / np.where(span > 0, span, 1)
    np.testing.assert_allclose(found.result.images, expected, atol=2e-6)
    if label_kind:
        names = np.array(found.result.class_names)[found.result.labels]
        wanted = [name.decode() if isinstance(name, bytes) else str(name) for name in arrays["labels"].tolist()]
        assert names.tolist() == wanted


@examples(60)
@given(
    dtype=st.sampled_from(["f2", "f4", "f8", "g"]),
    hole=st.sampled_from([np.nan, np.inf, -np.inf, -0.01, 1.01]),
    place=st.integers(0, 23),
    channels=st.sampled_from([(), (3,)]),
    scaling=st.sampled_from(["unit", "minmax"]),
    of_recording=st.booleans(),
)
def test_one_number_that_is_none_is_refused(dtype, hole, place, channels, scaling, of_recording):
    values = np.linspace(0.1, 0.9, 72).reshape(6, 2, 2, 3).astype(dtype)
    values = values if channels else values[..., 0].copy()
    values.flat[place] = hole
    if of_recording:
        content = packed({"samples": values.reshape(len(values), -1), "sampling_rate_hz": 1.0}, False)
        found = load_npz(load_recordings, "npz_recordings", content)
        assert (found.error is None) == bool(np.isfinite(hole))
        return
    found = load_npz(load_images, "npz_images", packed({"images": values}, False), scaling=scaling)
    assert "images" in str(found.error)


# --- recordings ---------------------------------------------------------------------------------------------

RECORDING_ARRAYS = ("offsets", "names", "is_test", "test_from", "event_samples", "event_labels")
FEW = st.lists(st.integers(0, 6), max_size=2).map(tuple)


def assert_recordings(found):
    assert all(np.isfinite(part).all() and part.size and part.ndim == 2 for part in found.recordings)
    assert 0 < found.sampling_rate_hz < np.inf
    assert len(found.names) == len(found.test_from) == len(found.recordings)
    assert all(0 <= first <= len(part) for first, part in zip(found.test_from, found.recordings, strict=True))
    events_and_labels = zip(found.event_samples or (), found.event_labels or (), strict=True)
    for (events, labels), part in zip(events_and_labels, found.recordings, strict=False):
        assert ((events >= 0) & (events < len(part))).all() and (np.diff(events) >= 0).all()
        assert ((labels >= 0) & (labels < len(found.event_names))).all()


@examples(500)
@given(
    needed=st.fixed_dictionaries(
        {
            "samples": array_of(FEW),
            "sampling_rate_hz": array_of(st.sampled_from([(), (1,), (2,)])),
        }
    ),
    optional=arrays_of(RECORDING_ARRAYS, FEW),
    damage=DAMAGES,
)
def test_recordings_of_any_file_are_whole_or_refused(needed, optional, damage):
    found = load_npz(load_recordings, "npz_recordings", damaged(packed(needed | optional, False), damage))
    if not found.error:
        assert_recordings(found.result)


@examples(150)
@given(
    kind=st.sampled_from(["i1", "u2", ">i2", "i4", "f2", "f4", ">f4", "f8", ">f8"]),
    lengths=st.lists(st.integers(2, 9), min_size=1, max_size=3),
    channels=st.integers(1, 3),
    exponent=st.floats(-30, 30),
    layout=layouts,
    seed=SEEDS,
)
def test_recordings_are_what_the_file_says(kind, lengths, channels, exponent, layout, seed):
    rng, dtype = np.random.default_rng(seed), np.dtype(kind)
    samples = rng.standard_normal((sum(lengths), channels)) * (10**exponent if dtype.itemsize >= 4 else 9)
    samples = (samples if dtype.kind == "f" else rng.integers(0, 99, samples.shape)).astype(dtype)
    events = rng.integers(0, len(samples), 4)
    offsets = np.cumsum([0, *lengths])
    samples = laid_out(layout, samples)
    arrays = {"samples": samples, "offsets": offsets, "sampling_rate_hz": 1e4, "event_samples": events}
    found = load_npz(load_recordings, "npz_recordings", packed(arrays, True), test_fraction=0.5)
    assert found.error is None
    assert_recordings(found.result)
    np.testing.assert_array_equal(np.concatenate(found.result.recordings), samples)
    assert [len(part) for part in found.result.recordings] == lengths
    back = np.concatenate([part + first for part, first in zip(found.result.event_samples, offsets, strict=False)])
    assert back.tolist() == sorted(events.tolist())


# --- image files --------------------------------------------------------------------------------------------

MODES = [
    "1",
    "L",
    "LA",
    "La",
    "P",
    "PA",
    "RGB",
    "RGBA",
    "RGBa",
    "RGBX",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I",
    "F",
    "I;16",
    "I;16B",
]
FORMATS = {"png": "PNG", "jpg": "JPEG", "bmp": "BMP", "tif": "TIFF", "ppm": "PPM", "pgm": "PPM", "webp": "WEBP"}
if not features.check("webp"):
    del FORMATS["webp"]
NAMES = st.one_of(
    st.sampled_from(
        ["cat/1", "cat/2", "dog/1", "dog/2", "train/cat/1", "test/cat/2", "cat.1", "dog_1", "a/b/c/1", "¹", "٣/1"]
    ),
    st.text("ab1²./\\:_ é\n\t\u202e", min_size=1, max_size=8),
)


def image_file(mode, format_, shape, seed):
    """An image in a format, or its bytes without one where the format has no such mode."""
    rng, file = np.random.default_rng(seed), io.BytesIO()
    image = Image.frombytes("RGBA", shape, rng.bytes(4 * shape[0] * shape[1]))
    try:
        try:
            image = image.convert(mode)
        except ValueError:
            image = Image.new(mode, shape, 1)
        image.save(file, format_)
    except (OSError, ValueError, KeyError, SystemError):
        return b"no image"
    return file.getvalue()


IMAGE_FILES = st.builds(
    image_file,
    st.sampled_from(MODES),
    st.sampled_from(sorted(FORMATS.values())),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    SEEDS,
)
FILES = st.dictionaries(
    st.builds(lambda name, suffix: f"{name}.{suffix}", NAMES, st.sampled_from([*FORMATS, "txt", "PNG"])),
    st.builds(damaged, IMAGE_FILES, DAMAGES),
    max_size=5,
)


@contextmanager
def stored(files, is_zip, damage):
    """A folder or a zip file with the files in it, those whose names a folder can have."""
    with folder() as place:
        if is_zip:
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in files.items():
                    archive.writestr(zipfile.ZipInfo(name), content)
            (place / "own").write_bytes(damaged(file.getvalue(), damage))
        else:
            (place / "own").mkdir()
            for name, content in files.items():
                path = place / "own" / name.lstrip("/")
                if ".." in name or path.is_dir() or any(parent.is_file() for parent in path.parents):
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        yield place


@examples(400)
@given(files=FILES, is_zip=st.booleans(), damage=DAMAGES, size=st.sampled_from([None, 3]), colour=st.booleans())
def test_image_files_are_decoded_skipped_or_refused(files, is_zip, damage, size, colour):
    settings = {"path": "own", "image_size": size, "colour": colour}
    with stored(files, is_zip, damage) as place:
        images = ended(lambda: load_images("image_files", seed=1, settings=settings, data_dir=place))
        pictures = ended(lambda: load_pictures("picture_files", path="own", data_dir=place))
    if not images.error:
        assert_images(images.result)
        assert size is None or images.result.images.shape[1:3] == (size, size)
        assert images.result.images.ndim == (4 if colour else 3)
    if not pictures.error:
        assert len(pictures.result.names) == len(pictures.result.images) <= len(files)
        for picture in pictures.result.images:
            assert picture.size and (picture >= 0).all() and (picture <= 1).all()
    if not images.error:  # pictures take more: any sizes, no labels, no sides
        assert not pictures.error


@examples(150)
@given(
    files=st.lists(st.builds(damaged, IMAGE_FILES, DAMAGES.filter(bool)), min_size=1, max_size=6), is_zip=st.booleans()
)
def test_damaged_pictures_are_skipped_and_counted(files, is_zip):
    whole = io.BytesIO()
    Image.new("L", (2, 3), 7).save(whole, "PNG")
    named = {f"{i}.png": content for i, content in enumerate([whole.getvalue(), *files])}
    with stored(named, is_zip, None) as place:
        found = ended(lambda: load_pictures("picture_files", path="own", data_dir=place))
    if found.error:  # of a picture that is whole, but no picture of 8 bits
        assert "is not decoded" in str(found.error) or "must have 8 bits" in str(found.error)
        return
    skipped = len(named) - len(found.result.images)
    assert found.result.names[0] == "0.png"
    assert (f"{skipped} damaged images" in found.result.source.get("skipped", "")) == bool(skipped)


@examples(150)
@given(
    shapes=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=4),
    is_zip=st.booleans(),
    seed=SEEDS,
    format_=st.sampled_from(["png", "bmp", "tif", "pgm"]),
)
def test_pictures_are_what_the_files_show(shapes, is_zip, seed, format_):
    rng = np.random.default_rng(seed)
    grey = {f"{i}.{format_}": rng.integers(0, 256, shape, dtype=np.uint8) for i, shape in enumerate(shapes)}
    files = {}
    for name, pixels in grey.items():
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, FORMATS[format_])
        files[name] = file.getvalue()
    with stored(files, is_zip, None) as place:
        found = load_pictures("picture_files", path="own", data_dir=place)
    assert found.names == sorted(grey)
    for name, picture in zip(found.names, found.images, strict=True):
        np.testing.assert_array_equal(np.rint(picture * 255), grey[name])


@pytest.mark.parametrize("loader", [load_images, load_recordings])
def test_the_damages_reach_the_readers(loader):
    """What the examples above are worth: of a whole file, a cut leaves none and hostile headers are refused."""
    content = packed({"images": np.zeros((4, 2, 2)), "samples": np.zeros(9), "sampling_rate_hz": 1}, False)
    source = "npz_images" if loader is load_images else "npz_recordings"
    assert load_npz(loader, source, content).error is None
    for damage in (("cut", 0.5), ("swap", (0, 1)), ("swap", (2, 3))):
        assert isinstance(load_npz(loader, source, damaged(content, damage)).error, StorageError)
