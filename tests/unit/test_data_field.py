"""Folders, zip and NPZ files, and pixels as users have them: what is read, and what is refused in one sentence."""

import io
import logging
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from lsalsa.data import load_images
from lsalsa.data.archive import _natural, files_below
from lsalsa.errors import DataError, LsalsaError, StorageError

RNG = np.random.default_rng(0)


def pgm(value=None):
    pixels = RNG.integers(0, 256, 64).astype(np.uint8) if value is None else np.full(64, value, np.uint8)
    return b"P5 8 8 255\n" + pixels.tobytes()


def in_folder(path, names):
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(pgm())
    return path


def in_zip(path, names, separator="/"):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("/", separator)  # ZipInfo itself would turn the separators
            archive.writestr(info, pgm())
    return path


def load(path, **settings):
    return load_images("image_files", seed=0, settings={"path": str(path), **settings})


# --- classes ------------------------------------------------------------------------------------------------

LAYOUTS = ("{c}/{k}", "{c}/images/{k}", "{c}/images/img_{k}", "photos/{c}/{k}", "a/b/{c}/x/y/{k}", "{c}/{v}/{k}")
SIDED = ("{s}/{c}/{k}", "{s}/{c}/images/{k}", "set/{s}/{c}/{v}/{k}", "{c}/{s}/{k}", "{s}/{c}.{k}{v}")


def names_of(layout):
    words = [(s, c, v, k) for s in ("train", "test") for c in ("cat", "dog") for v in ("l", "r") for k in range(3)]
    return sorted({layout.format(s=s, c=c, v=v, k=k) + ".pgm" for s, c, v, k in words})


@pytest.mark.parametrize("layout", [*LAYOUTS, *SIDED])
@pytest.mark.parametrize("packing", ["folder", "zip", "zip of Windows"])
def test_the_class_is_the_outermost_folder_that_tells_images_apart(tmp_path, layout, packing):
    names = names_of(layout)
    if packing == "folder":
        path = in_folder(tmp_path / "own", names)
    else:
        path = in_zip(tmp_path / "own.zip", names, "\\" if packing == "zip of Windows" else "/")
    images = load(path)
    assert images.class_names == ["cat", "dog"]
    assert np.bincount(images.labels).tolist() == [sum(c in name for name in names) for c in ("cat", "dog")]
    if layout in SIDED:
        assert images.is_test.sum() == sum("test" in name for name in names)


def test_images_deeper_in_a_class_belong_to_it(tmp_path):
    names = ["cat/1", "cat/2", "cat/more/1", "dog/1", "dog/2"]
    assert load(in_folder(tmp_path, [f"{name}.pgm" for name in names])).labels.tolist() == [0, 0, 0, 1, 1]


def test_a_folder_train_alone_chooses_no_side(tmp_path):
    """Kaggle's train.zip of cats and dogs."""
    names = [f"train/{c}.{k}.pgm" for c in ("cat", "dog") for k in range(5)]
    images = load(in_zip(tmp_path / "own.zip", names))
    assert (images.class_names, int(images.is_test.sum())) == (["cat", "dog"], 2)
    (tmp_path / "asirra").mkdir()
    in_zip(tmp_path / "asirra" / "train.zip", names)
    assert load_images("asirra", seed=0, data_dir=tmp_path).is_test.sum() == 2
    with pytest.raises(DataError, match="no train image"):
        load(in_folder(tmp_path / "only", ["test/cat/1.pgm", "test/cat/2.pgm", "test/dog/1.pgm", "test/dog/2.pgm"]))


def test_linked_folders_are_read_and_links_that_lead_nowhere_are_told(tmp_path, caplog):
    in_folder(tmp_path, [f"{c}/{k}.pgm" for c in ("own/bird", "own/cat", "elsewhere/dog") for k in range(3)])
    (tmp_path / "own" / "dog").symlink_to(tmp_path / "elsewhere" / "dog")
    (tmp_path / "own" / "cat" / "again").symlink_to(tmp_path / "own")
    (tmp_path / "own" / "gone").symlink_to(tmp_path / "nowhere")
    with caplog.at_level(logging.INFO):
        images = load(tmp_path / "own")
    assert images.class_names == ["bird", "cat", "dog"]
    assert images.source["found"] == "9 images, 3 of them for the test, of 3 classes: bird, cat, dog"
    assert images.source["skipped"] == "0 damaged images, 0 other files, 2 broken links"
    assert caplog.messages[-1].endswith("bird, cat, dog; skipped 0 damaged images, 0 other files, 2 broken links")
    (tmp_path / "links").mkdir()
    for c in ("bird", "cat"):
        (tmp_path / "links" / c).symlink_to(tmp_path / "own" / c)
    assert load(tmp_path / "links").class_names == ["bird", "cat"]
    assert len(files_below(tmp_path / "links")) == 6


# --- names --------------------------------------------------------------------------------------------------


def test_names_that_are_odd_are_read(tmp_path):
    names = [f"{c}/1²{k}.pgm" for c in ("cat", "dog") for k in range(3)] + ["cat/٣.pgm", "dog/12:30.PGM"]
    assert load(in_folder(tmp_path / "own", names)).class_names == ["cat", "dog"]
    assert len(load(in_zip(tmp_path / "own.zip", [f"cat_12:30:{k}.pgm" for k in range(3)])).images) == 3
    for c in (b"caf\xe9", b"dog"):
        folder = os.path.join(os.fsencode(tmp_path), b"bytes", c)
        os.makedirs(folder)
        for k in range(3):
            with open(os.path.join(folder, b"%d\xff.pgm" % k), "wb") as file:
                file.write(pgm())
    assert load(tmp_path / "bytes").class_names == ["caf\\xe9", "dog"]


def test_numbers_in_names_count_whatever_their_length():
    names = ["a", "a.2", "a.10", "a.010", "a." + "9" * 5000, "b1"]
    assert sorted(reversed(names), key=_natural) == ["a", "a.2", "a.010", "a.10", "a." + "9" * 5000, "b1"]


def test_hidden_files_are_no_part_of_a_set(tmp_path):
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "part.npz", images=np.zeros((40, 28, 28), np.uint8), labels=np.arange(40) % 10)
    (tmp_path / "mnist" / "._part.npz").write_bytes(b"\0\5\26\7" * 20)
    assert len(load_images("mnist", seed=0, data_dir=tmp_path).images) == 40


# --- pixels -------------------------------------------------------------------------------------------------

RAMP = np.tile(np.arange(0, 256, 32, dtype=np.uint8), (8, 1))


def first(tmp_path, content, ending):
    for name in ("cat/0", "cat/1", "dog/0", "dog/1"):
        place = tmp_path / f"{name}.{ending}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
    return np.rint(load(tmp_path).images[0] * 255).astype(int)


def saved(image, kind, **more):
    content = io.BytesIO()
    image.save(content, kind, **more)
    return content.getvalue()


def png(bits, kind, rows):
    """A PNG file as its specification says, because Pillow writes none of these."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 8, 8, bits, kind, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("TIFF", "tif"), ("WEBP", "webp")])
def test_images_are_turned_upright(tmp_path, kind, ending, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    more = {"tiffinfo": {0x0112: orientation}} if kind == "TIFF" else {"exif": exif}
    more |= {"JPEG": {"quality": 100}, "WEBP": {"lossless": True}}.get(kind, {})
    content = saved(Image.fromarray(np.triu(RAMP)), kind, **more)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("L")
    np.testing.assert_allclose(first(tmp_path, content, ending), np.asarray(upright), atol=1)


def test_an_image_with_a_damaged_note_of_the_camera_is_read(tmp_path):
    content = saved(Image.fromarray(RAMP), "PNG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\xff\xff")
    np.testing.assert_array_equal(first(tmp_path, content, "png"), RAMP)


def test_transparency_shows_white(tmp_path):
    ink = [b"".join(bytes((0, 0, 0, value)) for value in row) for row in RAMP]
    np.testing.assert_allclose(
        first(tmp_path / "rgba", content_in(tmp_path, "rgba", png(8, 6, ink)), "png"), 255 - RAMP, atol=1
    )
    grey = [b"".join(bytes((0, value)) for value in row) for row in RAMP]
    np.testing.assert_allclose(
        first(tmp_path / "la", content_in(tmp_path, "la", png(8, 4, grey)), "png"), 255 - RAMP, atol=1
    )
    opaque = np.dstack([RNG.integers(0, 256, (8, 8, 3), dtype=np.uint8), np.full((8, 8), 255, np.uint8)])
    found = first(tmp_path / "opaque", content_in(tmp_path, "opaque", saved(Image.fromarray(opaque), "PNG")), "png")
    np.testing.assert_array_equal(found, np.asarray(Image.fromarray(opaque[..., :3]).convert("L")))
    palette = Image.fromarray(RAMP).convert("P")
    found = first(tmp_path / "p", content_in(tmp_path, "p", saved(palette, "PNG", transparency=0)), "png")
    assert found[0, 0] == 255


def content_in(tmp_path, folder, content):
    (tmp_path / folder).mkdir()
    return content


SIXTEEN = {
    "RGB": (png(16, 2, [b"\1\2" * 24] * 8), "png"),
    "LA": (png(16, 4, [b"\1\2" * 16] * 8), "png"),
    "RGBA": (png(16, 6, [b"\1\2" * 32] * 8), "png"),
    "grey": (png(16, 0, [b"\1\2" * 8] * 8), "png"),
    "PPM": (b"P6 8 8 65535\n" + b"\1\2" * 192, "ppm"),
    "PGM": (b"P5 8 8 4095\n" + b"\1\2" * 64, "pgm"),
    "TIFF": (saved(Image.fromarray(RAMP.astype(np.uint16)), "TIFF"), "tif"),
    "float TIFF": (saved(Image.fromarray(RAMP.astype(np.float32)), "TIFF"), "tif"),
}


@pytest.mark.parametrize("kind", SIXTEEN)
def test_more_than_eight_bits_are_refused_in_every_format(tmp_path, kind):
    with pytest.raises(DataError, match="must have 8 bits in a channel"):
        first(tmp_path, *SIXTEEN[kind])


# --- NPZ files ----------------------------------------------------------------------------------------------

IMAGES, LABELS = RNG.integers(0, 256, (6, 8, 8)).astype(np.uint8), np.arange(6) % 2


def npy(array):
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def packed(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path.read_bytes()


def patched(content, offset, value):
    """The content with a byte changed in every header of a member, local and central."""
    content = bytearray(content)
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        i = content.find(mark)
        while i >= 0:
            content[i + at + offset] = value
            i = content.find(mark, i + 4)
    return bytes(content)


def huge():
    header = io.BytesIO()
    fields = {"descr": "|u1", "fortran_order": False, "shape": (10**13, 8, 8)}
    np.lib.format.write_array_header_1_0(header, fields)
    return header.getvalue()


GOOD = {"images.npy": npy(IMAGES), "labels.npy": npy(LABELS)}
UNSOUND = {
    "encrypted": (GOOD, (0, 1), "is encrypted"),
    "Deflate64": (GOOD, (2, 9), "compression method is not supported"),
    "no bytes": ({**GOOD, "labels.npy": b""}, None, "labels: EOF"),
    "text": ({"images.npy": npy(IMAGES), "labels": "0 1 0 1 0 1"}, None, "labels is no array"),
    "640 TB": ({**GOOD, "images.npy": huge()}, None, "not an NPZ file of plain arrays"),
    "width 0": ({**GOOD, "images.npy": npy(IMAGES[:, :, :0])}, None, "at least one pixel"),
    "no images": ({"images.npy": npy(IMAGES[:0]), "labels.npy": npy(LABELS[:0])}, None, "at least one pixel"),
    "labels in no known text": ({**GOOD, "labels.npy": npy(np.array([b"\xff", b"a"] * 3))}, None, "text in UTF-8"),
}


@pytest.mark.parametrize("case", UNSOUND)
@pytest.mark.parametrize("scaling", ["unit", "minmax"])
def test_unsound_npz_files_are_refused_in_one_sentence(tmp_path, case, scaling):
    files, patch, message = UNSOUND[case]
    content = packed(tmp_path / "own.npz", files)
    if patch is not None:
        (tmp_path / "own.npz").write_bytes(patched(content, *patch))
    with pytest.raises(LsalsaError, match=message) as caught:
        load_images("npz_images", seed=0, settings={"path": str(tmp_path / "own.npz"), "scaling": scaling})
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_npz_file_and_labels_in_bytes_are_text(tmp_path):
    with pytest.raises(StorageError, match="is a folder.*image_files"):
        load_images("npz_images", seed=0, settings={"path": str(tmp_path)})
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=np.array([b"cat", "d\u00f6g".encode()] * 3))
    images = load_images("npz_images", seed=0, settings={"path": str(tmp_path / "own.npz")})
    assert images.class_names == ["cat", "d\u00f6g"]
