"""Configurations that are endless, far too long or unreadable are refused at once, in one short sentence."""

import os
import re
import time

import pytest
import yaml
from studies import ROOT, changed, refusal, small

from lsalsa.errors import ConfigError
from lsalsa.study import load
from lsalsa.study.command_line import typed
from lsalsa.study.config.fields import KEPT
from lsalsa.study.config.image_sides import sides_of
from lsalsa.study.config.messages import LONGEST
from lsalsa.study.load import load_study
from lsalsa.study.yaml_files import MOST_BYTES, check_file

PRESETS = [ROOT / "config.yaml", *sorted((ROOT / "workflow" / "presets").glob("*.yaml"))]


def nested_aliases(levels=30, width=9):
    """Lists of lists by aliases: a few hundred bytes that stand for 9**30 values."""
    lines = [f"b0: &b0 [{', '.join(['x'] * width)}]"]
    lines += [f"b{i}: &b{i} [{', '.join([f'*b{i - 1}'] * width)}]" for i in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize("place", ["top", "images", "methods", "settings"])
def test_nested_aliases_are_refused_at_once_wherever_they_stand(place):
    endless = yaml.safe_load(nested_aliases())
    settings = small()
    if place == "top":
        settings |= endless
    elif place == "settings":
        settings["images"]["digits"]["settings"] = endless
    else:
        settings[place] = endless
    start = time.process_time()
    with pytest.raises(
        ConfigError, match=r"^config\.yaml: \w+ has too many values: more than 100,000 with aliases"
    ) as told:
        load_study(settings)
    assert time.process_time() - start < 2
    assert len(str(told.value)) < 200


def test_block_that_holds_itself_is_refused():
    settings = small()
    settings["tasks"]["again"] = settings["tasks"]
    assert refusal(settings) == "config.yaml: tasks has blocks inside blocks, more than 50 deep"


def test_alias_of_a_block_is_as_good_as_the_block():
    text = yaml.safe_dump(small()).replace("methods:", "methods:", 1)
    aliased = yaml.safe_load(text + "tables:\n  a: &t {title: A, kind: rmse, task: digits}\n  b: *t\n")
    assert set(load_study(aliased).tables) >= {"a", "b"}


@pytest.mark.parametrize("path", ["title", "methods.fista.label", "images.digits.source", "device", "dtype", "study"])
def test_text_of_millions_of_letters_is_refused_in_a_short_sentence(path):
    found = refusal(changed(path, "x" * 5_000_000))
    top = path.partition(".")[0]
    assert found == f"config.yaml: {top} must be a text of at most 10,000 characters, found 5,000,000"


@pytest.mark.parametrize(
    "path", ["dtype", "device", "study", "seed", "images.digits.source", "components.digits_10.images"]
)
def test_long_text_is_cut_in_every_sentence(path):
    found = refusal(changed(path, "x" * 9_000))
    assert path in found
    assert len(found) < 700


def test_long_key_and_long_name_are_cut():
    for settings in (changed("tasks." + "x" * 9_000, {}), small(**{"x" * 9_000: 1})):
        assert max(map(len, refusal(settings).split("\n"))) < 500
    longest = "x" * LONGEST
    assert load_study(small(study=longest)).study == longest
    assert refusal(small(study=longest + "x")).endswith("must be a name of at most 100 characters, found 101")


def test_thousands_of_faults_are_told_by_the_first_ones_and_their_number():
    found = refusal(changed("tasks", {f"t{i}": {} for i in range(1000)})).split("\n")
    assert len(found) == load.MOST_FAULTS + 1
    assert re.fullmatch(r"and [\d,]+ more", found[-1])


def test_text_that_no_file_could_hold_is_refused():
    found = refusal(changed("data_dir", os.fsdecode(b"dir\xff")))
    assert found == r"config.yaml: data_dir must be text in UTF-8, found dir\xff"
    assert typed(os.fsdecode(b"dir\xff")) == os.fsdecode(b"dir\xff")
    assert typed("1" * 5000) == "1" * 5000


# --- names of studies -------------------------------------------------------------------------------------------


def test_study_cannot_take_a_folder_that_git_keeps():
    kept = re.findall(r"^!/results/(\w+)/$", (ROOT / ".gitignore").read_text(), re.MULTILINE)
    assert kept
    for name in (*kept, *KEPT, "Reference"):
        found = refusal(small(study=name))
        assert found.startswith(f"config.yaml: study must be another name than {name}: results/{name.lower()} holds")


# --- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_shipped_files_are_far_from_the_limits(path):
    check_file(path)
    assert path.stat().st_size < MOST_BYTES / 10


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"title: " + b"x" * MOST_BYTES, r"has 1,048,583 bytes; a file of settings has at most 1,048,576$"),
        (b"\xff\xfe\x00" + bytes(range(256)), r"is not text in UTF-8: invalid start byte at byte 0$"),
        (b"x: " + b"[" * 300 + b"]" * 300, r"has blocks inside blocks, more than 50 deep$"),
        (b"x: " + b"{a: " * 300, r"has blocks inside blocks, more than 50 deep$"),
    ],
    ids=["long", "random bytes", "lists in lists", "blocks in blocks"],
)
def test_file_that_is_none_of_settings_is_refused_before_it_is_read(tmp_path, content, told):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"mine\.yaml {told}"):
        check_file(path)


def test_file_that_is_missing_or_no_yaml_is_left_to_its_reader(tmp_path):
    check_file(tmp_path / "mine.yaml")
    for content in ("a: [1", "a: b: c", "", "- x", nested_aliases()):
        (tmp_path / "mine.yaml").write_text(content)
        check_file(tmp_path / "mine.yaml")


# --- the user's files, before any job ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), os.mkdir], ids=["pipe", "device", "folder"]
)
def test_sides_of_images_are_not_sought_in_what_is_no_file(tmp_path, make):
    make(tmp_path / "own.npz")
    settings = changed("images.digits", {"source": "npz_images", "settings": {"path": str(tmp_path / "own.npz")}})
    assert sides_of(load_study(settings), "digits") is None
