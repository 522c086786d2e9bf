"""Files that are not what they say: each is refused in one sentence that names it, before it costs memory or time."""

import io
import logging
import os
import shutil
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lsalsa.data import archive, load_images
from lsalsa.data.pictures import load_pictures
from lsalsa.data.recording_sources import load_recordings
from lsalsa.data.sources import files_of
from lsalsa.errors import ConfigError, DataError, LsalsaError, StorageError
from lsalsa.storage import members, read_arrays, read_metadata, read_rows
from lsalsa.streaming import encode_file

READERS = {
    "images": lambda path: load_images("npz_images", seed=1, settings={"path": str(path)}),
    "recordings": lambda path: load_recordings("npz_recordings", seed=1, settings={"path": str(path)}),
    "results": read_arrays,
    "signals": lambda path: encode_file(path, path.with_name("codes.npz"), lambda signals: signals, array="images"),
}


def member(shape, *, descr="'<f4'", data=bytes(64), version=1, padding=0):
    """An array whose header says what it is told to say."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}{' ' * padding}\n".encode("latin1")
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + data


def forged(path, content):
    """An NPZ file with this content for each array, and the completion mark of the library."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("images.npy", "samples.npy", "sampling_rate_hz.npy"):
            file.writestr(name, content)
        file.writestr("metadata.json", "{}")
        file.writestr("complete", b"lsalsa 1")
    return path


FORGED = {
    "of 57 petabytes": (member("(1000000000000000, 4, 4)"), "64000000000000000 bytes, and 64 bytes follow"),
    "of 10**30 rows": (member(f"({10**30}, 4)"), "of shape .* bytes, and 64 bytes follow"),
    "wide": (member("(4, 10000000000000000)"), "and 64 bytes follow"),
    "more than a word counts": (member(f"({2**62}, 4)"), "and 64 bytes follow"),
    "shorter than it is": (member("(1, 4)"), "16 bytes, and 64 bytes follow"),
    "longer than it is": (member("(5, 16)"), "320 bytes, and 64 bytes follow"),
    "negative": (member("(-5, 16)"), r"no array has the shape \(-5, 16\)"),
    "twice negative": (member("(-4, -4)"), r"no array has the shape \(-4, -4\)"),
    "boolean": (member("(True, 16)"), r"no array has the shape \(True, 16\)"),
    "a fraction": (member("(1.0, 16)"), r"shape is not valid: \(1\.0, 16\)"),
    "no tuple": (member("16"), "shape is not valid: 16"),
    "a call": (member("__import__('os').abort()"), "malformed node"),
    "deep": (member("(" * 3000 + ")" * 3000), "Cannot parse header"),
    "long": (member("(4, 4)", padding=60000), "Header info length"),
    "objects": (member("(8,)", descr="'|O'"), "holds Python objects, which are never read"),
    "of a version to come": (member("(4, 4)", version=9), "version 9 of the format is unknown"),
    "no array": (b"<html>" * 20, "magic string is not correct"),
    "empty": (b"", "EOF: reading magic string"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("case", FORGED)
def test_array_that_is_not_as_its_header_says_is_refused_before_memory_is_taken(tmp_path, case, reader):
    content, reason = FORGED[case]
    path = forged(tmp_path / "own.npz", content)
    tracemalloc.start()
    try:
        with pytest.raises(StorageError, match=reason) as caught:
            READERS[reader](path)
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    finally:
        tracemalloc.stop()
    message = str(caught.value)
    assert message.startswith(str(path))
    assert message.isprintable() and len(message) < len(str(path)) + 400
    assert "allow_pickle" not in message


def test_array_as_long_as_it_says_that_no_memory_holds_is_named_as_such(tmp_path, monkeypatch):
    path = forged(tmp_path / "own.npz", member("(4, 4)"))

    def full(*_, **__):
        raise MemoryError("Unable to allocate 64 bytes")

    monkeypatch.setattr(np.lib.format, "read_array", full)
    for read in (READERS["images"], READERS["results"]):
        with pytest.raises(MemoryError, match=rf"images of {path}, of shape \(4, 4\), does not fit into the memory"):
            read(path)


# --- zip files that lie -------------------------------------------------------------------------------------


def picture(seed=0):
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (6, 6), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


BY_CLASS = {f"{kind}/{i}.png": picture(i) for kind in "ab" for i in range(3)}


def lying(path, name, content, *, unpacked=None, packed=None):
    """A zip file whose directory gives other sizes for its last member than it has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for other, picture_of in BY_CLASS.items():
            file.writestr(other, picture_of)
        file.writestr(name, content)
        facts = file.getinfo(name)
    whole = bytearray(path.read_bytes())
    place = whole.rfind(b"PK\x01\x02")
    for start in (place + 20, facts.header_offset + 18):  # packed and unpacked size: in the directory, at the member
        struct.pack_into("<II", whole, start, packed or facts.compress_size, unpacked or facts.file_size)
    path.write_bytes(whole)
    return path


def from_images(path):
    return load_images("image_files", seed=1, settings={"path": str(path)})


def test_member_that_unpacks_to_more_than_it_says_is_read_no_further(tmp_path):
    path = lying(tmp_path / "own.zip", "a/9.png", bytes(60 * 2**20), unpacked=1000)
    tracemalloc.start()
    try:
        with pytest.raises(StorageError, match=r"a/9\.png of .*own\.zip cannot be read: Bad CRC-32"):
            from_images(path)
        assert tracemalloc.get_traced_memory()[1] < 3 * 2**20
    finally:
        tracemalloc.stop()


def test_member_that_says_to_be_longer_than_its_file_is_refused_unread(tmp_path):
    path = lying(tmp_path / "own.zip", "a/9.png", b"x", unpacked=2**31, packed=2**31)
    with pytest.raises(DataError, match=r"'a/9\.png', which would unpack from 2147483648 .* the file is shorter"):
        from_images(path)


def test_result_that_unpacks_to_far_more_than_it_is_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(members, "MOST_UNPACKED", 1000)
    path = forged(tmp_path / "own.npz", member("(250000,)", data=bytes(10**6)))
    with pytest.raises(StorageError, match=r"not a whole NPZ file \(images: which would unpack from \d+ to 1000\d+"):
        read_arrays(path)


def test_long_name_of_a_member_is_cut(tmp_path):
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as file:
        file.writestr("../" + "a" * 60000 + ".png", b"x")
    with pytest.raises(DataError, match=r"'\.\./a{290,300}\.\.\. \(60,007 characters\)'"):
        from_images(tmp_path / "own.zip")
    arrays = {"a" * 5000: np.zeros(1)}
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(StorageError, match=r"holds no array images; it holds a{290,300}\.\.\. \("):
        READERS["signals"](tmp_path / "own.npz")


# --- what is no file ----------------------------------------------------------------------------------------


def a_pipe(path):
    os.mkfifo(path)


def a_device(path):
    path.symlink_to("/dev/zero")


def a_folder(path):
    path.mkdir()


PLACES = {a_pipe: "is a pipe or a device", a_device: "is a pipe or a device", a_folder: "is a folder, not a"}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("make", PLACES, ids=lambda make: make.__name__)
def test_pipe_device_or_folder_in_place_of_a_file_is_named_and_not_opened(tmp_path, make, reader):
    make(tmp_path / "own.npz")
    with pytest.raises(StorageError, match=rf"own\.npz {PLACES[make]}"):
        READERS[reader](tmp_path / "own.npz")


@pytest.mark.parametrize("make", [a_pipe, a_device], ids=lambda make: make.__name__)
def test_pipe_or_device_in_place_of_images_is_named_and_not_opened(tmp_path, make):
    path = tmp_path / "own.zip"
    make(path)
    for read in (from_images, lambda path: load_pictures("picture_files", path=str(path)), read_rows, read_metadata):
        with pytest.raises(StorageError, match=r"own\.zip is a pipe or a device"):
            read(path)


def in_folder(path, files=BY_CLASS):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def test_pipes_and_devices_among_images_are_left_out_and_counted(tmp_path, caplog):
    path = in_folder(tmp_path / "own")
    a_pipe(path / "a" / "8.png")
    a_device(path / "a" / "9.png")
    with caplog.at_level(logging.WARNING, "lsalsa"):
        images = from_images(path)
    assert len(images.images) == len(BY_CLASS)
    assert images.source["extent"] == "partial: without 2 broken links"
    assert caplog.text.count("is a pipe or a device; it is left out") == 2


@pytest.mark.parametrize("path", ["/", "/../", "", "a\0b", "a" * 300, "a/" * 3000])
@pytest.mark.parametrize("source", ["image_files", "npz_images"])
def test_place_that_no_images_can_be_at_is_refused_in_one_short_sentence(source, path):
    for read in (
        lambda: load_images(source, seed=1, settings={"path": path}),
        lambda: files_of(source, settings={"path": path}, data_dir=None),
    ):
        with pytest.raises((ConfigError, StorageError)) as caught:
            read()
        assert str(caught.value).isprintable() and len(str(caught.value)) < 500
        if set(path) & {"/"} and "a" not in path:
            assert "the whole disk" in str(caught.value)


def test_names_that_are_no_utf_8_are_read_and_written_out(tmp_path):
    path = in_folder(tmp_path / os.fsdecode(b"own\xff"), dict.fromkeys(BY_CLASS, b"") | BY_CLASS)
    os.rename(path / "a" / "0.png", path / "a" / os.fsdecode(b"\xfe{1}<results>.png"))
    images = from_images(path)
    assert len(images.images) == len(BY_CLASS)
    assert images.source["name"] == r"own\xff"
    images.source["name"].encode()  # it can be stored and printed
    with pytest.raises(StorageError, match=r"nowhere\\xff does not exist"):
        from_images(tmp_path / os.fsdecode(b"nowhere\xff"))


# --- what this user may not read ----------------------------------------------------------------------------


def test_class_that_cannot_be_read_stops_with_its_folder_and_is_not_left_out(tmp_path, monkeypatch):
    path = in_folder(tmp_path / "own")
    allowed = Path.iterdir

    def iterdir(self):
        if self.name == "b":
            raise PermissionError(13, "Permission denied")
        return allowed(self)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    with pytest.raises(StorageError, match=r"own/b cannot be read: Permission denied"):
        from_images(path)


LOOKING = """
import sys
from pathlib import Path
from lsalsa.data.archive import opened
from lsalsa.errors import LsalsaError
try:
    with opened(Path(sys.argv[1])) as archive:
        print(len([archive.read(name) for name in archive.names]))
except LsalsaError as error:
    print(error)
"""


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, to become a user who may not read"
)
@pytest.mark.parametrize(
    ("mode", "place", "told"),
    [(0o755, "b", "6"), (0o700, "b", "b cannot be read"), (0o744, "b", "b/"), (0o600, "b/1.png", "b/1.png of")],
    ids=["open", "closed folder", "folder without entry", "closed file"],
)
def test_another_user_is_told_what_it_may_not_read(mode, place, told):
    folder = Path("/tmp") / f"lsalsa_{os.getpid()}_{mode}"  # those of pytest are closed to other users
    try:
        in_folder(folder)
        folder.chmod(0o755)
        for part in folder.rglob("*"):
            part.chmod(0o755)
        (folder / place).chmod(mode)
        another = ["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-c"]
        how = {"capture_output": True, "text": True, "cwd": "/", "env": {"PYTHONPATH": SOURCES}}
        if subprocess.run([*another, "import lsalsa"], **how).returncode:
            pytest.skip("another user cannot use this Python")
        found = subprocess.run([*another, LOOKING, str(folder)], **how)
        assert told in found.stdout, found.stderr
    finally:
        shutil.rmtree(folder)


SOURCES = str(Path(archive.__file__).parents[2])


# --- completeness is what was counted -----------------------------------------------------------------------


def damaged(content):
    """A picture that begins well and ends with other bytes."""
    place = content.index(b"IDAT")
    length = struct.unpack(">I", content[place - 4 : place])[0]
    data = b"IDAT" + bytes(length)
    return content[:place] + data + struct.pack(">I", zlib.crc32(data)) + content[place + 4 + length + 4 :]


def test_images_of_which_some_are_damaged_are_partial_by_their_number(tmp_path):
    files = BY_CLASS | {"a/7.png": b"", "b/8.png": damaged(picture()), "a/notes.txt": b"x"}
    path = in_folder(tmp_path / "own", files)
    assert from_images(path).source["extent"] == "partial: without 2 damaged images"
    (path / "a" / "0.png").unlink()
    (path / "a" / "0.png").symlink_to("nowhere")
    images = from_images(path)
    assert images.source["extent"] == "partial: without 2 damaged images and 1 broken links"
    assert len(images.images) == len(BY_CLASS) - 1
    assert load_pictures("picture_files", path=str(path)).source["extent"].startswith("partial: without 2 damaged")


def test_images_that_all_could_be_read_are_complete(tmp_path):
    files = BY_CLASS | {"a/notes.txt": b"no image"}
    assert from_images(in_folder(tmp_path / "own", files)).source["extent"] == "complete"
    with pytest.raises(LsalsaError):
        from_images(in_folder(tmp_path / "none", {"a/notes.txt": b"x"}))
