"""State of work under way: two files in turn, saves that are due, and signals that wait for them."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from interrupted import asked_to_end

from lsalsa.errors import ConfigError, StorageError
from lsalsa.storage import Saver, State, StateFile, ending
from lsalsa.study.jobs.scratch import FOLDER, VARIABLE, Scratch, resumed, seconds_between


def counted(number):
    return {"x": np.full(3, number)}, {"number": number}


@pytest.fixture
def file(tmp_path):
    """A file of states with two in it."""
    file = StateFile(tmp_path / "state.npz")
    for number in (1, 2, 3):
        file.write(*counted(number))
    return file


def test_the_newest_whole_state_is_read(file, caplog):
    assert file.read().metadata == {"number": 3} and file.read().arrays["x"].tolist() == [3, 3, 3]
    assert not caplog.text
    content = file.path.read_bytes()
    for damage in (content[: len(content) // 2], b"", content.replace(b"number", b"numbre")):
        file.path.write_bytes(damage)
        assert file.read().metadata == {"number": 2}
        assert "state.npz is not a whole NPZ file" in caplog.text
        caplog.clear()


def test_a_writer_killed_between_the_two_files_leaves_the_one_before(file):
    os.replace(file.path, file.previous)
    assert file.exists() and file.read().metadata == {"number": 3}


def test_without_a_whole_state_the_newest_is_blamed_and_without_any_there_is_none(file):
    for path in (file.path, file.previous):
        path.write_bytes(b"PK")
    with pytest.raises(StorageError, match=r"state\.npz is not a whole"):
        file.read()
    file.remove()
    assert file.read() is None and not file.exists()


def save_in(saver, seconds):
    saver.seconds, saver._last = seconds, time.monotonic() - 5
    before = saver.file.path.stat().st_mtime_ns if saver.file.exists() else 0
    return lambda: saver.file.exists() and saver.file.path.stat().st_mtime_ns != before


@pytest.mark.parametrize(
    ("seconds", "step", "part", "end"), [(0.0, False, True, False), (4.0, True, True, True), (6.0, False, False, True)]
)
def test_a_state_is_saved_when_it_is_due(tmp_path, seconds, step, part, end):
    saver = Saver(StateFile(tmp_path / "state.npz"), lambda: State(*counted(1)))
    with saver:
        for act, expected in ((saver.after_step, step), (saver.after_part, part), (saver.at_end, end)):
            is_saved = save_in(saver, seconds)
            act()
            assert bool(is_saved()) == expected


def test_work_of_less_than_a_second_leaves_no_file(tmp_path):
    saver = Saver(StateFile(tmp_path / "state.npz"), lambda: State(*counted(1)), seconds=60)
    with saver:
        saver.at_end()
    assert list(tmp_path.iterdir()) == []


class Work:
    """Steps of which none is left half done."""

    def __init__(self, path):
        self.done, self.saver = 0, Saver(StateFile(path), self.state, seconds=60)

    def state(self):
        return State(*counted(self.done))

    def step(self):
        assert self.done == int(self.done)
        self.done += 0.5
        time.sleep(0)
        self.done += 0.5

    def run(self, steps):
        with self.saver:
            for _ in range(steps):
                self.step()
                self.saver.after_step()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_waits_for_the_end_of_the_step_and_the_save(tmp_path, number):
    work = Work(tmp_path / "state.npz")
    with asked_to_end(Work, "step", 3, number):
        work.run(10)
    assert work.saver.file.read().metadata == {"number": 3.0}


def test_a_signal_that_nobody_waits_for_ends_the_process_at_once(tmp_path):
    work = Work(tmp_path / "state.npz")
    with asked_to_end(Work, "step", 1):
        work.step()
    assert work.done == 0


@pytest.mark.parametrize("echo", [ending.ECHO, -1.0])
def test_a_second_signal_is_an_echo_at_first_and_impatience_later(tmp_path, monkeypatch, echo):
    monkeypatch.setattr(ending, "ECHO", echo)
    work = Work(tmp_path / "state.npz")

    def twice():
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            assert ending.is_asked()
        work.saver.save()
        ending.end_if_asked()

    work.saver.after_step = twice
    with asked_to_end(Work, "step", 99):
        work.run(1)
    assert work.saver.file.exists() == (echo > 0)


# --- the folder of a job ---------------------------------------------------------------------------------------


def test_a_folder_keeps_the_state_of_the_same_work_and_throws_away_that_of_another(tmp_path):
    scratch = Scratch(tmp_path / FOLDER / "train" / "digits")
    (scratch.open("one") / "state.npz").write_bytes(b"state")
    assert (scratch.open("one") / "state.npz").exists()
    assert [path.name for path in scratch.open("two").iterdir()] == ["made_from"]


def test_a_folder_goes_with_those_above_it_that_are_empty(tmp_path):
    first, second = (Scratch(tmp_path / FOLDER / "train" / name) for name in ("digits", "photos"))
    first.open("x"), second.open("x")
    first.remove()
    assert second.folder.exists() and not first.folder.exists()
    second.remove()
    assert list(tmp_path.iterdir()) == []
    second.remove()
    assert tmp_path.exists()


def test_a_folder_is_made_while_another_job_ends_and_removes_the_empty_ones_above(tmp_path, monkeypatch):
    opened, ended = (Scratch(tmp_path / FOLDER / "train" / name) for name in ("digits", "photos"))
    make, met = os.mkdir, []

    def mkdir(path, *arguments, **options):
        if Path(path) == opened.folder and opened.folder.parent.exists() and not met:
            ended.remove()
            met.append(opened.folder.parent.exists())
        return make(path, *arguments, **options)

    monkeypatch.setattr(os, "mkdir", mkdir)
    assert (opened.open("x") / "made_from").read_text() == "x"
    assert met == [False]


def test_what_cannot_be_taken_up_begins_anew_with_a_word_and_other_faults_are_told(tmp_path, caplog):
    file = StateFile(tmp_path / "state.npz")
    file.write(*counted(1))
    file.path.write_bytes(b"PK")
    assert resumed(lambda path: StateFile(path).read(), file.path) is None
    assert "starting anew" in caplog.text and not file.exists()

    def full_disk(path):
        raise StorageError("the disk is full")

    with pytest.raises(StorageError, match="full"):
        resumed(full_disk, file.path)


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf", ""])
def test_seconds_between_saves_that_cannot_be_are_refused_by_name(monkeypatch, text):
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ConfigError, match=f"{VARIABLE} must be a number of seconds above 0, found '{text}'"):
        seconds_between()
