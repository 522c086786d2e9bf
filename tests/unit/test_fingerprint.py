"""Files are told apart by content and by their place below a folder, not by where that folder lies."""

import os
import shutil

import pytest
from studies import small

from lsalsa.errors import StorageError
from lsalsa.study.config.rules import settings_of
from lsalsa.study.load import load_study
from lsalsa.study.provenance.fingerprint import fingerprint


@pytest.fixture
def data(tmp_path):
    """Two files in a folder and one beside them."""
    folder = tmp_path / "data"
    (folder / "cat").mkdir(parents=True)
    (folder / "cat" / "1.png").write_bytes(b"one")
    (folder / "2.png").write_bytes(b"two")
    return folder


def of(folder, register=None):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return fingerprint(files, folder, register or folder.parent / "none" / "register.json")


def test_same_files_in_another_folder_are_the_same(data, tmp_path):
    other = shutil.copytree(data, tmp_path / "with {braces} and spaces")
    os.utime(other / "2.png", (1, 1))
    assert of(other) == of(data) != ""
    (tmp_path / "link").symlink_to(data)
    assert of(tmp_path / "link") == of(data)


@pytest.mark.parametrize("change", ["content", "name", "folder", "one less", "one more"])
def test_other_content_name_or_number_is_another(data, change):
    before, path = of(data), data / "cat" / "1.png"
    if change == "content":
        path.write_bytes(b"0ne")
    elif change == "name":
        path.rename(data / "cat" / "3.png")
    elif change == "folder":
        (data / "cat").rename(data / "dog")
    elif change == "one less":
        path.unlink()
    else:
        (data / "3.png").write_bytes(b"")
    assert of(data) != before


def test_digests_are_kept_and_a_changed_file_is_read_again(data, tmp_path):
    register = tmp_path / "register.json"
    first = of(data, register)
    path, facts = data / "2.png", (data / "2.png").stat()
    path.write_bytes(b"TWO")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert of(data, register) == first  # the same size and time: it is not read
    os.utime(path)
    assert of(data, register) not in (first, "")
    register.write_text("[damaged")
    path.write_bytes(b"two")
    assert of(data, register) == first


def test_no_files_are_nothing_and_a_missing_one_is_refused(tmp_path):
    assert fingerprint([], tmp_path) == ""
    with pytest.raises(StorageError, match=r"gone\.npz cannot be read"):
        fingerprint([tmp_path / "gone.npz"], tmp_path)


def test_folder_of_the_users_file_is_no_part_of_a_result(tmp_path):
    found = []
    for folder in ("one", "two"):
        images = {"digits": {"source": "npz_images", "settings": {"path": str(tmp_path / folder / "own.npz")}}}
        found.append(settings_of(load_study(small(images=images)), "fetch_images", images="digits"))
    assert found[0] == found[1]
    assert found[0]["settings"]["path"] == "own.npz"
