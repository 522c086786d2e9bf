"""The published sets: read from their own formats, from a folder of one's own, complete or in part."""

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lsalsa.data import load_images
from lsalsa.data.idx import read_idx
from lsalsa.data.register import DATA_SETS, PublishedFile
from lsalsa.data.sources import asirra, cifar10, files_of, mnist
from lsalsa.errors import ConfigError, DataError, LsalsaError, StorageError

RNG = np.random.default_rng(5)


def idx(array):
    """The array in the IDX format, written after its description: magic number, sizes, bytes."""
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes())


def mnist_files(n_train=30, n_test=20):
    """Four files like those of MNIST, and the arrays in them."""
    arrays = {}
    for side, count in (("train", n_train), ("t10k", n_test)):
        arrays[f"{side}-images-idx3-ubyte.gz"] = RNG.integers(0, 200, (count, 28, 28), dtype=np.uint8)
        arrays[f"{side}-labels-idx1-ubyte.gz"] = (np.arange(count) // 2 % 10).astype(np.uint8)
    return arrays, {name: idx(array) for name, array in arrays.items()}


def cifar_files(n=20):
    """The packed file of CIFAR-10 with small batches, and the images (n, 32, 32, 3) in it."""
    packed, images = io.BytesIO(), []
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
            batch = RNG.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8)
            planes = [b"".join(image[..., channel].tobytes() for channel in range(3)) for image in batch]
            records = b"".join(bytes([i % 10]) + plane for i, plane in enumerate(planes))
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(records)
            archive.addfile(member, io.BytesIO(records))
            images.append(batch)
    return np.concatenate(images), {"cifar-10-binary.tar.gz": packed.getvalue()}


def register(monkeypatch, module, name, files, **counts):
    """Make the register expect these files."""
    entries = tuple(
        PublishedFile(file, len(content), hashlib.sha256(content).hexdigest(), (f"http://127.0.0.1:9/{name}/{file}",))
        for file, content in sorted(files.items())
    )
    monkeypatch.setattr(module, name.upper(), replace(DATA_SETS[name], files=entries, **counts))


def put(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def digits(tmp_path, monkeypatch):
    """A folder with small files of MNIST, which the register expects, and the arrays in them."""
    arrays, files = mnist_files()
    register(monkeypatch, mnist, "mnist", files, n_train=30, n_test=20)
    put(tmp_path / "mnist", files)
    return tmp_path, arrays


def picture(value, size=(12, 10)):
    """A JPEG file of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, value).save(file, "JPEG", quality=95)
    return file.getvalue()


# --- formats ------------------------------------------------------------------------------------------------


def test_mnist_is_what_its_files_hold(digits):
    data_dir, arrays = digits
    images = load_images("mnist", seed=1, settings={"scaling": "unit"}, data_dir=data_dir)
    together = np.concatenate([arrays["train-images-idx3-ubyte.gz"], arrays["t10k-images-idx3-ubyte.gz"]])
    np.testing.assert_array_equal(images.images, together.astype(np.float32) / np.float32(255))
    assert images.is_test.tolist() == [False] * 30 + [True] * 20
    assert images.labels[30:].tolist() == arrays["t10k-labels-idx1-ubyte.gz"].tolist()
    assert images.source["extent"] == "complete"


def test_images_are_stretched_one_by_one_by_default(digits):
    data_dir, arrays = digits
    images = load_images("mnist", seed=1, data_dir=data_dir).images
    first = arrays["train-images-idx3-ubyte.gz"][0].astype(float)
    np.testing.assert_allclose(images[0], (first - first.min()) / (first.max() - first.min()), atol=1e-6)
    assert (images.min(axis=(1, 2)) == 0).all()
    assert (images.max(axis=(1, 2)) == 1).all()


def test_first_images_of_every_class_are_taken(digits):
    data_dir, arrays = digits
    images = load_images("mnist", seed=1, settings={"n_train": 10, "n_test": 12, "scaling": "unit"}, data_dir=data_dir)
    assert np.bincount(images.labels[~images.is_test]).tolist() == [1] * 10
    np.testing.assert_allclose(images.images[:10] * 255, arrays["train-images-idx3-ubyte.gz"][0:20:2], atol=1e-4)
    assert images.source["extent"] == "selection: 10 of 30 train and 12 of 20 test images"


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"n_train": 31}, DataError, "n_train asks for 31 images, but MNIST has 30"),
        ({"n_test": 0}, ConfigError, "n_test must be a whole number of at least 1, found 0"),
        ({"n_train": "all"}, ConfigError, "n_train must be a whole number"),
        ({"scaling": "minmx"}, ConfigError, "did you mean minmax?"),
    ],
)
def test_impossible_setting_is_named(digits, settings, error, message):
    with pytest.raises(error, match=message):
        load_images("mnist", seed=1, settings=settings, data_dir=digits[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no gzip", "is not a whole gzip file"),
        (idx(np.zeros((3, 4), np.uint8)), "is not an IDX file of bytes with 3 axes, it begins with 00000802"),
        (gzip.compress(idx(np.zeros((3, 4, 4), np.uint8))[:5]), "is not an IDX file"),
        (idx(np.zeros((3, 4, 4), np.uint8))[:-9], "is not a whole gzip file"),
        (gzip.compress(struct.pack(">HBBIII", 0, 8, 3, 9, 9, 9) + b"few"), "announces .* bytes, but holds 3"),
    ],
    ids=["no gzip", "two axes", "cut header", "cut gzip", "cut images"],
)
def test_damaged_idx_file_is_refused(tmp_path, content, message):
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(StorageError, match=message):
        read_idx(tmp_path / "file.gz", 3)


def test_cifar_is_what_its_file_holds_in_colour(tmp_path, monkeypatch):
    expected, files = cifar_files()
    register(monkeypatch, cifar10, "cifar10", files, n_train=100, n_test=20)
    put(tmp_path, files)
    images = load_images("cifar10", seed=1, settings={"colour": True, "scaling": "unit"}, data_dir=tmp_path)
    np.testing.assert_array_equal(images.images, expected.astype(np.float32) / np.float32(255))
    assert images.is_test.tolist() == [False] * 100 + [True] * 20
    assert images.class_names[3] == "cat"
    grey = load_images("cifar10", seed=1, settings={"scaling": "unit"}, data_dir=tmp_path).images
    by_pillow = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in expected])
    assert np.abs(grey * 255 - by_pillow).max() <= 1  # Pillow rounds to whole numbers


@pytest.mark.parametrize("damage", ["no tar", "cut", "batch"])
def test_damaged_cifar_file_is_refused(tmp_path, monkeypatch, damage):
    _, files = cifar_files()
    (name,) = files
    if damage == "batch":
        monkeypatch.setattr(cifar10, "RECORD", 3074)
    files[name] = {"no tar": b"something", "cut": files[name][:5000], "batch": files[name]}[damage]
    register(monkeypatch, cifar10, "cifar10", files)
    put(tmp_path, files)
    with pytest.raises(StorageError, match=r"is not a whole tar\.gz file|must hold data_batch_1\.bin with records of"):
        load_images("cifar10", seed=1, data_dir=tmp_path)


def cats_and_dogs(n=12, damaged=("Cat/1.jpg", "Dog/11.jpg")):
    """A zip file laid out like Microsoft's: the grey of an image is its number."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme[1].txt", "terms")
        for kind in ("Cat", "Dog"):
            archive.writestr(f"PetImages/{kind}/Thumbs.db", b"thumbs")
            for i in reversed(range(n)):
                grey = 20 * i if kind == "Cat" else 20 * i + 10
                content = b"no image" if f"{kind}/{i}.jpg" in damaged else picture((grey, grey, grey))
                archive.writestr(f"PetImages/{kind}/{i}.jpg", content)
    return {"kagglecatsanddogs_5340.zip": packed.getvalue()}


def test_asirra_learns_from_the_first_images_and_tests_on_the_last_and_skips_damaged_ones(tmp_path, monkeypatch):
    files = cats_and_dogs()
    register(monkeypatch, asirra, "asirra", files, n_train=8, n_test=4)
    put(tmp_path / "asirra", files)
    settings = {"n_train": 8, "n_test": 4, "image_size": 6, "scaling": "unit"}
    images = load_images("asirra", seed=1, settings=settings, data_dir=tmp_path)
    assert images.images.shape == (12, 6, 6)
    numbers = np.rint(images.images[:, 0, 0] * 255 / 10)
    found = {
        (kind, side): sorted(numbers[(images.labels == label) & (images.is_test == side)].tolist())
        for label, kind in enumerate(images.class_names)
        for side in (False, True)
    }
    assert found == {
        ("cat", False): [0, 4, 6, 8],  # cat 1 is damaged, 2 to 4 follow; 10 does not come before 2
        ("cat", True): [20, 22],
        ("dog", False): [1, 3, 5, 7],
        ("dog", True): [19, 21],  # dog 11 is damaged
    }
    assert images.source["skipped"] == "2 damaged images, 3 other files"
    assert images.source["extent"] == "complete"


# --- a folder of one's own ----------------------------------------------------------------------------------


def test_published_files_are_found_beside_the_folders_too(digits):
    data_dir, arrays = digits
    for path in (data_dir / "mnist").iterdir():
        path.rename(data_dir / path.name)
    (data_dir / "mnist").rmdir()
    assert [path.parent for path in files_of("mnist", settings={}, data_dir=data_dir)] == [data_dir] * 4
    assert len(load_images("mnist", seed=1, data_dir=data_dir).images) == 50
    with pytest.raises(DataError, match="holds no Fashion-MNIST; put t10k-images"):  # the names are the same
        files_of("fashion_mnist", settings={}, data_dir=data_dir)


def test_published_file_with_another_content_is_refused_with_both_checksums(digits):
    path = digits[0] / "mnist" / "t10k-labels-idx1-ubyte.gz"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DataError, match="is not the published t10k-labels.* sha256 .* expected, found"):
        load_images("mnist", seed=1, data_dir=digits[0])


def test_published_file_that_lacks_its_companions_is_refused(digits):
    (digits[0] / "mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match="mnist lacks t10k-labels-idx1-ubyte.gz; MNIST needs all of its files"):
        files_of("mnist", settings={}, data_dir=digits[0])


def test_missing_folder_and_missing_set_are_refused(tmp_path):
    with pytest.raises(DataError, match="nowhere is not a folder"):
        files_of("mnist", settings={}, data_dir=tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"holds no CIFAR-10; put cifar-10-binary\.tar\.gz, or one NPZ file"):
        files_of("cifar10", settings={}, data_dir=tmp_path)


def sided_arrays(n_train=20, n_test=10):
    return {
        "train_images": RNG.integers(0, 256, (n_train, 32, 32, 3), dtype=np.uint8),
        "train_labels": (np.arange(n_train) % 10).astype(np.uint8),
        "test_images": RNG.integers(0, 256, (n_test, 32, 32, 3), dtype=np.uint8),
        "test_labels": (np.arange(n_test) % 10).astype(np.uint8),
    }


def test_part_of_a_set_in_an_npz_file_is_used_and_says_so(tmp_path):
    arrays = sided_arrays()
    (tmp_path / "cifar10").mkdir()
    np.savez(tmp_path / "cifar10" / "some.npz", **arrays)
    images = load_images("cifar10", seed=1, settings={"colour": True, "scaling": "unit"}, data_dir=tmp_path)
    np.testing.assert_array_equal(images.images[images.is_test], arrays["test_images"] / np.float32(255))
    assert images.class_names[9] == "truck"
    assert images.source["extent"] == "partial: 20 of 50,000 train and 10 of 10,000 test images, from some.npz"
    assert files_of("cifar10", settings={}, data_dir=tmp_path) == [tmp_path / "cifar10" / "some.npz"]


@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
def test_part_of_a_set_as_image_files_is_used_and_says_so(tmp_path, packed):
    names = [
        f"{side}/{kind}.{i}.jpg" for side, n in (("train", 4), ("test", 2)) for kind in ("cat", "dog") for i in range(n)
    ]
    place = write_images(tmp_path / "cats_dogs", names, packed)
    images = load_images("asirra", seed=1, settings={"image_size": 8}, data_dir=tmp_path)
    assert (images.images.shape, images.class_names, images.is_test.sum()) == ((12, 8, 8), ["cat", "dog"], 4)
    assert images.source["extent"] == f"partial: 8 of 4,000 train and 4 of 1,000 test images, from {place.name}"
    assert len(files_of("asirra", settings={}, data_dir=tmp_path)) == (1 if packed else 12)


def write_images(folder, names, packed):
    folder.mkdir(parents=True)
    if packed:
        with zipfile.ZipFile(folder / "some.zip", "w") as archive:
            for i, name in enumerate(names):
                archive.writestr(name, picture((i, 2 * i, 3 * i)))
        return folder / "some.zip"
    for i, name in enumerate(names):
        put((folder / name).parent, {(folder / name).name: picture((i, 2 * i, 3 * i))})
    return folder


def test_part_with_a_foreign_class_is_refused(tmp_path):
    write_images(tmp_path / "asirra", [f"{kind}.{i}.jpg" for kind in ("cat", "owl") for i in range(5)], True)
    with pytest.raises(DataError, match=r"images of a class 'owl', which ASIRRA .* has not: cat, dog"):
        load_images("asirra", seed=1, data_dir=tmp_path)


def test_two_parts_of_a_set_are_refused(tmp_path):
    put(tmp_path / "mnist", {"a.npz": b"", "b.zip": b""})
    with pytest.raises(LsalsaError, match=r"must hold one NPZ or zip file with images of MNIST, found a\.npz, b\.zip"):
        files_of("mnist", settings={}, data_dir=tmp_path)
